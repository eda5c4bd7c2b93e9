"""Read charges and invoices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, QuerySet

from apps.accounts.models import Customer
from apps.invoicing.models import Charge, Invoice, Kind, Line
from apps.subscriptions.models import Item, Period, Subscription


@dataclass(frozen=True)
class Earlier:
    """What was billed for a period before: the sum in minor units, for what quantity, and in how many charges."""

    minor: int = 0
    quantity: Decimal = Decimal(0)
    revisions: int = 0


@dataclass(frozen=True)
class Billed:
    """What was billed for several periods, by period and kind."""

    sums: dict[tuple[int, str], Earlier] = field(default_factory=dict)

    def of(self, period: Period | None, kind: Kind) -> Earlier:
        """Return what was billed for a period; nothing for one that is yet to be opened."""
        return self.sums.get((period.pk, kind), Earlier()) if period is not None else Earlier()


def billed(*, periods: Iterable[Period]) -> Billed:
    """Add up the charges of periods."""
    sums: dict[tuple[int, str], Earlier] = {}
    charges = Charge.objects.filter(period__in=list(periods)).order_by("revision")
    for period, kind, minor, quantity in charges.values_list("period", "kind", "amount_minor", "quantity"):
        before = sums.get((period, kind), Earlier())
        sums[period, kind] = Earlier(before.minor + minor, quantity, before.revisions + 1)
    return Billed(sums)


def items_with_setup_charge(*, items: Iterable[Item]) -> set[int]:
    """Return the ids of those items whose setup fee was charged."""
    return set(Charge.objects.filter(item__in=list(items), kind=Kind.SETUP).values_list("item", flat=True))


def facts_charged(*, subscription: Subscription) -> dict[int, int]:
    """Return, by period, how many facts the newest usage charge of each period of a subscription has seen."""
    rows = (
        Charge.objects.filter(item__subscription=subscription, kind=Kind.USAGE)
        .order_by("period", "-revision")
        .distinct("period")
        .values_list("period", "fact_count")
    )
    return dict(rows)


def invoices_of(*, customer: Customer) -> QuerySet[Invoice]:
    """Return a customer's invoices, newest first."""
    return Invoice.objects.filter(customer=customer).order_by("-pk")


def invoices(*, customer: str | None = None, status: str | None = None) -> QuerySet[Invoice]:
    """Return invoices with their customer and subscription; `customer` is a public id or an external id."""
    rows = Invoice.objects.select_related("customer", "subscription")
    if customer is not None:
        rows = rows.filter(Q(customer__public_id=customer) | Q(customer__external_id=customer))
    return rows if status is None else rows.filter(status=status)


def lines_of(*, invoice: Invoice) -> list[Line]:
    """Return an invoice's lines in their order."""
    return list(invoice.lines.order_by("position"))
