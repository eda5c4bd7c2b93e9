"""The scenarios of the law of billing that concern usage: late, taken back, repeated, and a draft that waits."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.core.refusals import Refusal
from apps.invoicing import finalizing
from apps.invoicing.lifecycle import changing
from apps.invoicing.models import Charge, CreditNote
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import AuditEntry, Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders

JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY = (datetime(2027, month, 1, tzinfo=UTC) for month in range(1, 8))


@pytest.fixture
def offer(seller: Organization) -> builders.Offer:
    return builders.usage_offer(seller, now=JANUARY)


@pytest.fixture
def buyer(seller: Organization, offer: builders.Offer) -> Customer:
    buyer = builders.customer(seller, external_id="crm-1", now=JANUARY)
    builders.subscribed(buyer, offer, now=JANUARY)
    return buyer


def used(buyer: Customer, offer: builders.Offer, quantity: str, *, now: datetime) -> Event:
    """Record usage of January, whenever it arrives."""
    return builders.used(buyer, offer, quantity, at=JANUARY + timedelta(days=9), now=now)


def take_back(seller: Organization, event: Event, *, now: datetime) -> None:
    usage.reverse_event(
        organization=seller, public_id=event.public_id, reason="entered twice", now=now, source="admin", actor="owner"
    )


def test_january_is_settled_to_the_cent_at_its_own_price_whenever_its_usage_arrives(
    seller: Organization, offer: builders.Offer, buyer: Customer
) -> None:
    """3 units on time at 95; the price moves to 120 in February; 2 late in March, 1 in April, one reversed in May."""
    wrong = used(buyer, offer, "1", now=JANUARY + timedelta(days=10))
    used(buyer, offer, "2", now=JANUARY + timedelta(days=12))
    (january,) = builders.close(seller, FEBRUARY)
    assert january.total.text() == "285.00"

    catalog.set_price(
        organization=seller,
        add_on=offer.add_on,
        currency="USD",
        form={"model": "per_unit", "unit_amount": "120"},
        now=FEBRUARY + timedelta(days=3),
    )
    subscriptions.move_to_current_price(items=Item.objects.all())
    assert len(builders.close(seller, MARCH)) == 1

    for _ in range(2):
        used(buyer, offer, "1", now=MARCH + timedelta(days=4))
    (first_late,) = builders.close(seller, APRIL)
    used(buyer, offer, "1", now=APRIL + timedelta(days=2))
    (second_late,) = builders.close(seller, MAY)
    assert [invoice.total.text() for invoice in (first_late, second_late)] == ["190.00", "95.00"]
    for invoice, quantity in ((first_late, 2), (second_late, 1)):
        (line,) = invoice.lines.filter(period_starts_at=JANUARY)
        assert (line.late, line.quantity, line.period_ends_at) == (True, quantity, FEBRUARY)

    take_back(seller, wrong, now=MAY + timedelta(days=6))
    assert not CreditNote.objects.exists()
    builders.close(seller, JUNE)
    note = CreditNote.objects.get()
    assert note.total.text() == "95.00"
    billed = sum(Charge.objects.filter(period__starts_at=JANUARY).values_list("amount_minor", flat=True))
    assert billed == (3 + 2 + 1 - 1) * 9500

    builders.close(seller, JULY)
    assert CreditNote.objects.count() == 1
    assert sum(Charge.objects.filter(period__starts_at=JANUARY).values_list("amount_minor", flat=True)) == billed


def test_a_retry_gets_the_first_answer_an_hour_later_after_the_closing_and_after_a_change_of_plan(
    seller: Organization, offer: builders.Offer, buyer: Customer
) -> None:
    """The new plan does not offer what was used: nothing can be recorded on it any more."""
    event = NewEvent(quantity=Decimal(1), customer="crm-1", add_on="coaching-use", idempotency_key="call-81")

    def send(now: datetime) -> usage.Recorded:
        return usage.record_events(organization=seller, events=[event], now=now, source="api", actor="key")[0]

    first = send(JANUARY + timedelta(days=9))
    answers = [send(JANUARY + timedelta(days=9, hours=1))]
    builders.close(seller, FEBRUARY)
    answers.append(send(FEBRUARY + timedelta(hours=1)))
    other = builders.plan_of(seller, offer.plan.product, key="other", base="30", timing="advance", now=JANUARY)
    changing.change_plan(subscription=Subscription.objects.get(), plan=other, now=MARCH, actor="owner")
    answers.append(send(MARCH + timedelta(days=40)))
    for answer in answers:
        assert answer.repeated
        assert (answer.event.pk, answer.event.late) == (first.event.pk, False)
        assert answer.event.period.ends_at == FEBRUARY
    (outcome,) = usage.record_batch(
        organization=seller, events=[event], now=MARCH + timedelta(days=40), source="api", actor="key"
    )
    assert (outcome.public_id, outcome.repeated) == (first.event.public_id, True)
    assert Event.objects.count() == 1
    with pytest.raises(Refusal):
        builders.used(buyer, offer, "1", at=MARCH + timedelta(days=3))


def test_a_draft_stays_what_it_is_and_what_was_taken_back_is_due_afterwards(
    seller: Organization, offer: builders.Offer, buyer: Customer
) -> None:
    Organization.objects.update(auto_finalize=False)
    seller.refresh_from_db()
    wrong = used(buyer, offer, "1", now=JANUARY + timedelta(days=10))
    used(buyer, offer, "2", now=JANUARY + timedelta(days=11))
    (draft,) = builders.close(seller, FEBRUARY)
    take_back(seller, wrong, now=FEBRUARY + timedelta(days=2))
    draft.refresh_from_db()
    assert (draft.status, draft.total.text()) == ("draft", "285.00")

    builders.close(seller, MARCH)
    assert AuditEntry.objects.filter(verb="credit waits").count() == 1
    assert not CreditNote.objects.exists()

    assert finalizing.finalize(invoice=draft, now=MARCH + timedelta(days=1)).total.text() == "285.00"
    builders.close(seller, APRIL)
    assert [note.total.text() for note in CreditNote.objects.all()] == ["95.00"]
    assert sum(Charge.objects.filter(period__starts_at=JANUARY).values_list("amount_minor", flat=True)) == 2 * 9500
    assert AuditEntry.objects.filter(verb="credit waits").count() == 1
    assert Period.objects.get(starts_at=JANUARY).status == "recorded"
