"""The periods of an item form a chain that PostgreSQL proves: no gap, no overlap, no second beginning."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

DAY = timedelta(days=1)


@pytest.fixture
def first(seller: Organization) -> Period:
    """September of a usage item."""
    builders.subscribed(builders.customer(seller), builders.usage_offer(seller))
    return Period.objects.get()


def after(first: Period, starts_at: datetime, ends_at: datetime, **changes: Any) -> Period:
    """Store a period of the same item by hand."""
    fields = {
        "organization": first.organization,
        "item": first.item,
        "index": 1,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "prev_ends_at": starts_at,
        "full_starts_at": starts_at,
        "full_ends_at": ends_at,
        "price": first.price,
    }
    return Period.objects.create(**(fields | changes))


def test_the_next_period_begins_where_the_last_one_ends(first: Period) -> None:
    assert (first.starts_at, first.ends_at, first.prev_ends_at) == (SEPTEMBER, OCTOBER, None)
    after(first, OCTOBER, NOVEMBER)
    assert Period.objects.count() == 2


@pytest.mark.parametrize(
    ("starts_at", "changes", "constraint"),
    [
        pytest.param(OCTOBER + DAY, {}, "period_chain", id="a gap"),
        pytest.param(
            OCTOBER + DAY, {"prev_ends_at": OCTOBER}, "period_follows_previous", id="a gap that is lied about"
        ),
        pytest.param(OCTOBER - DAY, {}, "period_chain", id="an overlap"),
        pytest.param(OCTOBER - DAY, {"prev_ends_at": OCTOBER}, "period_follows_previous", id="an overlap lied about"),
        pytest.param(OCTOBER, {"prev_ends_at": None}, "period_one_next", id="a second beginning"),
        pytest.param(OCTOBER, {"index": 0}, "period_index_once", id="the same number twice"),
        pytest.param(NOVEMBER, {}, "period_starts_before_end", id="no length"),
        pytest.param(OCTOBER, {"full_starts_at": OCTOBER + DAY}, "period_within_full", id="longer than whole"),
        pytest.param(OCTOBER, {"status": "recorded"}, "period_closed_has_instant", id="closed at no instant"),
    ],
)
def test_what_breaks_the_chain_is_refused(
    first: Period, starts_at: datetime, changes: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        after(first, starts_at, NOVEMBER, **changes)


def test_one_period_has_one_successor(first: Period) -> None:
    after(first, OCTOBER, NOVEMBER)
    with pytest.raises(IntegrityError, match=r"period_(start_once|one_next)"):
        after(first, OCTOBER, NOVEMBER + DAY, index=2)


def test_an_open_period_can_be_cut_and_a_closed_one_cannot(first: Period) -> None:
    first.ends_at = OCTOBER - 10 * DAY
    first.save(update_fields=["ends_at"])
    after(first, first.ends_at, OCTOBER)
    first.status, first.closed_at = Period.Status.FINAL, OCTOBER
    first.save(update_fields=["status", "closed_at"])
    first.ends_at -= DAY
    with pytest.raises(IntegrityError, match="keeps its bounds"):
        first.save(update_fields=["ends_at"])


@pytest.mark.parametrize(
    "changes", [{"ends_at": NOVEMBER}, {"fees_until": NOVEMBER}, {"ends_at": OCTOBER - DAY, "index": 4}]
)
def test_no_other_bound_ever_moves(first: Period, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="keeps its bounds"):
        Period.objects.filter(pk=first.pk).update(**changes)


def test_a_period_that_another_follows_cannot_be_cut(first: Period) -> None:
    after(first, OCTOBER, NOVEMBER)
    with pytest.raises(IntegrityError, match="period_chain"):
        Period.objects.filter(pk=first.pk).update(ends_at=OCTOBER - DAY)
