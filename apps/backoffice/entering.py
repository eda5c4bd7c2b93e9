"""Record usage that a person entered for a day, and say what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from apps.core.formats import Formats
from apps.invoicing import estimates, previews
from apps.rating.money import Money
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period
from apps.usage import operations as usage
from apps.usage import queries as events
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
    """The stored event, what it added to its period so far, and where it lands.

    `repeated`: it was stored before. `owed_back`: its closed period owes less than was billed for it.
    """

    event: Event
    repeated: bool
    adds: Money | None
    landing: previews.Landing
    owed_back: bool = False


def enter(*, entry: Entry, now: datetime, actor: str) -> Entered:
    """Record one entry; raise Refusal as usage.record_events does."""
    item = entry.item
    instant = instant_on(entry.day, item=item, now=now)
    before = worth_at(item, instant or now)
    event = NewEvent(
        quantity=entry.amount, item=item.public_id, occurred_at=instant, idempotency_key=entry.key, note=entry.note
    )
    (recorded,) = usage.record_events(
        organization=item.organization, events=[event], now=now, source=Event.Source.ADMIN, actor=actor
    )
    happened_at = recorded.event.occurred_at
    after = worth_at(item, happened_at)
    landing = previews.landing(item=item, instant=happened_at)
    return Entered(
        event=recorded.event,
        repeated=recorded.repeated,
        adds=after - before if after is not None and before is not None else None,
        landing=landing,
        owed_back=landing.late and is_owed_back(item, happened_at),
    )


def is_known(entry: Entry) -> bool:
    """Say whether the form that an entry was written in was saved before."""
    return bool(events.known_keys(keys=[entry.key]))


def sentence(entry: Entry, entered: Entered, formats: Formats, *, today: date) -> str:
    """Say what was recorded: "1 Coaching call on 20 Nov, 95.00, lands on the invoice of 1 Dec"."""
    what = f"{amount_of(entry.item, entry.amount, formats)} on {formats.day(entry.day, today=today)}"
    if entered.repeated:
        return f"{what} was saved before; sending the form twice added nothing."
    adds = "more than an invoice can say" if entered.adds is None else formats.amount(entered.adds)
    if entered.owed_back:
        return f"{what}, {adds}, {comes_back(entered.landing, entered.adds, formats, today=today)}."
    return f"{what}, {adds}, {where(entered.landing, formats, today=today)}."


def where(landing: previews.Landing, formats: Formats, *, today: date) -> str:
    """Say on which invoice usage lands."""
    if landing.bills_at is None:
        return "waits for a draft of its own, as the subscription has ended" if landing.late else "is not billed yet"
    lands = f"lands on the invoice of {formats.day_of(landing.bills_at, today=today)}"
    return f"{lands} as late usage, because its own period is closed" if landing.late else lands


def comes_back(landing: previews.Landing, adds: Money | None, formats: Formats, *, today: date) -> str:
    """Say what becomes of a change to a closed period that owes less than was billed for it."""
    if landing.bills_at is None:
        return "which waits for a credit note, as the subscription has ended"
    note = f"a credit note of {formats.day_of(landing.bills_at, today=today)}"
    if adds is not None and adds.minor >= 0:
        return f"which lessens what comes back on {note}"
    return f"which comes back on {note}, because its own period was billed already"


def amount_of(item: Item, amount: Decimal, formats: Formats) -> str:
    """Say how much of what: "1 Coaching call", "3 calls (Coaching call)"."""
    add_on = item.add_on
    assert add_on is not None, "usage belongs to an add-on"
    if amount == 1:
        return f"1 {add_on.name}"
    return f"{formats.number(amount)} {add_on.unit_plural} ({add_on.name})"


def happened(event: Event, formats: Formats, *, today: date) -> str:
    """Say what an event is and of which day: "1 Coaching call on 20 Nov"."""
    return f"{amount_of(event.item, event.quantity, formats)} on {formats.day_of(event.occurred_at, today=today)}"


def span_of(period: Period, formats: Formats, *, today: date) -> str:
    """Say from when to when a period runs: "1 Oct – 1 Nov"."""
    return f"{formats.day_of(period.starts_at, today=today)} – {formats.day_of(period.ends_at, today=today)}"


def worth_at(item: Item, instant: datetime) -> Money | None:
    """Return what the period of an instant comes to so far; None where it is more than an invoice can say."""
    return estimates.worth(item=item, period=timelines.period_at(item=item, instant=instant))


def is_owed_back(item: Item, instant: datetime) -> bool:
    """Say whether the period of an instant owes less than was billed for it."""
    period = timelines.period_at(item=item, instant=instant)
    return period is not None and estimates.is_overpaid(item=item, period=period)
