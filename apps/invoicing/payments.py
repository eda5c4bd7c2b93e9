"""Read payments and refunds: money that came in and went out, and what was used on what."""

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.invoicing.models import Allocation, Receipt, Refund
from apps.invoicing.queries import in_month


def with_left(rows: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """Annotate payments with what is left of each, `left_minor`: it is the customer's balance."""
    used = Allocation.objects.filter(receipt=OuterRef("pk")).order_by().values("receipt")
    sums = Subquery(used.annotate(sum=Sum("amount_minor")).values("sum"), output_field=BigIntegerField())
    left: QuerySet[Receipt] = rows.annotate(left_minor=F("amount_minor") - Coalesce(sums, 0))
    return left


def with_uses(rows: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """Read with payments what each was used on, in the order of use, in one query for all."""
    uses = Allocation.objects.select_related("invoice", "refund").order_by("pk")
    return rows.prefetch_related(Prefetch("allocations", queryset=uses))


def payments(
    *, customer: str | None = None, invoice: str | None = None, currency: str | None = None, month: date | None = None
) -> QuerySet[Receipt]:
    """Return payments with their customer and what is left of each; `customer` is a public id or an external id.

    `invoice` is the public id of one that a part was used on, `month` the first day of the one in which it came in.
    """
    rows = with_left(_narrowed(Receipt.objects.all(), customer, currency))
    if invoice is not None:
        rows = rows.filter(Exists(Allocation.objects.filter(receipt=OuterRef("pk"), invoice__public_id=invoice)))
    return rows if month is None else rows.filter(in_month(month, "received_on"))


def refunds(*, customer: str | None = None, currency: str | None = None, month: date | None = None) -> QuerySet[Refund]:
    """Return refunds with their customer; `customer` is a public id or an external id, `month` the first day of one."""
    rows = _narrowed(Refund.objects.all(), customer, currency)
    return rows if month is None else rows.filter(in_month(month, "refunded_on"))


def uses_of(*, payment: Receipt) -> QuerySet[Allocation]:
    """Return what a payment was used on, in the order of use."""
    return payment.allocations.select_related("invoice", "refund", "receipt").order_by("pk")


def sources_of(*, refund: Refund) -> QuerySet[Allocation]:
    """Return what a refund was paid back out of, in the order of use."""
    return refund.allocations.select_related("receipt", "credit_note", "refund").order_by("pk")


def _narrowed(rows: QuerySet[Any], customer: str | None, currency: str | None) -> QuerySet[Any]:
    rows = rows.select_related("customer")
    if customer is not None:
        rows = rows.filter(Q(customer__public_id=customer) | Q(customer__external_id=customer))
    return rows if currency is None else rows.filter(currency=currency)
