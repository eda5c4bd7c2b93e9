"""What usage does when something happened: ask usage systems, look for alerts. Wired in billing_site.wiring."""

from datetime import datetime

from apps.core import clock
from apps.core.refusals import Refusal
from apps.outbox.models import Message
from apps.outbox.wiring import GiveUp, RetryLater
from apps.usage import asking
from apps.usage import operations as usage
from apps.usage.asking import NoAnswer
from apps.usage.models import Pull


def ask_usage_system(message: Message, now: datetime) -> None:
    """Ask for the usage of a period that ended, and record the answer; park the subscription where none comes.

    Repeatable: what is recorded is asked for no more, and one question records one event whoever asks it how often.
    """
    business = clock.billing(message.organization)
    pull = usage.begin_asking(public_id=message.payload["pull"], at=now, now=business)
    if pull is None:
        return
    if pull.status == Pull.Status.FAILED:
        raise GiveUp(pull.answer)
    try:
        quantity = asking.ask(
            source=pull.source,
            question_id=pull.public_id,
            starts_at=pull.period.starts_at,
            ends_at=pull.period.ends_at,
            at=now,
        )
        usage.record_answer(pull=pull, quantity=quantity, now=clock.billing(message.organization))
    except NoAnswer as fault:
        _fail(pull, fault.sentence, may_pass=fault.may_pass, now=business)
    except Refusal as refusal:
        _fail(pull, f"Its answer cannot be recorded. {refusal.sentence}", may_pass=False, now=business)


def look_for_alerts(message: Message, now: datetime) -> None:
    """Fire the alerts and limits that recorded periods have reached; repeated, it fires none again."""
    usage.look(periods=message.payload["periods"], now=message.occurred_at)


def _fail(pull: Pull, sentence: str, *, may_pass: bool, now: datetime) -> None:
    is_last = not may_pass or pull.tries >= usage.MOST_TRIES
    usage.record_failure(pull=pull, sentence=sentence, is_last=is_last, now=now)
    raise GiveUp(sentence) if is_last else RetryLater(sentence)
