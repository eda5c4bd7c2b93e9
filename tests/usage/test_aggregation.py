"""How the events of a period become one quantity."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.catalog import operations as catalog
from apps.catalog.models import AddOn, Metric
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage import queries
from apps.usage.recording import NewEvent
from tests import builders
from tests.builders import SEPTEMBER

EVENTS = [("3", 1, "a"), ("7", 5, "b"), ("2", 9, "a"), ("2", 9, "c")]


@pytest.mark.parametrize(
    ("aggregation", "name", "expected"),
    [("sum", "", "14"), ("count", "", "4"), ("max", "", "7"), ("unique", "host", "3"), ("latest", "", "2")],
)
def test_a_period_measures_what_its_events_say(
    seller: Organization, aggregation: str, name: str, expected: str
) -> None:
    period = metered(seller, aggregation, name, EVENTS)
    assert queries.usage_of(periods=[period]) == {period.pk: queries.Usage(Decimal(expected), 4, 4)}


def test_the_latest_is_the_last_to_occur_and_of_those_the_last_recorded(seller: Organization) -> None:
    period = metered(seller, "latest", "", [("5", 9, "a"), ("4", 9, "a"), ("9", 2, "a")])
    assert queries.usage_of(periods=[period])[period.pk].quantity == 4


def test_a_property_may_be_named_by_digits(seller: Organization) -> None:
    period = metered(seller, "unique", "7", [("1", 2, "a"), ("1", 3, "b"), ("1", 4, "a")], spelt="7")
    assert queries.usage_of(periods=[period])[period.pk].quantity == 2


def test_a_missing_or_empty_property_is_no_value(seller: Organization) -> None:
    period = metered(seller, "unique", "call", [("1", 2, None), ("1", 3, "b")], spelt="call")
    assert queries.usage_of(periods=[period])[period.pk] == queries.Usage(Decimal(1), 2, 2)


@pytest.mark.parametrize("aggregation", ["sum", "count", "max", "latest"])
def test_a_period_without_events_measures_nothing(seller: Organization, aggregation: str) -> None:
    period = metered(seller, aggregation, "", [])
    assert queries.usage_of(periods=[period]) == {period.pk: queries.Usage(Decimal(0), 0)}


def metered(
    seller: Organization,
    aggregation: str,
    name: str,
    events: Sequence[tuple[str, int, str | None]],
    *,
    spelt: str = "host",
) -> Period:
    offer = builders.usage_offer(seller)
    metric = catalog.create_metric(
        organization=seller, key="other", name="Other", aggregation=aggregation, property=name, now=SEPTEMBER
    )
    AddOn.objects.update(metric=metric)
    buyer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(buyer, offer)
    now: Any = SEPTEMBER + timedelta(days=20)
    for quantity, day, host in events:
        new = NewEvent(
            quantity=Decimal(quantity),
            customer="crm-1",
            metric="other",
            occurred_at=SEPTEMBER + timedelta(days=day),
            properties={spelt: host},
        )
        usage.record_events(organization=seller, events=[new], now=now, source="api", actor="key_test")
    assert Metric.objects.get(key="other") == metric
    return Period.objects.select_related("item__add_on__metric").get()
