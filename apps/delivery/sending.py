"""Send one delivery, and keep the account of it: noted before anything leaves, and never sent twice by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.core.mail import EmailMessage

from apps.delivery import operations, posting
from apps.delivery.mails import Unsendable
from apps.delivery.models import Attempt, Delivery
from apps.delivery.operations import Result
from apps.outbox import operations as outbox
from apps.outbox.wiring import GiveUp, RetryLater

NOT_KNOWN = "It is not known whether the mail to {} arrived. Ask there, and use Resend if it did not."


def send(*, delivery: Delivery, compose: Callable[[], EmailMessage], now: datetime) -> None:
    """Send a delivery unless it was sent; raise RetryLater or GiveUp saying why it did not arrive.

    `compose` writes the mail, and raises Unsendable where it cannot be put into the form that mail has.
    """
    try:
        mail = compose()
    except Unsendable as fault:
        operations.reject(delivery=delivery, reason=str(fault), now=now)
        raise GiveUp(str(fault)) from None
    attempt = operations.begin(delivery=delivery, now=now)
    if attempt is None:
        _leave(delivery, now)
        return
    begun = monotonic()
    result = posting.post(mail)
    is_last = attempt.number % outbox.MOST_TRIES == 0  # the outbox gives up with this one
    ended_at = now + timedelta(seconds=monotonic() - begun)
    operations.settle(attempt=attempt, result=result, now=ended_at, is_last=is_last)
    _answer(result, delivery.recipient, is_last=is_last)


def _answer(result: Result, recipient: str, *, is_last: bool) -> None:
    """Tell the outbox how it went."""
    if result.outcome == Attempt.Outcome.UNKNOWN:
        raise GiveUp(f"{NOT_KNOWN.format(recipient)} ({result.detail})")
    if result.outcome == Attempt.Outcome.REFUSED and not is_last:
        raise RetryLater(result.detail)
    if result.outcome != Attempt.Outcome.SENT:
        raise GiveUp(result.detail)


def _leave(delivery: Delivery, now: datetime) -> None:
    """Send nothing again: it is sent, or a run before this one stopped with mail perhaps on its way."""
    operations.lose(delivery=delivery, now=now)
    delivery.refresh_from_db()
    if delivery.status != Delivery.Status.SENT:
        raise GiveUp(NOT_KNOWN.format(delivery.recipient))
