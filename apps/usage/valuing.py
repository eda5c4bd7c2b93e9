"""What a usage period comes to before tax: the one place that prices what was measured, for whoever bills or warns."""

from zoneinfo import ZoneInfo

from apps.rating import pricing
from apps.subscriptions.timeline import Span
from apps.usage import queries
from apps.usage.queries import Usage


def rated(span: Span, measured: Usage, zone: ZoneInfo, *, late: bool | None = None) -> pricing.Rating:
    """Price what a span measured, exactly and unrounded; a trial is free, and says so.

    Its share of the full span scales minimum and maximum, never quantities (BILLING §2). `late` says which part of the
    events was measured, so that a price by transaction looks at the same.
    """
    if not span.billable:
        return pricing.free_of_charge(measured.quantity)
    model = pricing.parse(span.price.form)
    amounts = None
    if model.BY_TRANSACTION and span.period is not None:
        amounts = queries.transactions_of(period=span.period, late=late)
    return model.rate(measured.quantity, transactions=amounts, share=span.share(zone))
