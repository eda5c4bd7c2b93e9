"""Where nothing is charged for want of a tax rate, the office says so: nobody bills untaxed without being told."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.catalog import operations as catalog
from apps.catalog.models import AddOn, Product
from apps.invoicing import drafts, tax_gaps, tax_rates, taxing
from apps.invoicing.models import Invoice, TaxRate
from apps.invoicing.runs import running
from apps.rating.taxing import Lack
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, said, text
from tests.builders import OCTOBER, SEPTEMBER

BOOKS = "Workshop: without tax. No tax rate of the category books for customers in DE holds on 1 Oct 2026."
TODAY = date(2026, 10, 1)
WHO = "somebody"


@pytest.fixture
def german(office: Organization) -> Organization:
    """An office in Germany that charges 19 % there, and sells coaching."""
    with scope.of(office):
        Organization.objects.filter(pk=office.pk).update(country="DE", tax_id="DE136695976")
        office.refresh_from_db()
        builders.tax_rate(office, "0.19", country="DE")
        builders.usage_offer(office)
    return office


def draft_of(office: Organization, *, category: str = "books", country: str = "DE") -> Invoice:
    with scope.of(office):
        draft = drafts.create(customer=builders.customer(office, country=country), now=OCTOBER, actor=WHO)
        line: dict[str, Any] = {"description": "Workshop", "quantity": Decimal(1), "unit_amount": Decimal(100)}
        drafts.add_line(invoice=draft, tax_category=category, now=OCTOBER, actor=WHO, **line)
    return draft


def test_a_draft_says_which_of_its_lines_are_untaxed_and_where_to_add_the_rate(
    owner: Client, german: Organization
) -> None:
    page = address("invoicing_invoice_change", draft_of(german).pk)
    shown = owner.get(page)
    assert BOOKS in text(shown)
    with scope.of(german):
        ink: dict[str, Any] = {"description": "Ink", "quantity": Decimal(1), "unit_amount": Decimal(1)}
        drafts.add_line(invoice=Invoice.objects.get(), now=OCTOBER, actor=WHO, **ink)
    assert "Workshop Without tax" in text(owner.get(page))
    adding = f"{address('invoicing_taxrate_add')}?category=books&amp;country=DE"
    assert adding in shown.content.decode()
    form = owner.get(adding.replace("&amp;", "&")).context["adminform"].form
    known = {name: form[name].value() for name in ("category", "country")}
    assert known == {"category": "books", "country": "DE"}
    rate = {"name": "Books", "percent": "7", "valid_from": "2020-01-01"}
    assert owner.post(address("invoicing_taxrate_add"), known | rate).status_code == 302
    assert BOOKS not in text(owner.get(page))


def test_it_is_said_before_a_draft_is_final_one_by_one_or_in_bulk(owner: Client, german: Organization) -> None:
    draft = draft_of(german)
    assert BOOKS in text(owner.get(address("invoicing_invoice_finalize", draft.pk)))
    sent = {"action": "finalize_drafts", "_selected_action": [draft.pk]}
    assert BOOKS in text(owner.post(address("invoicing_invoice_changelist"), sent))
    assert owner.post(address("invoicing_invoice_finalize", draft.pk)).status_code == 302  # and it is not refused


@pytest.mark.parametrize(("category", "country"), [("standard", "DE"), ("books", "US")])
def test_nothing_is_said_where_it_is_taxed_or_no_tax_is_charged_at_all(
    owner: Client, german: Organization, category: str, country: str
) -> None:
    page = text(owner.get(address("invoicing_invoice_change", draft_of(german, category=category, country=country).pk)))
    assert "without tax." not in page


def test_who_may_not_add_rates_is_told_without_a_button(sign_in: SignIn, german: Organization) -> None:
    draft = draft_of(german)
    with scope.of(german):
        catalog.update(row=Product.objects.get(), tax_category="books")
    viewer = sign_in(Role.VIEWER)
    for page in (address("invoicing_invoice_change", draft.pk), address("invoicing_taxrate_changelist")):
        shown = text(viewer.get(page))
        assert "books" in shown
        assert "Add a tax rate" not in shown


def test_the_list_of_rates_names_the_categories_in_use_that_have_none(owner: Client, german: Organization) -> None:
    with scope.of(german):
        catalog.update(row=Product.objects.get(), tax_category="books")
        catalog.update(row=AddOn.objects.get(), tax_category="books")
        builders.customer(german, tax_category="reduced")
        builders.customer(german, "Contoso", tax_category="exempt", tax_exempt_reason="Art. 132")
    page = text(owner.get(address("invoicing_taxrate_changelist")))
    assert "books (1 product, 1 add-on): no tax rate of this category holds today, so nothing is charged." in page
    assert "reduced (1 customer): no tax rate" in page
    assert "exempt, but" not in page
    with scope.of(german):
        builders.tax_rate(german, "0.07", category="books", country="FR")  # somewhere, at least
        builders.tax_rate(german, "0.07", category="reduced", since=date(2126, 1, 1))
    page = text(owner.get(address("invoicing_taxrate_changelist")))
    assert "books (1" not in page
    assert "reduced (1 customer): no tax rate of this category holds before 1 Jan 2126" in page


def test_what_is_exempt_without_a_reason_is_said(owner: Client, german: Organization) -> None:
    with scope.of(german):
        catalog.update(row=Product.objects.get(), tax_category="exempt")
    listed = address("invoicing_taxrate_changelist")
    assert "exempt (1 product): exempt, but invoices would not say why." in text(owner.get(listed))
    with scope.of(german):
        builders.tax_rate(german, "0", category="exempt", name="§ 4 Nr. 21 UStG")
    assert "would not say why" not in text(owner.get(listed))


def test_a_product_that_is_given_a_category_without_a_rate_is_kept_and_it_is_told(
    owner: Client, german: Organization
) -> None:
    with scope.of(german):
        product, add_on = Product.objects.get(), AddOn.objects.get()
    told = "books: no tax rate of this category holds today, so nothing is charged."
    sent = {"name": "Call", "unit": "call", "unit_plural": "calls", "currency": "EUR", "tax_category": "books"}
    for page in (address("catalog_product_change", product.pk), address("catalog_addon_change", add_on.pk)):
        assert told in said(owner.post(page, sent))
        owner.get(page)
        assert told not in said(owner.post(page, sent | {"name": "Renamed"}))
    new = {"name": "Lessons", "key": "lessons", "currency": "EUR"}
    added = said(owner.post(address("catalog_product_add"), new | {"tax_category": "reduced"}))
    assert "reduced: no tax rate" in " ".join(added)
    with scope.of(german):
        assert set(Product.objects.values_list("tax_category", flat=True)) == {"books", "reduced"}


def test_runs_and_the_next_invoice_say_it_before_anything_is_billed(owner: Client, german: Organization) -> None:
    with scope.of(german):
        catalog.update(row=AddOn.objects.get(), tax_category="books")
        buyer, offer = builders.customer(german, country="DE"), builders.Offer(*_sold())
        builders.subscribed(buyer, offer)
        builders.used(buyer, offer, "1", at=SEPTEMBER)
        run = running.start(organization=german, as_of=OCTOBER, now=OCTOBER, by=WHO, dry=True)
    untaxed = "books (1 add-on): no tax rate"
    assert untaxed in text(owner.get(address("invoicing_run_begin")))
    assert untaxed in text(owner.get(address("invoicing_run_change", run.pk)))
    shown = text(owner.get(address("accounts_customer_next_invoice", buyer.pk)))
    assert "Coaching call: without tax. No tax rate of the category books for customers in DE holds on 30 Sep" in shown


def _sold() -> tuple[Any, Any]:
    add_on = AddOn.objects.get()
    return add_on.plan_add_ons.get().plan, add_on


def test_a_seller_that_charges_no_tax_lacks_none_and_one_that_stopped_does(seller: Organization) -> None:
    builders.usage_offer(seller)
    assert tax_gaps.in_use(organization=seller, today=TODAY) == []
    builders.tax_rate(seller, "0.19", since=date(2026, 11, 1))
    assert tax_gaps.in_use(organization=seller, today=TODAY) == []
    (gap,) = _gaps_after_the_end(seller)
    assert (gap.category, gap.lack, gap.products, gap.add_ons) == ("standard", Lack.RATE, 1, 1)


def _gaps_after_the_end(seller: Organization) -> list[tax_gaps.CategoryGap]:
    rate = TaxRate.objects.get()
    tax_rates.end(rate=rate, valid_until=date(2026, 11, 30), now=OCTOBER, actor=WHO)
    return tax_gaps.in_use(organization=seller, today=date(2026, 12, 1))


def test_what_is_archived_is_in_use_no_more(seller: Organization, django_assert_max_num_queries: Any) -> None:
    builders.tax_rate(seller, "0.19")
    offer = builders.usage_offer(seller)
    catalog.update(row=offer.plan.product, tax_category="books")
    with django_assert_max_num_queries(4):
        assert [gap.category for gap in tax_gaps.in_use(organization=seller, today=TODAY)] == ["books"]
    catalog.archive(row=offer.plan.product, now=OCTOBER)
    assert tax_gaps.in_use(organization=seller, today=TODAY) == []


def test_lines_of_one_category_and_day_are_told_together(seller: Organization) -> None:
    builders.tax_rate(seller, "0.19")
    draft = draft_of(seller)
    for name in ("Workshop", "Book", "Paper", "Pen"):
        drafts.add_line(
            invoice=draft,
            description=name,
            quantity=Decimal(1),
            unit_amount=Decimal(1),
            tax_category="books",
            now=OCTOBER,
            actor=WHO,
        )
    lines = draft.lines.order_by("position")
    (gap,) = tax_gaps.of_lines(lines, invoice=draft, taxes=taxing.taxes_of(seller))
    assert (gap.category, gap.country, gap.on, gap.lines) == (
        "books",
        "DE",
        TODAY,
        ("Workshop", "Book", "Paper", "Pen"),
    )
