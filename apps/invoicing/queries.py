"""Read charges and invoices."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet, Sum

from apps.accounts.models import Customer
from apps.invoicing.models import Charge, Invoice, Kind
from apps.subscriptions.models import Item, Period, Subscription


@dataclass(frozen=True)
class Earlier:
    """What was billed for a period before: the sum in minor units, and in how many charges."""

    minor: int = 0
    revisions: int = 0


@dataclass(frozen=True)
class Billed:
    """What was billed for several periods, by period and kind."""

    sums: dict[tuple[int, str], Earlier] = field(default_factory=dict)

    def of(self, period: Period | None, kind: Kind) -> Earlier:
        """Return what was billed for a period; nothing for one that is yet to be opened."""
        return self.sums.get((period.pk, kind), Earlier()) if period is not None else Earlier()


def billed(*, periods: Iterable[Period]) -> Billed:
    """Sum the charges of periods."""
    rows = (
        Charge.objects.filter(period__in=list(periods))
        .values_list("period", "kind")
        .annotate(minor=Sum("amount_minor"), revisions=Count("pk"))
    )
    return Billed({(period, kind): Earlier(int(minor), count) for period, kind, minor, count in rows})


def items_with_setup_charge(*, items: Iterable[Item]) -> set[int]:
    """Return the ids of those items whose setup fee was charged."""
    return set(Charge.objects.filter(item__in=list(items), kind=Kind.SETUP).values_list("item", flat=True))


def events_charged(*, subscription: Subscription) -> dict[int, int]:
    """Return, by period, how many events the newest usage charge of each period of a subscription rated."""
    rows = (
        Charge.objects.filter(item__subscription=subscription, kind=Kind.USAGE)
        .order_by("period", "-revision")
        .distinct("period")
        .values_list("period", "event_count")
    )
    return dict(rows)


def invoices_of(*, customer: Customer) -> QuerySet[Invoice]:
    """Return a customer's invoices, newest first."""
    return Invoice.objects.filter(customer=customer).order_by("-pk")
