"""Tax on documents: which rate applies on which day, to whom, and that it stays what it was."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.core.refusals import Conflict
from apps.invoicing import collecting, drafts, issuing, previews, proving, rebilling, verifying
from apps.invoicing import customers as customers_changing
from apps.invoicing.models import CreditNote, Invoice, Line
from apps.invoicing.runs import running
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

WHO = "owner@northwind.example"
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)
GERMAN, FRENCH = "DE136695976", "FR61954506077"


@pytest.fixture
def german(db: None) -> Iterator[Organization]:
    """A seller in Germany that charges 19 % there and in the Union, and nothing elsewhere."""
    organization = builders.organization(country="DE", tax_id=GERMAN, currency="EUR")
    with scope.of(organization):
        builders.tax_rate(organization, "0.19", country="EU")
        builders.tax_rate(organization, "0", name="Not taxable in Germany")
        yield organization


def billed(seller: Organization, buyer: Customer, *, base: str | None = None, timing: str = "advance") -> Invoice:
    """Close September of four coaching calls at 95."""
    offer = builders.usage_offer(seller, base=base, timing=timing)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "4", at=SEPTEMBER + 3 * DAY)
    return builders.close(seller, OCTOBER)[-1]


def sums(document: Invoice | CreditNote) -> tuple[int, int, int]:
    return document.subtotal_minor, document.tax_minor, document.total_minor


def rates(document: Any) -> list[tuple[str, str]]:
    lines = document.lines.order_by("position")
    return [(f"{line.tax_rate.normalize():f}", line.tax_treatment) for line in lines]


def by_hand(buyer: Customer, *amounts: str, now: datetime = OCTOBER, category: str | None = None) -> Invoice:
    draft = drafts.create(customer=buyer, now=now, actor=WHO)
    for amount in amounts:
        drafts.add_line(
            invoice=draft,
            description="Workshop",
            quantity=Decimal(1),
            unit_amount=Decimal(amount),
            tax_category=category,
            now=now,
            actor=WHO,
        )
    return Invoice.objects.get(pk=draft.pk)


def test_a_customer_at_home_is_charged_the_rate_on_top(german: Organization) -> None:
    invoice = billed(german, builders.customer(german, country="DE"))
    assert sums(invoice) == (38000, 7220, 45220)
    assert invoice.tax_groups == [
        {"code": "S", "treatment": "taxed", "name": "VAT", "rate": "0.19", "base_minor": 38000, "tax_minor": 7220}
    ]
    assert (invoice.tax_inclusive, invoice.lines.get().taxed_on) == (False, date(2026, 9, 30))


def test_prices_that_include_tax_stay_what_they_are(german: Organization) -> None:
    german.prices_include_tax = True
    german.save()
    invoice = billed(german, builders.customer(german, country="DE"))
    assert (invoice.tax_inclusive, sums(invoice)) == (True, (31933, 6067, 38000))
    draft = by_hand(builders.customer(german, "Contoso", country="DE"), "119", "11.90")
    drafts.discount(invoice=draft, amount=Decimal("11.90"), reason="a friend", now=OCTOBER, actor=WHO)
    draft.refresh_from_db()
    assert sums(draft) == (10000, 1900, 11900)


def test_a_seller_without_rates_bills_untaxed(seller: Organization) -> None:
    invoice = billed(seller, builders.customer(seller, country="DE", tax_id=GERMAN))
    assert (sums(invoice), rates(invoice)) == ((38000, 0, 38000), [("0", "untaxed")])


@pytest.mark.parametrize(
    ("details", "treatment", "code"),
    [
        ({"country": "FR", "tax_id": FRENCH}, "reverse_charge", "AE"),
        ({"country": "FR"}, "taxed", "S"),
        ({"country": "US"}, "outside", "O"),
        ({"country": "DE", "tax_category": "exempt", "tax_exempt_reason": "§ 4 Nr. 22 UStG"}, "exempt", "E"),
        ({}, "taxed", "S"),
    ],
)
def test_who_buys_decides(german: Organization, details: dict[str, Any], treatment: str, code: str) -> None:
    invoice = billed(german, builders.customer(german, **details))
    (group,) = invoice.tax_groups
    assert (group["treatment"], group["code"]) == (treatment, code)
    assert invoice.tax_minor == (7220 if treatment == "taxed" else 0)
    assert invoice.buyer["tax_exempt_reason"] == details.get("tax_exempt_reason", "")


def test_what_is_exempt_by_what_it_is_is_billed_so_with_its_reason(german: Organization) -> None:
    builders.tax_rate(german, "0", category="exempt", name="§ 4 Nr. 21 UStG")
    buyer, offer = builders.customer(german, country="DE"), builders.usage_offer(german, base="100")
    catalog.update(row=offer.plan.product, tax_category="exempt")
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "4", at=SEPTEMBER + DAY)
    builders.close(german, OCTOBER)
    invoice = Invoice.objects.order_by("-pk")[0]
    exempt, taxed = invoice.tax_groups
    assert exempt == {
        "code": "E",
        "treatment": "exempt",
        "name": "§ 4 Nr. 21 UStG",
        "rate": "0",
        "base_minor": 10000,
        "tax_minor": 0,
    }
    assert (taxed["code"], sums(invoice)) == ("S", (48000, 7220, 55220))
    note = collecting.give_credit(invoice=invoice, reason="sorry", now=OCTOBER, actor=WHO)
    assert (note.tax_groups, sums(note)) == (invoice.tax_groups, sums(invoice))
    invoice.refresh_from_db()
    assert [figure for figure in proving.figures_of(invoice=invoice) if not figure.holds] == []
    assert list(verifying.documents_off_lines()) == []


def test_a_new_rate_applies_to_periods_that_end_in_its_time_and_to_fees_that_begin_in_it(
    german: Organization,
) -> None:
    builders.tax_rate(german, "0.16", country="EU", since=date(2026, 10, 1))
    invoice = billed(german, builders.customer(german, country="DE"), base="100")
    fee, calls = invoice.lines.order_by("position")
    assert (fee.tax_rate, fee.taxed_on) == (Decimal("0.16"), date(2026, 10, 1))  # October in advance
    assert (calls.tax_rate, calls.taxed_on) == (Decimal("0.19"), date(2026, 9, 30))  # September's calls
    assert [group["rate"] for group in invoice.tax_groups] == ["0.16", "0.19"]
    assert sums(invoice) == (48000, 1600 + 7220, 56820)


def test_a_fee_in_arrears_takes_the_rate_at_the_end_of_its_period(german: Organization) -> None:
    builders.tax_rate(german, "0.16", country="EU", since=date(2026, 9, 30))
    invoice = billed(german, builders.customer(german, country="DE"), base="100", timing="arrears")
    assert rates(invoice) == [("0.16", "taxed")] * 2


def test_late_usage_and_a_reversal_take_the_rate_of_their_own_month(german: Organization) -> None:
    builders.tax_rate(german, "0.16", country="EU", since=date(2026, 10, 1))
    buyer, offer = builders.customer(german, country="DE"), builders.usage_offer(german)
    builders.subscribed(buyer, offer)
    event = builders.used(buyer, offer, "4", at=SEPTEMBER + 3 * DAY)
    builders.close(german, OCTOBER)
    builders.used(buyer, offer, "2", at=SEPTEMBER + 4 * DAY, now=OCTOBER + DAY)
    (late,) = builders.close(german, NOVEMBER)
    assert [(line.late, line.tax_rate) for line in late.lines.order_by("position")] == [
        (False, Decimal("0.16")),
        (True, Decimal("0.19")),
    ]
    usage.reverse_event(
        organization=german, public_id=event.public_id, reason="wrong", now=NOVEMBER + DAY, source="admin", actor=WHO
    )
    builders.close(german, DECEMBER)
    notes = CreditNote.objects.order_by("pk")
    assert [sums(note) for note in notes] == [(19000, 3610, 22610), (19000, 3610, 22610)]
    assert all(rates(note) == [("0.19", "taxed")] for note in notes)


def test_goodwill_copies_the_original_after_everything_changed(german: Organization) -> None:
    german.prices_include_tax = True
    german.save()
    buyer = builders.customer(german, country="DE")
    invoice = billed(german, buyer)
    builders.tax_rate(german, "0.5", country="EU", since=date(2026, 9, 1))
    german.prices_include_tax = False
    german.save()
    customers_changing.change(customer=buyer, actor=WHO, now=OCTOBER, country="FR", tax_id=FRENCH)
    note = collecting.give_credit(invoice=invoice, amount=Decimal("119"), reason="sorry", now=OCTOBER, actor=WHO)
    assert (note.tax_inclusive, sums(note), rates(note)) == (True, (10000, 1900, 11900), [("0.19", "taxed")])
    rest = collecting.give_credit(invoice=invoice, reason="all of it", now=OCTOBER, actor=WHO)
    assert (rest.total_minor, note.total_minor + rest.total_minor) == (26100, invoice.total_minor)


def test_a_credit_says_what_the_tax_of_its_invoice_rests_on(german: Organization) -> None:
    buyer = builders.customer(german, country="FR", tax_id=FRENCH)
    invoice = billed(german, buyer)
    customers_changing.change(customer=buyer, actor=WHO, now=OCTOBER, tax_id="", name="Renamed")
    note = collecting.give_credit(invoice=invoice, amount=Decimal(1), reason="sorry", now=OCTOBER, actor=WHO)
    assert (note.buyer["name"], note.buyer["tax_id"], rates(note)) == ("Renamed", FRENCH, [("0", "reverse_charge")])


@pytest.mark.parametrize(("net", "part", "total"), [("0.30", "0.03", 36), ("0.98", "0.49", 117), ("10", "0.50", 1190)])
def test_many_small_credits_give_back_what_was_charged(german: Organization, net: str, part: str, total: int) -> None:
    invoice = issuing.issue(invoice=by_hand(builders.customer(german), net, category="standard"), now=OCTOBER)
    notes = [
        collecting.give_credit(invoice=invoice, amount=Decimal(part), reason="sorry", now=OCTOBER, actor=WHO)
        for _ in range(int(Decimal(net) / Decimal(part)))
    ]
    invoice.refresh_from_db()
    assert (invoice.total_minor, sum(note.total_minor for note in notes)) == (total, total)
    assert invoice.status == "paid"
    assert list(verifying.documents_off_lines()) == []


def test_a_draft_takes_the_tax_of_its_day_and_is_taxed_anew_when_it_is_recalculated(german: Organization) -> None:
    buyer = builders.customer(german, country="FR")
    draft = by_hand(buyer, "100", category="standard")
    assert (sums(draft), draft.lines.get().taxed_on) == ((10000, 1900, 11900), date(2026, 10, 1))
    customers_changing.change(customer=buyer, actor=WHO, now=OCTOBER, tax_id=FRENCH)
    with pytest.raises(Conflict, match="recalculate"):
        issuing.issue(invoice=draft, now=OCTOBER)
    assert sums(rebilling.recalculate(invoice=draft, now=OCTOBER, actor=WHO)) == (10000, 0, 10000)
    issued = issuing.issue(invoice=draft, now=OCTOBER)
    assert (issued.buyer["tax_id"], rates(issued)) == (FRENCH, [("0", "reverse_charge")])


def test_what_is_billed_anew_after_a_void_is_taxed_as_it_should_have_been(german: Organization) -> None:
    buyer = builders.customer(german, country="FR")
    invoice = billed(german, buyer)
    assert invoice.tax_minor == 7220
    builders.tax_rate(german, "0.25", country="EU", since=date(2026, 10, 1))  # not yet for September
    customers_changing.change(customer=buyer, actor=WHO, now=OCTOBER, tax_id=FRENCH)
    german.prices_include_tax = True
    german.save()
    anew = rebilling.void(invoice=invoice, rebill=True, now=OCTOBER, actor=WHO)
    assert anew is not None
    assert (anew.tax_inclusive, sums(anew), rates(anew)) == (False, (38000, 0, 38000), [("0", "reverse_charge")])
    customers_changing.change(customer=buyer, actor=WHO, now=OCTOBER, tax_id="")
    assert sums(rebilling.recalculate(invoice=anew, now=OCTOBER, actor=WHO)) == (38000, 7220, 45220)


def test_the_preview_says_the_tax_that_closing_then_charges(german: Organization) -> None:
    buyer, offer = builders.customer(german, country="DE"), builders.usage_offer(german, base="100")
    subscription = builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "1", at=SEPTEMBER + DAY)
    builders.tax_rate(german, "0.16", country="EU", since=date(2026, 10, 1))
    seen = previews.next_invoice(subscription=Subscription.objects.get(pk=subscription.pk))
    (written,) = builders.close(german, OCTOBER)
    assert seen is not None
    assert (sums(seen.invoice), seen.invoice.tax_groups) == (sums(written), written.tax_groups)


def test_a_run_reads_the_rates_once_for_all(german: Organization, django_assert_max_num_queries: Any) -> None:
    offer = builders.usage_offer(german)
    for number in range(6):
        buyer = builders.customer(german, f"Buyer {number}", country="DE")
        builders.subscribed(buyer, offer)
        builders.used(buyer, offer, "1", at=SEPTEMBER + DAY)
    with django_assert_max_num_queries(1000) as captured:
        run = running.start(organization=german, as_of=OCTOBER, now=OCTOBER, by=WHO)
        for _ in running.work(run=run, now=OCTOBER):
            pass
    asked = [query for query in captured.captured_queries if 'FROM "invoicing_taxrate"' in query["sql"]]
    assert (len(asked), Line.objects.filter(tax_rate=Decimal("0.19")).count()) == (1, 6)
