"""Issue a draft, and give back at once what its periods owe less than it says.

A period that was cut while its charge stood on a draft could not be credited then: there was nothing to credit.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.core.refusals import Conflict
from apps.invoicing import assembling, boundaries, crediting, finalizing, queries, taxing
from apps.invoicing.assembling import Due
from apps.invoicing.documents import hold
from apps.invoicing.models import Invoice, Kind
from apps.subscriptions import operations as subscriptions
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Period, Subscription
from apps.subscriptions.timeline import stored


@transaction.atomic
def issue(*, invoice: Invoice, now: datetime, is_new: bool = False) -> Invoice:
    """Finalize a draft and credit what waited for it. Raise Conflict if it is no draft.

    Raise Conflict as well where its tax would be another by now, unless it `is_new`: drafted in this transaction.
    """
    if not is_new:
        _check_taxes(hold(invoice=invoice))
    issued = finalizing.finalize(invoice=invoice, now=now)
    if issued.subscription is not None:
        _bill_what_is_left(issued.subscription, now)
    waiting = _periods(issued)
    if waiting:
        crediting.credit(dues=[due for due in _dues(waiting, issued) if due.difference.minor < 0], now=now)
    return issued


def _check_taxes(draft: Invoice) -> None:
    """Let nobody issue what was taxed by rates, or by details of seller and customer, that have changed since."""
    if draft.status == Invoice.Status.DRAFT and taxing.has_changed(draft):
        sentence = "What decides on the tax has changed since this was drafted: recalculate it first."
        raise Conflict("tax_changed", sentence)


def _bill_what_is_left(subscription: Subscription, now: datetime) -> None:
    """Let usage be billed that came after the end of a subscription, and waited for a draft to be issued."""
    if subscription.status == Subscription.Status.CANCELED and boundaries.has_late_usage(subscription=subscription):
        items = timelines.items_of(subscription=subscription)
        subscriptions.late_usage_came(items=[item.pk for item in items], now=now)


def _periods(invoice: Invoice) -> list[Period]:
    """Lock and return the closed periods whose fees an invoice bills.

    Usage is left out: what was taken back since is due at the next boundary (BILLING §9).
    """
    if invoice.subscription_id is None:
        return []
    list(Subscription.objects.select_for_update(of=("self",)).filter(pk=invoice.subscription_id))
    fees = (Kind.FLAT, Kind.ONE_TIME)
    billed = invoice.lines.filter(charge__isnull=False, charge__kind__in=fees).values("charge__period")
    closed = Period.objects.filter(pk__in=billed).exclude(status=Period.Status.CURRENT)
    related = ("price__plan", "item__price", "item__add_on", "item__subscription__organization")
    return list(closed.select_for_update(of=("self",)).select_related(*related).order_by("pk"))


def _dues(periods: Sequence[Period], invoice: Invoice) -> list[Due]:
    billed = queries.billed(periods=periods)
    bought = timelines.quantities(items=[period.item for period in periods])
    zone = invoice.organization.zone
    return [
        assembling.flat_due(stored(period), bought[period.item_id], billed, invoice.currency, zone)
        for period in periods
    ]
