"""Whole lives of an item: whatever is recorded, repeated, late, taken back and closed, in any order and by any path,
comes to what a small reference says. `LIVES=400 pytest tests/usage/test_lives.py` leads more of them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from apps.core.refusals import Conflict, Refusal
from apps.invoicing import estimates
from apps.invoicing.models import Charge, CreditLine, Invoice, Line
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import measuring, queries
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import SEPTEMBER
from tests.usage import worlds
from tests.usage.reference import Fact, Reference, cents, month_of

LIVES = int(os.environ.get("LIVES", "6"))
STEPS = 14
FURTHEST_BACK = timedelta(days=80)  # within the late window
AGGREGATIONS = ["sum", "count", "max", "unique", "latest"]

quantities = st.decimals(min_value=-20, max_value=60, places=2)
ages = st.integers(0, int(FURTHEST_BACK.total_seconds()) // 60).map(lambda minutes: timedelta(minutes=minutes))


@dataclass(frozen=True)
class Draft:
    """What is to be recorded: how much, how long ago (None: it says no instant), by which host."""

    quantity: Decimal
    age: timedelta | None
    host: str | None


drafts = st.builds(Draft, quantities, st.none() | ages, st.sampled_from(["a", "b", "c", None]))


@dataclass(frozen=True)
class Sent:
    """An event as it was sent, the id under which it was stored, and the fact that the reference has of it."""

    event: NewEvent
    public_id: str
    fact: Fact


class Life(RuleBasedStateMachine):
    """One customer, one item, months of usage."""

    sent: Bundle[Sent] = Bundle("sent")
    seller: Organization
    aggregation: str

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        worlds.metered(self.seller, self.aggregation)
        self.reference = Reference(self.aggregation)
        self.now = SEPTEMBER + timedelta(days=3)
        self.keys = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @rule(target=sent, draft=drafts, keyed=st.booleans())
    def record_one(self, draft: Draft, keyed: bool) -> Any:
        event = self.event_of(draft, keyed=keyed)
        try:
            (recorded,) = self.record([event])
        except Refusal:
            assert not self.is_acceptable(event)
            return multiple()
        assert self.is_acceptable(event) and not recorded.repeated
        return self.accepted(event, recorded.event.public_id)

    @rule(target=sent, batches=st.lists(st.lists(drafts, min_size=1, max_size=5), min_size=1, max_size=3))
    def record_batches(self, batches: Sequence[Sequence[Draft]]) -> Any:
        stored = []
        for batch in batches:
            events = [self.event_of(draft, keyed=True) for draft in batch]
            events += events[:1]  # a twin within the batch
            outcomes = self.record_many(events)
            assert [outcome.refusal is None for outcome in outcomes] == [self.is_acceptable(event) for event in events]
            assert outcomes[-1].public_id == outcomes[0].public_id
            for event, outcome in list(zip(events, outcomes, strict=True))[:-1]:
                assert not outcome.repeated
                if outcome.refusal is None:
                    stored.append(self.accepted(event, outcome.public_id))
        return multiple(*stored)

    @rule(again=sent, alone=st.booleans())
    def repeat(self, again: Sent, alone: bool) -> None:
        """Whenever it comes, however long after its period was closed, it gets the first answer."""
        if again.event.idempotency_key is None:
            return
        if alone:
            (recorded,) = self.record([again.event])
            assert (recorded.repeated, recorded.event.public_id) == (True, again.public_id)
        else:
            (outcome,) = self.record_many([again.event])
            assert (outcome.repeated, outcome.public_id, outcome.late) == (True, again.public_id, again.fact.late)

    @rule(one=sent)
    def reverse(self, one: Sent) -> None:
        try:
            self.take_back(one.public_id)
        except Conflict:
            assert one.fact.reversed
        else:
            assert not one.fact.reversed
            self.reference.reverse(one.fact)

    @rule(days=st.integers(1, 25), closes=st.booleans())
    def wait(self, days: int, closes: bool) -> None:
        """Time goes by; somebody closes what is due, or does so later."""
        self.now += timedelta(days=days)
        if closes:
            builders.close(self.seller, self.now)
            self.reference.close(self.now)

    @rule(at_once=st.integers(1, 4))
    def roll_up(self, at_once: int) -> None:
        for period in Period.objects.all():
            usage.advance(period=period, at_once=at_once)

    @invariant()
    def every_accepted_event_is_there_once(self) -> None:
        kept = Event.objects.order_by("pk").values_list("occurred_at", "quantity", "late")
        assert list(kept) == [(fact.at, fact.quantity, fact.late) for fact in self.reference.facts]

    @invariant()
    def every_period_measures_what_the_reference_says(self) -> None:
        periods = list(
            Period.objects.select_related("price", "item__add_on__metric", "item__subscription__organization")
        )
        raw = queries.usage_of(periods=periods)
        assert measuring.so_far(periods=periods) == raw
        counted = {month_of(period.starts_at): raw[period.pk] for period in periods}
        for month, found in counted.items():
            assert found.quantity == self.reference.quantity(month)
            assert found.event_count == len(self.reference.of(month))
            assert found.fact_count == self.reference.fact_count(month)
        if self.aggregation in ("sum", "count"):
            for period in periods:
                days = measuring.days_of(period=period)
                assert sum(day.quantity for day in days) == raw[period.pk].quantity
        for pk, estimate in estimates.so_far(periods=periods).items():
            assert estimate.amount is not None
            assert estimate.amount.minor == cents(raw[pk].quantity)

    @invariant()
    def what_was_billed_less_what_was_credited_is_what_was_due(self) -> None:
        sums = Charge.objects.order_by().values_list("period__starts_at").annotate(Sum("amount_minor"))
        billed = {month_of(start): minor for start, minor in sums}
        assert billed == self.reference.billed
        lines = Line.objects.aggregate(Sum("amount_minor"))["amount_minor__sum"] or 0
        credited = CreditLine.objects.aggregate(Sum("amount_minor"))["amount_minor__sum"] or 0
        assert lines - credited == sum(self.reference.billed.values())
        twice = Invoice.objects.order_by().values("boundary_at").annotate(count=Count("pk")).filter(count__gt=1)
        assert not twice.exists()

    def event_of(self, draft: Draft, *, keyed: bool) -> NewEvent:
        self.keys += 1
        at = None if draft.age is None else max(SEPTEMBER, self.now - draft.age)
        return NewEvent(
            quantity=draft.quantity,
            customer=worlds.CUSTOMER,
            metric=worlds.METRIC,
            occurred_at=at,
            idempotency_key=f"key-{self.keys}" if keyed else None,
            properties={} if draft.host is None else {"host": draft.host},
        )

    def is_acceptable(self, event: NewEvent) -> bool:
        if self.aggregation in ("count", "unique"):
            return event.quantity > 0
        return event.quantity >= 0 or self.aggregation == "sum"

    def accepted(self, event: NewEvent, public_id: str) -> Sent:
        host: str | None = event.properties.get("host")
        return Sent(event, public_id, self.reference.record(event.occurred_at or self.now, event.quantity, host))

    def record(self, events: Sequence[NewEvent]) -> list[usage.Recorded]:
        return usage.record_events(organization=self.seller, events=events, now=self.now, source="api", actor="it")

    def record_many(self, events: Sequence[NewEvent]) -> list[Any]:
        return list(usage.record_batch(organization=self.seller, events=events, now=self.now, source="api", actor="it"))

    def take_back(self, public_id: str) -> None:
        usage.reverse_event(
            organization=self.seller, public_id=public_id, reason="wrong", now=self.now, source="api", actor="it"
        )


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_every_life_comes_to_what_the_reference_says(seller: Organization, aggregation: str) -> None:
    kind = type("Life", (Life,), {"seller": seller, "aggregation": aggregation})
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_the_reference_prices_by_hand() -> None:
    assert [cents(Decimal(text)) for text in ("-3", "0", "5", "7.5", "12", "10.5")] == [0, 0, 500, 625, 817, 767]
