"""Say which usage system is asked for an item's usage, and stop asking it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.catalog.models import Metric
from apps.core import signing
from apps.core.encryption import Secret
from apps.core.outbound.faults import Forbidden
from apps.core.outbound.targets import check_url
from apps.core.refusals import Refusal
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item, Subscription
from apps.usage import pulls, queries
from apps.usage.models import Pull, PullSource

# What one number for a whole period cannot say: how many things happened, or how many were different.
COUNTED = (Metric.Aggregation.COUNT, Metric.Aggregation.UNIQUE)
TAKEN_AWAY = "The usage system was taken away."


@dataclass(frozen=True)
class SourceSet:
    """The usage system as it is now, and its secret where that is new: it is never shown again."""

    source: PullSource
    secret: Secret | None


@transaction.atomic
def set_source(
    *, item: Item, url: str, now: datetime, new_secret: bool = False, include_ended: bool = False
) -> SourceSet:
    """Ask a usage system for each period of an item from the one on that ends next; or change its address.

    A new one gets a secret; one that exists keeps its own unless `new_secret`. `include_ended` asks for periods too
    that have ended already and are not billed yet. Raise Refusal naming `item` or `url`.
    """
    _check(item, url, now)
    Subscription.objects.select_for_update().get(pk=item.subscription_id)
    source = PullSource.objects.filter(item=item).first()
    is_new = source is None or source.stopped_at is not None
    if source is None:
        source = PullSource(organization_id=item.organization_id, item=item, created_at=now)
    secret = signing.new_secret() if is_new or new_secret else None
    if secret is not None:
        source.secret = secret
    if is_new:
        source.asks_from, source.stopped_at = now, None
    if include_ended:
        source.asks_from = min(source.asks_from, item.starts_at)
    source.url = url
    source.save()
    return SourceSet(source, secret)


@transaction.atomic
def remove_source(*, item: Item, now: datetime) -> bool:
    """Ask for this item's usage no more; False where nothing was asked.

    What waits for an answer waits no longer: those periods are billed with what is recorded by then.
    """
    subscription = Subscription.objects.select_for_update().get(pk=item.subscription_id)
    source = pulls.source_of(item=item)
    if source is None:
        return False
    source.stopped_at = now
    source.save(update_fields=["stopped_at"])
    for pull in Pull.objects.filter(source=source, status__in=[Pull.Status.WAITING, Pull.Status.FAILED]):
        pull.status, pull.answer = Pull.Status.DROPPED, TAKEN_AWAY
        pull.save(update_fields=["status", "answer"])
        unpark_after(pull=pull, subscription=subscription)
    return True


def unpark_after(*, pull: Pull, subscription: Subscription) -> None:
    """Let a subscription be closed again that was parked because of this question alone."""
    if subscription.parked_at is not None and pull.public_id in subscription.parked_reason:
        subscriptions.unpark(subscription=subscription)


def why_not_asked(*, item: Item, now: datetime) -> Refusal | None:
    """Say why no usage system can be asked for an item; None where one can."""
    if not item.is_usage:
        sentence = "Only usage can be asked for, and this item is billed without any."
        return Refusal("not_usage", sentence, field="item")
    if queries.metric_of(item).aggregation in COUNTED:
        sentence = f"{item} counts single events, which one number for a period cannot say. Send the events instead."
        return Refusal("counted_by_event", sentence, field="item")
    if item.ends_at is not None and item.ends_at <= now:
        return Refusal("item_ended", f"{item} has ended, so there is nothing to ask for any more.", field="item")
    return None


def _check(item: Item, url: str, now: datetime) -> None:
    refusal = why_not_asked(item=item, now=now)
    if refusal is not None:
        raise refusal
    try:
        check_url(url)
    except Forbidden as forbidden:
        raise Refusal("url_refused", forbidden.sentence, field="url") from None
