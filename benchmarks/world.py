"""One seller with many customers, each on a plan with one usage item, made by the operations of the house."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.accounts import operations as accounts
from apps.accounts.models import Role
from apps.subscriptions.models import Period
from apps.tenancy import scope
from apps.tenancy.models import Organization
from benchmarks.events import Line
from tests import builders

SAID_EVERY = 100
AGE = timedelta(days=20)  # within the first period of a month, whatever month it is


@dataclass(frozen=True)
class World:
    """The seller, a key of its, the lines on which it meters, and since when."""

    organization: Organization
    key: str
    actor: str
    lines: list[Line]
    since: datetime


def build(*, items: int, now: datetime, say: Callable[[int], None]) -> World:
    """Create the seller and its customers, who began some weeks ago; tell how many there are every hundred."""
    since = now.replace(microsecond=0) - AGE
    organization = builders.organization("benchmark", now=since)
    with scope.of(organization):
        offer = builders.usage_offer(organization, key="calls", name="API calls", now=since)
        key, text = accounts.create_api_key(organization=organization, name="benchmark", role=Role.DEVELOPER, now=since)
        for number in range(1, items + 1):
            buyer = builders.customer(organization, f"Customer {number}", external_id=f"crm-{number}", now=since)
            builders.subscribed(buyer, offer, now=since)
            if number % SAID_EVERY == 0:
                say(number)
        return World(organization, text, key.public_id, _lines(now), since)


def _lines(now: datetime) -> list[Line]:
    """Return the usage lines, each with the one period that it has so far."""
    periods = Period.objects.filter(item__add_on__kind="usage", starts_at__lte=now, ends_at__gt=now).select_related(
        "item__subscription__customer", "item__add_on__metric"
    )
    lines = []
    for period in periods.order_by("pk"):
        item = period.item
        assert item.add_on is not None and item.add_on.metric is not None
        customer = item.subscription.customer
        lines.append(Line(item.public_id, str(customer.external_id), item.add_on.metric.key, item.pk, period.pk))
    return lines
