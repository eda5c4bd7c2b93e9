"""Record usage that a person entered for a day, and say what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from apps.core.formats import Formats
from apps.invoicing import estimates, previews
from apps.rating.money import Money
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item
from apps.usage import operations as usage
from apps.usage.days import instant_on
from apps.usage.models import Event
from apps.usage.recording import NewEvent


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a person wrote: a day, a usage item, an amount, a note, and the key of the form they wrote it in."""

    day: date
    item: Item
    amount: Decimal
    note: str
    key: str


@dataclass(frozen=True)
class Entered:
    """The stored event, what it added to its period so far, and where it lands. `repeated`: it was stored before."""

    event: Event
    repeated: bool
    adds: Money | None
    landing: previews.Landing


def enter(*, entry: Entry, now: datetime, actor: str) -> Entered:
    """Record one entry; raise Refusal as usage.record_events does."""
    item = entry.item
    instant = instant_on(entry.day, item=item, now=now)
    before = _worth(item, instant or now)
    event = NewEvent(
        quantity=entry.amount, item=item.public_id, occurred_at=instant, idempotency_key=entry.key, note=entry.note
    )
    (recorded,) = usage.record_events(
        organization=item.organization, events=[event], now=now, source=Event.Source.ADMIN, actor=actor
    )
    happened_at = recorded.event.occurred_at
    after = _worth(item, happened_at)
    return Entered(
        event=recorded.event,
        repeated=recorded.repeated,
        adds=after - before if after is not None and before is not None else None,
        landing=previews.landing(item=item, instant=happened_at),
    )


def sentence(entry: Entry, entered: Entered, formats: Formats, *, today: date) -> str:
    """Say what was recorded: "1 Coaching call on 20 Nov, 95.00, lands on the invoice of 1 Dec"."""
    what = f"{amount_of(entry.item, entry.amount, formats)} on {formats.day(entry.day, today=today)}"
    if entered.repeated:
        return f"{what} was saved before; sending the form twice added nothing."
    adds = "more than an invoice can say" if entered.adds is None else formats.amount(entered.adds)
    return f"{what}, {adds}, {where(entered.landing, formats, today=today)}."


def where(landing: previews.Landing, formats: Formats, *, today: date) -> str:
    """Say on which invoice usage lands."""
    if landing.bills_at is None:
        return "waits for a draft of its own, as the subscription has ended" if landing.late else "is not billed yet"
    lands = f"lands on the invoice of {formats.day_of(landing.bills_at, today=today)}"
    return f"{lands} as late usage, because its own period is closed" if landing.late else lands


def amount_of(item: Item, amount: Decimal, formats: Formats) -> str:
    """Say how much of what: "1 Coaching call", "3 calls (Coaching call)"."""
    add_on = item.add_on
    assert add_on is not None, "usage belongs to an add-on"
    if amount == 1:
        return f"1 {add_on.name}"
    return f"{formats.number(amount)} {add_on.unit_plural} ({add_on.name})"


def _worth(item: Item, instant: datetime) -> Money | None:
    period = timelines.period_at(item=item, instant=instant)
    return estimates.worth(item=item, period=period)
