"""Closing: everything due at one boundary on one invoice, once, and nothing that fails stops the rest."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.catalog import operations as catalog
from apps.catalog.models import Price
from apps.invoicing import closing, previews
from apps.invoicing.lifecycle import starting
from apps.invoicing.models import Charge, CreditNote, Invoice, Kind
from apps.outbox.models import Message
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Period, Subscription
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
DIPS = {
    "model": "volume",
    "tiers": [{"up_to": "100", "unit_amount": "1"}, {"up_to": None, "unit_amount": "0.5"}],
}
INCLUDED = {"model": "per_unit", "unit_amount": "0.01", "included_units": "10000"}


def amounts(invoice: Invoice) -> list[tuple[str, int]]:
    return [(line.kind, line.amount_minor) for line in invoice.lines.order_by("position")]


def test_a_closed_period_becomes_an_open_invoice(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "4", at=SEPTEMBER + timedelta(days=3))
    (invoice,) = builders.close(seller, OCTOBER)
    assert (invoice.status, invoice.number, invoice.total.text()) == ("open", "INV-0001", "380.00")
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 10, 1), date(2026, 10, 15))
    period = Period.objects.get(status=Period.Status.RECORDED)
    assert (period.starts_at, period.ends_at, period.closed_at) == (SEPTEMBER, OCTOBER, OCTOBER)
    charge = Charge.objects.get()
    assert (charge.kind, charge.revision, charge.amount_minor, charge.event_count) == ("usage", 0, 38000, 1)


def test_nothing_is_due_before_the_boundary(seller: Organization) -> None:
    builders.subscribed(builders.customer(seller), builders.usage_offer(seller))
    assert builders.close(seller, OCTOBER - timedelta(microseconds=1)) == []


def test_closing_again_changes_nothing(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    builders.subscribed(builders.customer(seller), offer)
    assert len(builders.close(seller, OCTOBER)) == 1
    assert builders.close(seller, OCTOBER) == []
    assert (Invoice.objects.count(), Charge.objects.count()) == (1, 1)


def test_a_base_fee_in_advance_is_billed_at_the_start_and_with_the_usage_after(seller: Organization) -> None:
    offer = builders.usage_offer(seller, form=INCLUDED, base="100")
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    first = Invoice.objects.get()
    assert (first.total.text(), amounts(first)) == ("100.00", [("flat", 10000)])
    builders.used(buyer, offer, "12000", at=SEPTEMBER + timedelta(days=3))
    (second,) = builders.close(seller, OCTOBER)
    assert amounts(second) == [("flat", 10000), ("usage", 2000)]
    flat, usage = second.lines.order_by("position")
    assert (flat.period_starts_at, usage.period_starts_at) == (OCTOBER, SEPTEMBER)


def test_a_base_fee_in_arrears_is_billed_with_the_usage_of_the_same_month(seller: Organization) -> None:
    offer = builders.usage_offer(seller, form=INCLUDED, base="100", timing="arrears")
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    assert not Invoice.objects.exists()
    builders.used(buyer, offer, "12000", at=SEPTEMBER + timedelta(days=3))
    (invoice,) = builders.close(seller, OCTOBER)
    assert amounts(invoice) == [("flat", 10000), ("usage", 2000)]
    assert {line.period_starts_at for line in invoice.lines.all()} == {SEPTEMBER}


def test_the_setup_fee_is_charged_once_even_without_usage(seller: Organization) -> None:
    offer = builders.usage_offer(seller, setup_fee="45")
    builders.subscribed(builders.customer(seller), offer)
    (first,) = builders.close(seller, OCTOBER)
    (second,) = builders.close(seller, NOVEMBER)
    assert amounts(first) == [("usage", 0), ("setup", 4500)]
    assert amounts(second) == [("usage", 0)]


def test_elapsed_periods_are_billed_in_order_one_invoice_each(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=3))
    builders.used(buyer, offer, "2", at=OCTOBER + timedelta(days=3))
    invoices = builders.close(seller, DECEMBER)
    assert [invoice.total.text() for invoice in invoices] == ["95.00", "190.00", "0.00"]
    assert {invoice.issued_on for invoice in invoices} == {date(2026, 12, 1)}


def test_late_usage_comes_on_the_next_invoice_as_a_line_of_its_own_month(seller: Organization) -> None:
    offer = builders.usage_offer(seller, form=INCLUDED)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "9000", at=SEPTEMBER + timedelta(days=3))
    builders.close(seller, OCTOBER)
    builders.used(buyer, offer, "3000", at=SEPTEMBER + timedelta(days=4), now=OCTOBER + timedelta(days=1))
    builders.used(buyer, offer, "10500", at=OCTOBER + timedelta(days=4))
    (invoice,) = builders.close(seller, NOVEMBER)
    regular, late = invoice.lines.order_by("position")
    assert (regular.late, regular.amount_minor) == (False, 500)
    assert (late.late, late.amount_minor, late.quantity, late.period_starts_at) == (True, 2000, 3000, SEPTEMBER)
    assert builders.close(seller, DECEMBER)[0].lines.count() == 1


def test_late_usage_that_costs_nothing_stays_traceable_as_a_zero_line(seller: Organization) -> None:
    offer = builders.usage_offer(seller, form=INCLUDED)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.close(seller, OCTOBER)
    builders.used(buyer, offer, "5", at=SEPTEMBER + timedelta(days=4), now=OCTOBER + timedelta(days=1))
    (invoice,) = builders.close(seller, NOVEMBER)
    assert [(line.late, line.amount_minor) for line in invoice.lines.order_by("position")] == [(False, 0), (True, 0)]
    assert sorted(Charge.objects.values_list("revision", "event_count")) == [(0, 0), (0, 0), (1, 1)]


def test_grace_holds_usage_back_but_not_the_fee_at_the_start(seller: Organization) -> None:
    seller.usage_grace = timedelta(days=2)
    seller.save()
    offer = builders.usage_offer(seller, base="100")
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    assert Invoice.objects.get().total.text() == "100.00"
    assert builders.close(seller, OCTOBER + timedelta(days=1)) == []
    before = builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=29), now=OCTOBER + timedelta(days=1))
    after = builders.used(buyer, offer, "1", at=OCTOBER + timedelta(hours=2), now=OCTOBER + timedelta(days=1))
    assert (before.late, after.late) == (False, False)
    assert Period.objects.filter(status=Period.Status.CURRENT, item=before.item).count() == 2
    (invoice,) = builders.close(seller, OCTOBER + timedelta(days=2))
    assert amounts(invoice) == [("flat", 10000), ("usage", 9500)]
    assert invoice.boundary_at == OCTOBER


@pytest.mark.parametrize(("setting", "issued"), [("mail", 1), ("issue", 1), ("skip", 0)])
def test_a_month_without_usage_is_issued_at_zero_unless_skipped(
    seller: Organization, setting: str, issued: int
) -> None:
    seller.zero_invoices = setting
    seller.save()
    builders.subscribed(builders.customer(seller), builders.usage_offer(seller))
    invoices = builders.close(seller, OCTOBER)
    assert [(invoice.total.text(), invoice.status) for invoice in invoices] == [("0.00", "paid")] * issued
    assert Period.objects.filter(status=Period.Status.RECORDED).count() == 1


def test_without_auto_finalize_the_invoice_waits_as_a_draft(seller: Organization) -> None:
    seller.auto_finalize = False
    seller.save()
    builders.subscribed(builders.customer(seller), builders.usage_offer(seller))
    (invoice,) = builders.close(seller, OCTOBER)
    assert (invoice.status, invoice.number, invoice.seller) == ("draft", None, {})
    assert not Message.objects.filter(topic="invoice.finalized").exists()


def test_a_subscription_that_fails_is_parked_and_blocks_no_other(seller: Organization) -> None:
    broken, fine = builders.usage_offer(seller, key="broken"), builders.usage_offer(seller, key="fine")
    bad = builders.subscribed(builders.customer(seller, "Bad"), broken)
    builders.subscribed(builders.customer(seller, "Good"), fine)
    builders.spoil(Price.objects.get(add_on=broken.add_on))
    results = list(closing.close_due(organization=seller, as_of=OCTOBER, now=OCTOBER))
    assert [(r.subscription.customer.name, r.invoice is not None) for r in results] == [("Bad", False), ("Good", True)]
    bad.refresh_from_db()
    assert bad.parked_at == OCTOBER
    assert "model" in bad.parked_reason
    assert not Charge.objects.filter(item__subscription=bad).exists()
    assert not Period.objects.filter(item__subscription=bad).exclude(status=Period.Status.CURRENT).exists()
    assert list(closing.close_due(organization=seller, as_of=OCTOBER, now=OCTOBER)) == []

    subscriptions.unpark(subscription=bad)
    builders.spoil(Price.objects.get(add_on=broken.add_on), form={"model": "per_unit", "unit_amount": "95"})
    assert [invoice.total.text() for invoice in builders.close(seller, OCTOBER)] == ["0.00"]


def test_a_period_that_owes_less_than_was_billed_is_credited_beside_the_next_invoice(seller: Organization) -> None:
    offer = builders.usage_offer(seller, form=DIPS)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "100", at=SEPTEMBER + timedelta(days=3))
    (september,) = builders.close(seller, OCTOBER)
    assert september.total.text() == "100.00"
    builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=4), now=OCTOBER + timedelta(days=1))
    builders.used(buyer, offer, "2", at=OCTOBER + timedelta(days=1))
    shown = previews.next_invoice(subscription=Subscription.objects.get())
    (october,) = builders.close(seller, NOVEMBER)
    assert shown is not None
    assert (shown.invoice.total.text(), amounts(october)) == ("2.00", [("usage", 200)])
    september.refresh_from_db()
    assert CreditNote.objects.get().total.text() == "49.50"
    assert september.amount_due.text() == "50.50"


def test_a_price_change_leaves_opened_periods_alone(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    catalog.set_price(
        organization=seller,
        add_on=offer.add_on,
        currency="USD",
        form={"model": "per_unit", "unit_amount": "120"},
        now=SEPTEMBER + timedelta(days=2),
    )
    builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=3))
    assert builders.close(seller, OCTOBER)[0].total.text() == "95.00"


def test_a_back_dated_start_bills_the_elapsed_periods_in_order(seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="100")
    buyer = builders.customer(seller)
    starting.start(organization=seller, customer=buyer, plan=offer.plan, starts_at=SEPTEMBER, now=NOVEMBER)
    builders.close(seller, NOVEMBER)
    invoices = Invoice.objects.order_by("pk")
    assert [invoice.total.text() for invoice in invoices] == ["100.00", "100.00", "100.00"]
    assert [invoice.boundary_at for invoice in invoices] == [SEPTEMBER, OCTOBER, NOVEMBER]


def test_months_begin_at_local_midnight(seller: Organization) -> None:
    seller.timezone = "America/New_York"
    seller.save()
    start = datetime(2026, 9, 1, 13, 30, tzinfo=UTC)
    subscription = builders.subscribed(builders.customer(seller), builders.usage_offer(seller), now=start)
    assert Period.objects.get().ends_at == datetime(2026, 10, 1, 4, tzinfo=UTC)
    (invoice,) = builders.close(seller, datetime(2026, 10, 1, 4, tzinfo=UTC))
    assert invoice.issued_on == date(2026, 10, 1)
    subscription.refresh_from_db()
    assert subscription.next_boundary_at == datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_everything_announced_is_in_the_outbox(seller: Organization) -> None:
    builders.subscribed(builders.customer(seller), builders.usage_offer(seller))
    (invoice,) = builders.close(seller, OCTOBER)
    messages = Message.objects.order_by("pk").values_list("topic", "payload__invoice")
    assert list(messages) == [
        ("subscription.started", None),
        ("invoice.finalized", invoice.public_id),
        ("invoice.paid", invoice.public_id),
    ]


def test_billed_equals_due_for_every_closed_period(seller: Organization) -> None:
    offer = builders.usage_offer(seller, setup_fee="45", base="20")
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    for month, quantity in ((SEPTEMBER, "3"), (OCTOBER, "0.5")):
        builders.used(buyer, offer, quantity, at=month + timedelta(days=8))
    builders.close(seller, NOVEMBER)
    totals: dict[str, int] = {}
    for charge in Charge.objects.all():
        totals[charge.kind] = totals.get(charge.kind, 0) + charge.amount_minor
    assert totals == {Kind.FLAT: 3 * 2000, Kind.USAGE: 28500 + 4750, Kind.SETUP: 4500}
    assert sum(invoice.total_minor for invoice in Invoice.objects.all()) == sum(totals.values())
    assert Subscription.objects.get().bills_at == DECEMBER


def test_late_usage_of_a_period_that_left_no_charge_is_said_to_be_late(seller: Organization) -> None:
    Organization.objects.update(zero_invoices=Organization.ZeroInvoices.SKIP)
    seller.refresh_from_db()
    offer, buyer = builders.usage_offer(seller), builders.customer(seller)
    builders.subscribed(buyer, offer)
    assert builders.close(seller, OCTOBER) == []
    builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=3), now=OCTOBER + timedelta(days=1))
    (october,) = builders.close(seller, NOVEMBER)
    late = [line for line in october.lines.order_by("position") if line.amount_minor]
    assert [(line.late, line.description) for line in late] == [(True, "Coaching call: late usage")]


def test_a_sum_of_more_digits_than_any_event_is_billed(seller: Organization) -> None:
    offer = builders.usage_offer(seller, form={"model": "per_unit", "unit_amount": "0.000000000001"})
    builders.subscribed(builders.customer(seller, external_id="crm-1"), offer)
    events = [
        NewEvent(quantity=Decimal("9" * 15), customer="crm-1", add_on="coaching-use", idempotency_key=f"key-{number}")
        for number in range(1002)
    ]
    usage.record_batch(organization=seller, events=events, now=SEPTEMBER, source="api", actor="key_test")
    (september,) = builders.close(seller, OCTOBER)
    assert september.total.text() == "1002000.00"
