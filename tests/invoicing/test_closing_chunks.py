"""Closing a whole chunk leaves behind what closing one by one does, to the last column."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.catalog.models import Price
from apps.invoicing import closing
from apps.invoicing.models import CreditNote, Invoice
from apps.invoicing.runs import running
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import NOVEMBER, OCTOBER
from tests.invoicing import mixed

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "drafts": {"auto_finalize": False},
    "zone, grace, no zero invoices, tax included": {
        "timezone": "America/New_York",
        "usage_grace": timedelta(days=1),
        "zero_invoices": "skip",
        "prices_include_tax": True,
    },
}
FIRST, SECOND, THIRD = (month + timedelta(days=1, hours=5) for month in (OCTOBER, NOVEMBER, DECEMBER))


def by_ones(seller: Organization, at: Any) -> None:
    for _ in closing.close_due(organization=seller, as_of=at, now=at):
        pass


def by_chunks(seller: Organization, at: Any, most: int = 500) -> None:
    with scope.of(seller):
        run = running.start(organization=seller, as_of=at, now=at, by="a test")
    for _ in running.work(run=run, now=at, most=most):
        pass


@pytest.mark.parametrize("chosen", SETTINGS.values(), ids=SETTINGS)
def test_chunks_leave_behind_what_closing_one_by_one_does(db: None, chosen: dict[str, Any]) -> None:
    ones, chunks = (mixed.build(key, **chosen) for key in ("ones", "chunks"))
    for seller, close in ((ones, by_ones), (chunks, by_chunks)):
        close(seller, FIRST)
        mixed.arrive_late(seller)
        close(seller, SECOND)
        with scope.of(seller):
            builders.spoil(Price.objects.get(add_on__key="max-use"))  # so that the third time the chunk fails
        close(seller, THIRD)
    expected, found = mixed.left_behind(ones), mixed.left_behind(chunks)
    for table, rows in expected.items():
        assert found[table] == rows, table
    with scope.of(chunks):
        assert not mixed.gaps(Invoice.objects.filter(number__isnull=False).values_list("sequence", flat=True))
        assert not mixed.gaps(CreditNote.objects.values_list("sequence", flat=True))
        assert Subscription.objects.filter(parked_at__isnull=False).count() == 3
