"""What a usage period comes to before tax: the one place that prices what was measured, for whoever bills or warns."""

from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.rating import pricing
from apps.subscriptions.timeline import Span
from apps.usage import queries
from apps.usage.queries import Usage


def rated(
    span: Span,
    measured: Usage,
    zone: ZoneInfo,
    *,
    late: bool | None = None,
    transactions: Sequence[Decimal] | None = None,
) -> pricing.Rating:
    """Price what a span measured, exactly and unrounded; a trial is free, and says so.

    Its share of the full span scales minimum and maximum, never quantities (BILLING §2). `late` says which part of the
    events was measured, so that a price by transaction looks at the same; `transactions` are those, where they are
    known already.
    """
    if not span.billable:
        return pricing.free_of_charge(measured.quantity)
    model = span.price.model
    if transactions is None and model.BY_TRANSACTION and span.period is not None:
        transactions = queries.transactions_of(period=span.period, late=late)
    return model.rate(measured.quantity, transactions=transactions, share=span.share(zone))
