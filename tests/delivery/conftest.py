"""One invoice of four coaching calls, and the outbox worked by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.invoicing.models import Invoice
from apps.outbox.work import work
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER

Work = Callable[..., int]


@pytest.fixture
def invoice(seller: Organization) -> Invoice:
    """September's invoice of $380.00, finalized on 1 October and due on the 15th; nothing is delivered yet."""
    return billed(seller, calls=4)


@pytest.fixture
def worked() -> Work:
    """Run what is due in the outbox at a moment of 1 October."""

    def run(after: timedelta = timedelta()) -> int:
        moment: datetime = OCTOBER + after
        return work(clock=lambda: moment)

    return run


def billed(seller: Organization, *, calls: int, name: str = "Fabrikam", **details: Any) -> Invoice:
    """Close September for a customer who had so many coaching calls."""
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller, name, **details)
    builders.subscribed(buyer, offer)
    for day in range(calls):
        builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=day, hours=9))
    (invoice,) = builders.close(seller, OCTOBER)
    return Invoice.objects.get(pk=invoice.pk)
