"""The same accepted events come to the same periods and invoices, in whatever order and batches they were sent."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.invoicing.models import Invoice
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import measuring, queries
from apps.usage import operations as usage
from apps.usage.models import Event
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.usage import worlds

EVENTS = 24


def event_of(place: int) -> NewEvent:
    """Return one of the events, each at an instant of its own: September, October, and far apart in size."""
    return NewEvent(
        quantity=Decimal(place % 7) + Decimal(place) / 8 + Decimal("0.000000000001"),
        customer=worlds.CUSTOMER,
        metric=worlds.METRIC,
        occurred_at=SEPTEMBER + timedelta(hours=place * 59),
        idempotency_key=f"key-{place}",
        properties={"host": f"host-{place % 5}"},
    )


def outcome_of(seller: Organization, aggregation: str, batches: Sequence[Sequence[int]]) -> Any:
    """Record events in batches, close two months, and return what came of it; nothing of it stays."""
    with transaction.atomic():
        worlds.metered(seller, aggregation)
        for number, batch in enumerate(batches):
            events = [event_of(place) for place in batch]
            arguments: Any = {"organization": seller, "events": events, "now": OCTOBER + timedelta(days=29)}
            if len(events) == 1 and number % 2:
                usage.record_events(**arguments, source="api", actor="it")
            else:
                usage.record_batch(**arguments, source="import", actor="it")
            for period in Period.objects.all() if number % 3 == 0 else ():
                usage.advance(period=period, at_once=5)
        periods = list(Period.objects.select_related("item__add_on__metric", "item__organization").order_by("index"))
        assert measuring.so_far(periods=periods) == queries.usage_of(periods=periods)
        measured = [queries.usage_of(periods=[period])[period.pk] for period in periods]
        invoices = [*builders.close(seller, OCTOBER), *builders.close(seller, NOVEMBER)]
        assert Event.objects.count() == EVENTS and Invoice.objects.count() == len(invoices)
        lines = [
            (line.description, line.quantity, line.amount_minor, line.steps)
            for invoice in invoices
            for line in invoice.lines.order_by("position")
        ]
        transaction.set_rollback(True)
    return measured, [(invoice.boundary_at, invoice.total) for invoice in invoices], lines


@st.composite
def partitions(draw: st.DrawFn) -> list[list[int]]:
    """Draw an order of the events and cut it into batches."""
    order = draw(st.permutations(range(EVENTS)))
    cuts = sorted(draw(st.sets(st.integers(1, EVENTS - 1), max_size=EVENTS - 1)))
    return [list(order[a:b]) for a, b in zip([0, *cuts], [*cuts, EVENTS], strict=True)]


@pytest.mark.parametrize("aggregation", ["sum", "count", "max", "unique", "latest"])
def test_order_and_batches_change_nothing(seller: Organization, aggregation: str) -> None:
    expected = outcome_of(seller, aggregation, [list(range(EVENTS))])
    assert len(expected[0]) == len(expected[1]) == 2

    @settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(partitions())
    def sent_otherwise(batches: list[list[int]]) -> None:
        assert outcome_of(seller, aggregation, batches) == expected

    sent_otherwise()
