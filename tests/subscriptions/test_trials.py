"""A trial: one period in which nothing is due, before the first that counts."""

from datetime import UTC, datetime, timedelta

from apps.catalog.models import Plan
from apps.invoicing.models import Invoice
from apps.subscriptions.models import Period, Subscription
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER

TRIAL_ENDS = datetime(2026, 9, 15, tzinfo=UTC)


def on_trial(seller: Organization, **offer: str) -> builders.Offer:
    made = builders.usage_offer(seller, **offer)  # type: ignore[arg-type]
    Plan.objects.update(trial_days=14)
    return builders.Offer(Plan.objects.get(), made.add_on)


def test_nothing_is_due_in_the_trial_and_the_fee_comes_at_its_end(seller: Organization) -> None:
    offer = on_trial(seller, base="100", setup_fee="45")
    buyer = builders.customer(seller)
    subscription = builders.subscribed(buyer, offer, now=SEPTEMBER + timedelta(hours=9))
    assert not Invoice.objects.exists()
    assert (subscription.status, subscription.bills_at) == (Subscription.Status.TRIALING, TRIAL_ENDS)
    builders.used(buyer, offer, "7", at=SEPTEMBER + timedelta(days=3))
    (invoice,) = builders.close(seller, TRIAL_ENDS)
    assert invoice.total.text() == "100.00"
    fee, free = invoice.lines.order_by("position")
    assert (fee.kind, free.kind, free.quantity, free.amount_minor) == ("flat", "usage", 7, 0)
    assert free.steps == [{"kind": "trial", "amount": "0", "quantity": "7"}]
    subscription.refresh_from_db()
    assert subscription.status == Subscription.Status.ACTIVE
    assert subscription.next_boundary_at == datetime(2026, 10, 15, tzinfo=UTC)


def test_usage_after_the_trial_is_charged_from_its_anchor(seller: Organization) -> None:
    offer = on_trial(seller, setup_fee="45")
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "7", at=SEPTEMBER + timedelta(days=3))
    builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=20))
    assert builders.close(seller, OCTOBER) == []
    (invoice,) = builders.close(seller, datetime(2026, 10, 15, tzinfo=UTC))
    assert invoice.total.text() == "235.00"
    assert [(p.index, p.billable, p.starts_at) for p in Period.objects.order_by("index")] == [
        (0, False, SEPTEMBER),
        (1, True, TRIAL_ENDS),
        (2, True, datetime(2026, 10, 15, tzinfo=UTC)),
    ]
