"""Every page of the office opens for an owner, on an empty organization and on a busy one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.accounts import operations as accounts
from apps.accounts.models import Customer
from apps.invoicing import collecting, rebilling
from apps.invoicing.models import Invoice
from apps.rating.money import Money
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import text
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

LISTS = sorted(f"{m._meta.app_label}_{m._meta.model_name}_changelist" for m in admin.site._registry)
ADDS = ["accounts_customer", "accounts_member", "accounts_apikey", "catalog_product", "catalog_plan"]
ADDS += ["catalog_addon", "catalog_metric", "catalog_price", "catalog_feature"]
TABS = ["change", "subscription", "usage", "invoices", "next_invoice", "add_usage", "start_subscription", "history"]


@pytest.fixture
def busy(office: Organization) -> Customer:
    """A customer with a setup fee, a base fee, usage in two months and two invoices."""
    with scope.of(office):
        offer = builders.usage_offer(office, setup_fee="45", base="10")
        buyer = builders.customer(office)
        builders.subscribed(buyer, offer)
        builders.used(buyer, offer, "2.5", at=SEPTEMBER + timedelta(days=9))
        builders.close(office, OCTOBER)
        builders.used(buyer, offer, "1", at=OCTOBER + timedelta(days=9))
        builders.close(office, NOVEMBER)
        accounts.create_api_key(organization=office, name="CRM", role="developer", now=NOVEMBER)
    return buyer


@pytest.mark.parametrize("page", LISTS)
def test_lists(owner: Client, busy: Customer, page: str) -> None:
    response = owner.get(reverse(f"admin:{page}"), follow=True)
    assert response.status_code == 200


@pytest.mark.parametrize("page", LISTS)
def test_an_empty_list_says_what_comes_there_and_the_first_thing_to_do(owner: Client, page: str) -> None:
    response = owner.get(reverse(f"admin:{page}"), follow=True)
    assert response.status_code == 200
    rows = response.context.get("cl")
    if rows is not None and not rows.result_count:
        said = rows.model_admin.nothing_yet
        assert said
        assert said in text(response)
    assert "yielded into no results" not in text(response)


def test_a_list_without_what_was_asked_for_shows_all_again(owner: Client, busy: Customer) -> None:
    for asked in ("q=nobody", "currency=XXX"):
        page = text(owner.get(reverse("admin:accounts_customer_changelist") + f"?{asked}"))
        assert "Nothing here is as you asked for. Show all" in page
        assert "No customer yet" not in page


@pytest.mark.parametrize("page", ADDS)
def test_add_forms(owner: Client, page: str) -> None:
    assert owner.get(reverse(f"admin:{page}_add")).status_code == 200


@pytest.mark.parametrize("page", ["accounts_customer_add", "tenancy_organization_changelist"])
def test_a_country_is_asked_for_in_two_letters(owner: Client, page: str) -> None:
    assert "Two letters, such as US or DE." in text(owner.get(reverse(f"admin:{page}"), follow=True))


@pytest.mark.parametrize("tab", TABS)
def test_customer_pages(owner: Client, busy: Customer, tab: str) -> None:
    page = owner.get(reverse(f"admin:accounts_customer_{tab}", args=[busy.pk]))
    assert page.status_code == 200
    assert "Fabrikam" in page.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_pages_of_a_customer_with_nothing(owner: Client, office: Organization, tab: str) -> None:
    with scope.of(office):
        buyer = builders.customer(office)
    assert owner.get(reverse(f"admin:accounts_customer_{tab}", args=[buyer.pk])).status_code == 200


def test_each_row_has_a_page(owner: Client, busy: Customer) -> None:
    for model in admin.site._registry:
        with scope.of(busy.organization):
            row = model._default_manager.order_by("pk").first()
        if row is None or model._meta.model_name == "job":
            continue
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
        assert owner.get(address).status_code == 200, address


def test_an_invoice_page_says_where_it_stands(owner: Client, busy: Customer) -> None:
    with scope.of(busy.organization):
        invoice = Invoice.objects.get(number="INV-0002")
    page = owner.get(reverse("admin:invoicing_invoice_change", args=[invoice.pk])).content.decode()
    assert "Finalized 1 Oct, not mailed yet, was due 15 Oct, unpaid." in page
    assert "$237.50" in page
    assert "The PDF is being made." in page


def test_the_dashboard_of_a_new_organization_says_what_to_do_first(owner: Client) -> None:
    page = owner.get(reverse("admin:index")).content.decode()
    steps = [
        "Say who you are",
        "Add a product",
        "Add a metric",
        "Add an add-on",
        "Add a plan",
        "Say what it costs",
        "Add a customer",
    ]
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert "Recent actions" not in page


def test_the_dashboard_of_a_busy_organization_shows_figures(owner: Client, busy: Customer) -> None:
    page = owner.get(reverse("admin:index")).content.decode()
    assert "To be paid" in page
    assert "$" in page


def test_the_figures_of_the_dashboard_lead_to_what_they_count(owner: Client, busy: Customer) -> None:
    with scope.of(busy.organization):
        paid, voided = Invoice.objects.filter(status="open").order_by("pk")[:2]
        collecting.mark_paid(invoice=paid, amount=Decimal(1), now=OCTOBER, actor="it")
        rebilling.void(invoice=voided, rebill=False, now=OCTOBER, actor="it")
        left = Money(sum(invoice.amount_due.minor for invoice in Invoice.objects.filter(status="open")), "USD")
    figures = {figure.words: figure for figure in owner.get(reverse("admin:index")).context["figures"]}
    assert {words: owner.get(figure.address).status_code for words, figure in figures.items()} == dict.fromkeys(
        figures, 200
    )
    assert figures["To be paid"].value.startswith(f"${left.text()} on ")
    assert str(voided) not in text(owner.get(figures["To be paid"].address))
