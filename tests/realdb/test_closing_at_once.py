"""Several workers close and several programs post at the same moment: nothing twice, nothing lost, no gap."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from apps.core.refusals import Refusal
from apps.invoicing.models import Charge, Invoice, Run
from apps.invoicing.runs import running
from apps.subscriptions.models import Period, Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.committing import at_once

WORKERS = 4
SUBSCRIPTIONS = 12
MOST = 3  # subscriptions in a chunk


def close_all(seller: Organization) -> list[str]:
    with scope.fresh():
        return [
            closed.invoice.public_id
            for step in running.close_due(organization=seller, as_of=OCTOBER, now=OCTOBER, by="a test", most=MOST)
            for closed in step
            if closed.invoice
        ]


def post(seller: Organization, key: str, quantity: str = "1") -> usage.Recorded:
    event = NewEvent(
        quantity=Decimal(quantity),
        customer="crm-1",
        add_on="coaching-use",
        occurred_at=SEPTEMBER + timedelta(days=9),
        idempotency_key=key,
    )
    return usage.record_events(organization=seller, events=[event], now=OCTOBER, source="api", actor="key_test")[0]


def test_four_workers_close_each_subscription_once(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    for place in range(SUBSCRIPTIONS):
        builders.subscribed(builders.customer(seller, f"Customer {place}"), offer)
    results = at_once(*[lambda: close_all(seller)] * WORKERS)
    made = [public_id for result in results for public_id in result]  # type: ignore[union-attr]
    assert len(made) == len(set(made)) == SUBSCRIPTIONS
    assert Charge.objects.count() == SUBSCRIPTIONS
    numbers = list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(1, SUBSCRIPTIONS + 1))
    (run,) = Run.objects.all()
    assert (run.status, run.done, run.failed, run.invoices) == (Run.Status.DONE, SUBSCRIPTIONS, 0, SUBSCRIPTIONS)


def test_two_subscriptions_of_one_customer_are_closed_by_two_workers(seller: Organization) -> None:
    buyer = builders.customer(seller)
    for key in ("coaching", "storage"):
        builders.subscribed(buyer, builders.usage_offer(seller, key=key))
    at_once(*[lambda: close_all(seller)] * 2)
    close_all(seller)
    assert Invoice.objects.count() == 2
    assert not Subscription.objects.filter(bills_at__lte=OCTOBER).exists()


def test_an_event_posted_while_its_period_closes_is_billed_once(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, offer)
    outcomes: Counter[bool] = Counter()
    posted = [lambda n=n: post(seller, f"key-{n}") for n in range(6)]
    results = at_once(lambda: close_all(seller), *posted)
    for result in results[1:]:
        assert isinstance(result, usage.Recorded), result
        outcomes[result.event.late] += 1
    assert sum(outcomes.values()) == 6
    assert Event.objects.count() == 6
    (following,) = builders.close(seller, OCTOBER + timedelta(days=31))
    assert following.boundary_at == OCTOBER + timedelta(days=31)
    assert sum(Charge.objects.values_list("amount_minor", flat=True)) == 6 * 9500
    assert Event.objects.filter(late=True).count() == outcomes[True]


def test_a_start_sent_four_times_at_once_bills_one_subscription(seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="100")
    buyer = builders.customer(seller)
    results = at_once(*[lambda: builders.subscribed(buyer, offer)] * 4)
    assert Counter(type(result) for result in results) == {Subscription: 1, Refusal: 3}
    assert Invoice.objects.count() == 1


def test_programs_that_open_the_same_missing_period_share_it(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    builders.subscribed(builders.customer(seller, external_id="crm-1"), offer)

    def ahead(key: str) -> usage.Recorded:
        event = NewEvent(
            quantity=Decimal(1), customer="crm-1", add_on="coaching-use", occurred_at=OCTOBER, idempotency_key=key
        )
        return usage.record_events(organization=seller, events=[event], now=OCTOBER, source="api", actor="k")[0]

    results = at_once(*[lambda n=n: ahead(f"key-{n}") for n in range(8)])
    assert [type(result) for result in results] == [usage.Recorded] * 8
    assert Period.objects.count() == 2
    assert Event.objects.filter(period__starts_at=OCTOBER).count() == 8


@pytest.mark.parametrize("point", ["charges", "number"])
def test_a_closer_that_dies_half_way_leaves_nothing_behind(seller: Organization, point: str) -> None:
    """Kill the closer's own connection before it can commit; the next run bills as if it had never been."""
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=1))
    table = {"charges": "invoicing_charge", "number": "invoicing_numberseries"}[point]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
            CREATE TRIGGER die AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION die();
            """
        )
    (result,) = at_once(lambda: close_all(seller))
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION die() CASCADE")
    assert isinstance(result, Exception)
    assert (Charge.objects.count(), Invoice.objects.count()) == (0, 0)
    assert Subscription.objects.get().parked_at is None
    (invoice,) = builders.close(seller, OCTOBER)
    assert (invoice.number, invoice.total.text()) == ("INV-0001", "190.00")
