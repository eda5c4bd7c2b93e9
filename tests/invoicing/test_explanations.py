"""Why a line is what it is: worked out again from what is stored, whatever was recorded since."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.invoicing import drafts, explanations, rebilling
from apps.invoicing.explanations import Explanation
from apps.invoicing.lifecycle import items
from apps.invoicing.models import CreditNote, Invoice
from apps.tenancy.models import Organization
from apps.usage import counted
from apps.usage import operations as usage
from apps.usage.counted import Fact
from apps.usage.models import Event
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day, item_of

NOON = SEPTEMBER + timedelta(days=3, hours=12)
TIERS = {
    "model": "graduated",
    "included_units": "10000",
    "tiers": [{"up_to": "50000", "unit_amount": "0.01"}, {"up_to": None, "unit_amount": "0.008"}],
}


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller)


def sold(buyer: Customer, **offered: Any) -> builders.Offer:
    offer = builders.usage_offer(buyer.organization, **offered)
    builders.subscribed(buyer, offer)
    return offer


def take_back(event: Event, at: Any) -> None:
    usage.reverse_event(
        organization=event.organization,
        public_id=event.public_id,
        reason="twice",
        now=at,
        source="admin",
        actor="somebody",
    )


def only(invoice: Invoice) -> Explanation:
    (told,) = explanations.of_invoice(invoice=invoice)
    assert told.is_checked
    assert told.differences == []
    return told


def facts(told: Explanation) -> list[Fact]:
    assert told.charge is not None
    rows = list(counted.facts_up_to(period=told.charge.period, mark=told.marks.last).order_by("pk"))
    return counted.told(events=rows, mark=told.marks.last, before=told.marks.before)


def test_tiers_and_included_units_are_told(seller: Organization, buyer: Customer) -> None:
    offer = sold(buyer, form=TIERS)
    builders.used(buyer, offer, "12000", at=NOON)
    (invoice,) = builders.close(seller, OCTOBER)
    told = only(invoice)
    assert [step.kind for step in told.steps] == ["included", "units"]
    assert (told.due.text(), told.billed_before.text(), told.exact) == ("20.00", "0.00", Decimal(20))
    assert [(fact.counted, fact.is_new) for fact in facts(told)] == [(True, True)]


def test_what_is_recorded_later_is_not_told_as_counted(seller: Organization, buyer: Customer) -> None:
    offer = sold(buyer)
    first = builders.used(buyer, offer, "1", at=NOON)
    gone = builders.used(buyer, offer, "2", at=NOON)
    take_back(gone, NOON)
    (september,) = builders.close(seller, OCTOBER)
    late = builders.used(buyer, offer, "4", at=NOON, now=OCTOBER)
    take_back(first, OCTOBER)
    (october,) = builders.close(seller, NOVEMBER)
    before, (after, *_) = only(september), [told for told in explanations.of_invoice(invoice=october) if told.before]
    assert [(fact.event, fact.counted) for fact in facts(before)][:2] == [(first, True), (gone, False)]
    assert [fact.reversed_by is not None for fact in facts(before)] == [True, True, False]
    assert [fact.event for fact in facts(after) if fact.counted] == [late]
    assert [fact.is_new for fact in facts(after)] == [False, False, False, True, True]
    assert (after.due.text(), after.billed_before.text(), after.difference.text()) == ("380.00", "95.00", "285.00")
    assert after.differences == []


def test_what_a_correction_takes_back_is_told(seller: Organization, buyer: Customer) -> None:
    offer = sold(buyer)
    event = builders.used(buyer, offer, "3", at=NOON)
    builders.close(seller, OCTOBER)
    take_back(event, OCTOBER)
    builders.close(seller, NOVEMBER)
    (told,) = explanations.of_credit_note(note=CreditNote.objects.get())
    assert (told.kind, told.due.text(), told.billed_before.text(), told.difference.text()) == (
        "usage",
        "0.00",
        "285.00",
        "-285.00",
    )
    assert told.is_checked
    assert told.differences == []
    assert told.before[0].line.invoice.number == "INV-0001"


@pytest.mark.parametrize("aggregation", ["sum", "count", "max", "latest", "unique"])
def test_every_way_of_counting_comes_out_again(seller: Organization, buyer: Customer, aggregation: str) -> None:
    offer = sold(buyer, aggregation=aggregation)
    for quantity in ("3", "1"):
        builders.used(buyer, offer, quantity, at=NOON)
    (invoice,) = builders.close(seller, OCTOBER)
    builders.used(buyer, offer, "9", at=NOON, now=OCTOBER)
    assert only(invoice).differences == []


def test_single_transactions_come_out_again(seller: Organization, buyer: Customer) -> None:
    offer = sold(buyer, form={"model": "percentage", "rate_percent": "2", "fixed_amount": "0.30"})
    for quantity in ("40", "10"):
        builders.used(buyer, offer, quantity, at=NOON)
    (invoice,) = builders.close(seller, OCTOBER)
    builders.used(buyer, offer, "500", at=NOON, now=OCTOBER)
    assert only(invoice).due.text() == "1.60"


def test_a_fee_is_told_with_the_quantity_that_was_said_then(seller: Organization) -> None:
    """Said at the very instant of the charge, but after it: only its place in the history tells."""
    world = worlds.world(seller)
    subscription = world.start(quantity=Decimal(2))
    items.set_quantity(item=item_of(subscription), quantity=Decimal(5), now=day("2026-09-01"), actor=WHO)
    started, *_ = Invoice.objects.order_by("pk")
    (fee,) = explanations.of_invoice(invoice=started)
    assert (fee.due.text(), fee.differences, fee.days) == ("60.00", [], None)
    world.close("2026-10-01")
    changed = Invoice.objects.get(cause="cycle")
    told = explanations.of_invoice(invoice=changed)
    assert [each.differences for each in told] == [[]] * len(told)
    assert (told[0].due.text(), told[0].billed_before.text()) == ("150.00", "60.00")


def test_a_part_of_a_period_is_told_in_days(seller: Organization) -> None:
    world = worlds.world(seller)
    subscription = world.start()
    changed = items.add_item(subscription=subscription, add_on=world.support, now=day("2026-09-11"), actor=WHO)
    assert changed.invoice is not None
    told = only(changed.invoice)
    assert told.days == (20, 30)
    assert told.due.text() == "8.00"


def test_a_line_by_hand_says_who_added_it(seller: Organization, buyer: Customer) -> None:
    draft = drafts.create(customer=buyer, now=OCTOBER, actor=WHO)
    line = drafts.add_line(
        invoice=draft, description="Work", quantity=Decimal(2), unit_amount=Decimal(50), now=OCTOBER, actor=WHO
    )
    drafts.change_line(line=line, quantity=Decimal(3), now=OCTOBER, actor="other@northwind.example")
    (told,) = explanations.of_invoice(invoice=draft)
    assert [(entry.actor, entry.verb) for entry in told.written] == [
        (WHO, "added"),
        ("other@northwind.example", "changed"),
    ]
    assert (told.charge, told.metric, told.due.text()) == (None, None, "150.00")


def test_what_is_billed_anew_after_a_void_comes_out_again(seller: Organization, buyer: Customer) -> None:
    offer = sold(buyer)
    builders.used(buyer, offer, "2", at=NOON)
    (voided,) = builders.close(seller, OCTOBER)
    builders.used(buyer, offer, "1", at=NOON, now=OCTOBER)
    anew = rebilling.void(invoice=voided, rebill=True, now=OCTOBER, actor=WHO)
    assert anew is not None
    assert only(voided).due.text() == "190.00"
    told = only(anew)
    assert (told.due.text(), told.billed_before.text(), len(told.before)) == ("285.00", "0.00", 2)


def test_a_changed_figure_is_found(seller: Organization, buyer: Customer) -> None:
    offer = sold(buyer)
    builders.used(buyer, offer, "2", at=NOON)
    (invoice,) = builders.close(seller, OCTOBER)
    builders.spoil(invoice.lines.get().charge.price, {"model": "per_unit", "unit_amount": "94"})  # type: ignore[union-attr]
    (told,) = explanations.of_invoice(invoice=invoice)
    found = {each.figure: (each.stored, each.again) for each in told.differences}
    assert found["amount"] == ("190.00", "188.00")


def test_more_events_than_a_page_may_read_are_left_to_the_page_of_one_line(
    seller: Organization, buyer: Customer
) -> None:
    offer = sold(buyer)
    builders.used(buyer, offer, "2", at=NOON)
    (invoice,) = builders.close(seller, OCTOBER)
    (told,) = explanations.of_invoice(invoice=invoice, most=0)
    assert (told.is_checked, told.due.text(), told.marks.last) == (False, "190.00", Event.objects.get().pk)
    alone = explanations.of_line(invoice=invoice, line=invoice.lines.get().public_id)
    assert alone is not None
    assert alone.is_checked


def test_many_lines_cost_as_many_queries_as_two(
    seller: Organization, buyer: Customer, django_assert_max_num_queries: Any
) -> None:
    offers = [builders.usage_offer(seller, key=f"offer-{number}") for number in range(3)]
    for offer in offers:
        builders.subscribed(buyer, offer, again=True)
        builders.used(buyer, offer, "1", at=NOON)
    invoices = builders.close(seller, OCTOBER)
    with django_assert_max_num_queries(10):
        explanations.of_invoice(invoice=invoices[0])
