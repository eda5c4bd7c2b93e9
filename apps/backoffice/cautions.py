"""What to look at twice before usage is saved. A caution never blocks: what is legal is saved when sent again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from apps.backoffice import entering
from apps.backoffice.entering import Entry
from apps.core.formats import Formats
from apps.invoicing import estimates, previews
from apps.invoicing import queries as invoicing
from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Period
from apps.usage import queries as usage
from apps.usage.days import instant_on
from apps.usage.models import Event

MOST_LOOKED_AT = 500  # facts of one period: enough for what people enter, and bounded for what programs send
MOST_PERIODS = 3
FEWEST_KNOWN = 3
UNUSUAL = 10


@dataclass(frozen=True, kw_only=True)
class Caution:
    """A sentence at a field of the form, with a code that stays the same, and where to look if there is a place."""

    field: str
    code: str
    sentence: str
    address: str = ""
    link: str = ""


def of(entry: Entry, formats: Formats, *, now: datetime, today: date) -> list[Caution]:
    """Return what a person should look at before an entry is saved."""
    instant = instant_on(entry.day, item=entry.item, now=now) or now
    period = timelines.period_at(item=entry.item, instant=instant)
    recent = timelines.recent_periods(items=[entry.item], instant=now, most=MOST_PERIODS)
    counted = {each.pk: usage.newest_of(period=each, most=MOST_LOOKED_AT) for each in recent}
    if period is not None and period.pk not in counted:
        counted[period.pk] = usage.newest_of(period=period, most=MOST_LOOKED_AT)
    there = counted[period.pk] if period is not None else []
    return [
        *_closed(entry, instant, period, formats, today),
        *_twice(entry, there, formats, today),
        *_unusual(entry, [event for events in counted.values() for event in events], formats),
        *_beyond(entry, period),
    ]


def _closed(entry: Entry, instant: datetime, period: Period | None, formats: Formats, today: date) -> Iterator[Caution]:
    if period is None or period.status == Period.Status.CURRENT:
        return
    invoice = invoicing.invoice_that_billed(period=period)
    billed = f"was billed on {invoice.number}" if invoice is not None and invoice.number else "was billed"
    landing = previews.landing(item=entry.item, instant=instant)
    on = formats.day_of(landing.bills_at, today=today) if landing.bills_at is not None else ""
    if entry.amount < 0:
        lands = "What was billed too much comes back on a credit note" + (f" of {on}." if on else ".")
    elif on:
        lands = f"This lands on the invoice of {on}, as late usage."
    else:
        lands = "This waits for a draft of its own, as the subscription has ended."
    yield Caution(
        field="day",
        code="closed",
        sentence=f"The period {entering.span_of(period, formats, today=today)} is closed and {billed}. {lands}",
        address=reverse("admin:invoicing_invoice_change", args=[invoice.pk]) if invoice is not None else "",
        link="See the invoice",
    )


def _twice(entry: Entry, there: Sequence[Event], formats: Formats, today: date) -> Iterator[Caution]:
    zone = entry.item.organization.zone
    for event in there:
        if event.quantity == entry.amount and local_date(event.occurred_at, zone) == entry.day:
            what = entering.amount_of(entry.item, entry.amount, formats)
            yield Caution(
                field="amount",
                code=f"twice:{event.pk}",
                sentence=f"{what} on {formats.day(entry.day, today=today)} is there already: recorded "
                f"{formats.moment(event.recorded_at)} by {event.actor}.",
                address=reverse("admin:usage_event_change", args=[event.pk]),
                link="See it",
            )
            return


def _unusual(entry: Entry, known: Sequence[Event], formats: Formats) -> Iterator[Caution]:
    if len(known) < FEWEST_KNOWN:
        return
    largest = max(abs(event.quantity) for event in known)
    if largest and abs(entry.amount) > UNUSUAL * largest:
        yield Caution(
            field="amount",
            code="unusual",
            sentence=f"This is unusually much: of the last {len(known)} the largest was {formats.number(largest)}.",
        )


def _beyond(entry: Entry, period: Period | None) -> Iterator[Caution]:
    if estimates.is_beyond(item=entry.item, period=period, more=entry.amount):
        yield Caution(
            field="amount",
            code="beyond",
            sentence="With this the period comes to more than an invoice can say, so it could not be billed.",
        )
