"""Handlers that do, wait, give up and break, and a note of who was called."""

from datetime import datetime

from apps.outbox.models import Message
from apps.outbox.wiring import GiveUp, RetryLater

seen: list[tuple[str, str]] = []


def note(message: Message, now: datetime) -> None:
    seen.append(("note", message.payload["n"]))


def not_yet(message: Message, now: datetime) -> None:
    seen.append(("not_yet", message.payload["n"]))
    raise RetryLater("the post office is closed")


def never(message: Message, now: datetime) -> None:
    raise GiveUp("no such address")


def broken(message: Message, now: datetime) -> None:
    raise ZeroDivisionError("a fault in the handler")


HANDLERS = {
    "tea": {"note": note},
    "both": {"note": note, "not_yet": not_yet},
    "never": {"never": never},
    "broken": {"broken": broken},
}
