"""Ask usage systems for what ended: announce the question, begin a try, write down what came of it.

The asking itself happens between these, outside any transaction. Each step holds the subscription's lock, which
comes before its periods' (DESIGN rule 14), so that two workers with one question record one answer.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from django.db import transaction

from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.outbox import operations as outbox
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Period, Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import pulls
from apps.usage.models import Event, Pull
from apps.usage.operations.recording import record_events
from apps.usage.operations.sources import unpark_after
from apps.usage.recording import NewEvent

TOPIC = "usage.pull_due"
MOST_TRIES = 8  # with the outbox's pauses, over some twenty minutes
MOST_AT_ONCE = 500
ACTOR = "usage system"
LAST_INSTANT = timedelta(microseconds=1)
STOPPED = "The worker that asked stopped each time before it had an answer."
RELATED = ("organization", "period", "source__item__subscription__customer", "source__item__add_on__metric")


def announce_due(*, organization: Organization, now: datetime) -> int:
    """Write down, with a message for each, which ended periods of an organization are to be asked for; return how many.

    `now` is business time. Repeated, it announces nothing twice.
    """
    with scope.of(organization):
        waiting = pulls.to_announce(now=now).order_by("item__subscription")
        ids = list(waiting.values_list("item__subscription", flat=True).distinct()[:MOST_AT_ONCE])
        return sum(retried(partial(_announce, pk, now)) for pk in ids)


@transaction.atomic
def _announce(subscription_id: int, now: datetime) -> int:
    subscription = Subscription.objects.select_for_update().get(pk=subscription_id)
    periods = list(pulls.to_announce(now=now).filter(item__subscription=subscription).order_by("ends_at", "pk"))
    for period in periods:
        pull = _question(period, now)
        outbox.append(
            organization=subscription.organization,
            topic=TOPIC,
            payload={"pull": pull.public_id, "subscription": subscription.public_id},
            now=now,
        )
    return len(periods)


def _question(period: Period, now: datetime) -> Pull:
    """Return the question of a period with fresh tries."""
    source = pulls.sources().get(item=period.item_id)
    pull = Pull.objects.filter(period=period).first()
    if pull is None:
        return Pull.objects.create(organization_id=period.organization_id, source=source, period=period, created_at=now)
    pull.status, pull.tries = Pull.Status.WAITING, 0
    pull.save(update_fields=["status", "tries"])
    return pull


@transaction.atomic
def begin_asking(*, public_id: str, at: datetime, now: datetime) -> Pull | None:
    """Count a try and return the question with all that it asks about; None where no answer is wanted any more.

    `at` is machine time, `now` business time. One that failed begins anew: a person let it. One whose tries were used
    up by workers that died is given up here, and comes back as failed.
    """
    _, pull = _locked(public_id)
    if pull.status in (Pull.Status.DONE, Pull.Status.DROPPED):
        return None
    if pull.status == Pull.Status.FAILED:
        pull.status, pull.tries = Pull.Status.WAITING, 0
    if pull.tries >= MOST_TRIES:
        return record_failure(pull=pull, sentence=STOPPED, is_last=True, now=now)
    pull.tries, pull.asked_at = pull.tries + 1, at
    pull.save(update_fields=["status", "tries", "asked_at"])
    return pull


@transaction.atomic
def record_answer(*, pull: Pull, quantity: Decimal, now: datetime) -> Pull:
    """Record the event that an answer means, once, and let the period be closed; return the question as it is now.

    `now` is business time. Raise Refusal where the event cannot be recorded; nothing is changed then.
    """
    subscription, pull = _locked(pull.public_id)
    if pull.status in (Pull.Status.DONE, Pull.Status.DROPPED):
        return pull
    if quantity < 0:
        raise Refusal("quantity_negative", "The quantity must not be negative.", field="quantity")
    event = NewEvent(
        quantity=quantity,
        item=pull.source.item.public_id,
        occurred_at=pull.period.ends_at - LAST_INSTANT,
        idempotency_key=pull.idempotency_key,
    )
    record_events(organization=pull.organization, events=[event], now=now, source=Event.Source.PULL, actor=ACTOR)
    pull.status, pull.quantity, pull.answered_at = Pull.Status.DONE, quantity, now
    pull.answer = ""
    pull.save(update_fields=["status", "quantity", "answered_at", "answer"])
    unpark_after(pull=pull, subscription=subscription)
    return pull


@transaction.atomic
def record_failure(*, pull: Pull, sentence: str, is_last: bool, now: datetime) -> Pull:
    """Note why a try brought no valid answer; after the last one, park the subscription: it is never billed short."""
    subscription, pull = _locked(pull.public_id)
    if pull.status in (Pull.Status.DONE, Pull.Status.DROPPED):
        return pull
    pull.answer = sentence[: Pull._meta.get_field("answer").max_length]
    pull.status = Pull.Status.FAILED if is_last else Pull.Status.WAITING
    pull.save(update_fields=["status", "answer"])
    if is_last and subscription.parked_at is None:
        subscriptions.park(subscription=subscription, reason=_reason(pull), now=now)
    return pull


def _locked(public_id: str) -> tuple[Subscription, Pull]:
    """Lock the subscription that a question is about, and read both."""
    holder = Pull.objects.filter(public_id=public_id).values("period__item__subscription")
    subscription = Subscription.objects.select_for_update().get(pk__in=holder)
    return subscription, Pull.objects.select_related(*RELATED).get(public_id=public_id)


def _reason(pull: Pull) -> str:
    organization = pull.organization
    formats = Formats.of(organization.locale, organization.zone)
    span = f"{formats.day_of(pull.period.starts_at)} – {formats.day_of(pull.period.ends_at)}"
    times = "once" if pull.tries == 1 else f"{pull.tries} times"
    return (
        f"The usage system of {pull.source.item} was asked {times} for {span} and gave no valid answer. {pull.answer} "
        f"Mend it, then retry; or take it away, to bill what is recorded. ({pull.public_id})"
    )
