"""One organization at a time: foreign rows look like unknown ones, and what no page allows is denied."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client, RequestFactory

from apps.accounts.models import Customer, Role
from apps.accounts.scoped_admin import OwnedAdmin
from apps.catalog.models import AddOn, Plan, Product
from apps.invoicing.models import Invoice
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, said, text

PAGES = ["change", "subscription", "usage", "invoices", "next_invoice", "add_usage", "start_subscription", "history"]
UNKNOWN = 999_999_999


@pytest.fixture
def foreign(db: None) -> Customer:
    """A customer of another organization."""
    other = builders.organization("fabrikam")
    with scope.of(other):
        builders.usage_offer(other, key="canary", name="Canary")
        return builders.customer(other, "Canary Ltd")


@pytest.mark.parametrize("page", PAGES)
def test_a_foreign_customer_looks_like_an_unknown_one(owner: Client, foreign: Customer, page: str) -> None:
    foreign_one = owner.get(address(f"accounts_customer_{page}", foreign.pk))
    unknown_one = owner.get(address(f"accounts_customer_{page}", UNKNOWN))
    assert foreign_one.status_code == unknown_one.status_code
    assert foreign_one.status_code in (302, 404)
    assert "Canary" not in text(foreign_one)
    assert str(foreign_one.get("Location", "")) == str(unknown_one.get("Location", ""))


def test_choices_and_posts_are_scoped(owner: Client, office: Organization, foreign: Customer) -> None:
    with scope.everywhere():
        theirs = Product.objects.get(key="canary")
    page = address("catalog_plan_add")
    assert "Canary" not in text(owner.get(page))
    empty = {"plan_add_ons-TOTAL_FORMS": "0", "plan_add_ons-INITIAL_FORMS": "0"}
    fields = {"name": "Mine", "key": "mine", "interval_count": "1", "interval_unit": "month", "timing": "advance"}
    response = owner.post(page, {**fields, **empty, "product": theirs.pk})
    assert "product" in errors(response)
    with scope.of(office):
        assert not Plan.objects.exists()


def test_an_inline_takes_no_foreign_add_on(owner: Client, office: Organization, foreign: Customer) -> None:
    with scope.everywhere():
        theirs = AddOn.objects.get(key="canary-use")
    with scope.of(office):
        mine = builders.usage_offer(office).plan
    page = address("catalog_plan_change", mine.pk)
    row = {
        "plan_add_ons-TOTAL_FORMS": "1",
        "plan_add_ons-INITIAL_FORMS": "0",
        "plan_add_ons-0-add_on": theirs.pk,
        "plan_add_ons-0-automatic": "on",
    }
    response = owner.post(page, {"name": "Mine", "timing": "advance", **row})
    assert response.status_code == 200
    assert "Select a valid choice" in text(response)


@pytest.mark.parametrize(
    "asked",
    ["organization__name__startswith=F", "public_id__startswith=cus", "_to_field=email", "name__contains=a"],
)
def test_lists_answer_no_lookup_that_they_do_not_offer(owner: Client, asked: str) -> None:
    response = owner.get(f"{address('accounts_customer_changelist')}?{asked}")
    assert response.status_code in (302, 400)


def test_pages_of_django_that_know_no_organization_are_gone(owner: Client, foreign: Customer) -> None:
    for path in ("/admin/r/1/1/", "/admin/search/?s=customer", "/admin/auth/group/", "/admin/accounts/user/"):
        assert owner.get(path).status_code == 404, path


# What may be done to several rows at once, each with a test of its own: nothing else, and never Django's own deletion.
ACTIONS: dict[type[Model], tuple[str, ...]] = {Invoice: ("finalize_drafts",)}


def test_every_page_builds_on_the_closed_base_and_declares_nothing_by_accident() -> None:
    request: HttpRequest = RequestFactory().get("/")
    for model, page in admin.site._registry.items():
        assert isinstance(page, OwnedAdmin), model
        assert page.actions == ACTIONS.get(model)
        for deed in ("view", "add", "change", "delete"):
            allow = getattr(page, f"has_{deed}_permission")
            assert not allow(request), f"{model} allows {deed} to nobody in particular"


def test_nobody_deletes_customers_products_or_invoices(owner: Client, office: Organization) -> None:
    with scope.of(office):
        customer = builders.customer(office)
    assert owner.post(address("accounts_customer_delete", customer.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("page", "allowed"),
    [
        ("accounts_customer_changelist", {"viewer", "developer", "admin", "owner"}),
        ("accounts_customer_add", {"admin", "owner"}),
        ("catalog_price_add", {"admin", "owner"}),
        ("accounts_apikey_changelist", {"developer", "admin", "owner"}),
        ("accounts_member_changelist", {"owner"}),
        ("tenancy_organization_changelist", {"owner"}),
    ],
)
@pytest.mark.parametrize("role", Role.values)
def test_roles(sign_in: SignIn, page: str, allowed: set[str], role: str) -> None:
    status = sign_in(role).get(address(page)).status_code
    assert (status != 403) == (role in allowed)


def test_deeds_are_noted_in_the_audit_log_alone(owner: Client, office: Organization) -> None:
    page = address("accounts_customer_add")
    sent = {"name": "Contoso", "email": "pay@contoso.example", "currency": "USD", "tax_category": "standard"}
    response = owner.post(page, sent)
    assert "Contoso" in said(response)[0]
    with scope.of(office):
        customer = Customer.objects.get()
        owner.post(address("accounts_customer_change", customer.pk), {**sent, "name": "Contoso Ltd"})
        entries = list(AuditEntry.objects.order_by("pk").values_list("actor", "verb", "summary"))
    assert entries == [
        ("owner@northwind.example", "created", ""),
        ("owner@northwind.example", "changed", "name: Contoso → Contoso Ltd"),
    ]
    assert not LogEntry.objects.exists()
    history = text(owner.get(address("accounts_customer_history", customer.pk)))
    assert "name: Contoso → Contoso Ltd" in history


def test_an_external_id_is_unique_within_the_organization_only(
    owner: Client, office: Organization, foreign: Customer
) -> None:
    with scope.everywhere():
        Customer.objects.filter(pk=foreign.pk).update(external_id="crm-1")
    sent = {"email": "pay@contoso.example", "currency": "USD", "tax_category": "standard", "external_id": "crm-1"}
    page = address("accounts_customer_add")
    assert owner.post(page, {**sent, "name": "Contoso"}).status_code == 302
    again = owner.post(page, {**sent, "name": "Contoso again"})
    assert again.status_code == 200
    assert "Another customer has this external id." in text(again)


@pytest.mark.parametrize("page", ["invoicing/invoice/?currency=%00", "usage/event/?source__exact=%00"])
def test_a_nul_in_the_address_is_refused_at_the_door(owner: Client, page: str) -> None:
    assert owner.get(f"/admin/{page}").status_code == 400
