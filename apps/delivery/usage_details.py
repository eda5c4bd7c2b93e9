"""The usage behind an invoice, fact by fact: printed as an appendix, or where it is long, written as a CSV file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from babel.dates import format_datetime

from apps.core import spreadsheets
from apps.core.spreadsheets import Cell
from apps.delivery import wording
from apps.delivery.letters import file_name
from apps.delivery.paper import Paper, UsageTable, voice_of
from apps.delivery.voice import Voice
from apps.invoicing.models import Charge, Invoice, Kind, Line
from apps.usage import queries as usage

MOST_PRINTED = 2_000
MOST_WRITTEN = 100_000  # about eight megabytes: what a mail can carry


@dataclass(frozen=True)
class Fact:
    """One event, or with a quantity below zero the taking back of one."""

    public_id: str
    occurred_at: datetime
    quantity: Decimal
    note: str
    is_reversal: bool


@dataclass(frozen=True)
class Detailed:
    """A paper with the usage behind it, printed or said to be in a file, and that file."""

    paper: Paper
    usage_csv: bytes | None = None


def detailed(*, invoice: Invoice, paper: Paper) -> Detailed:
    """Add the usage behind a finalized invoice to its paper, where the seller wants that and there is any."""
    if not invoice.seller.get("usage_details", False):
        return Detailed(paper)
    spans = [(line, _span(line)) for line in _usage_lines(invoice)]
    many = sum(last - first for _, (first, last) in spans)
    voice = voice_of(invoice.seller, invoice.buyer)
    if not 0 < many <= MOST_WRITTEN:
        return Detailed(paper)
    facts = [(line, _facts(line, first, last)) for line, (first, last) in spans if last > first]
    if many <= MOST_PRINTED:
        tables = tuple(_table(voice, line, rows) for line, rows in facts)
        return Detailed(replace(paper, usage_heading=voice.say("Usage in detail"), usage=tables))
    told = voice.many(
        "The usage behind this invoice, {count} entry, is attached as {file}.",
        "The usage behind this invoice, {count} entries, is attached as {file}.",
        many,
        file=f"{file_name(invoice)}-usage.csv",
    )
    return Detailed(replace(paper, usage_note=told), _written(voice, facts))


def _usage_lines(invoice: Invoice) -> list[Line]:
    lines = invoice.lines.filter(kind=Kind.USAGE, charge__isnull=False)
    return list(lines.select_related("charge__period").order_by("position"))


def _span(line: Line) -> tuple[int, int]:
    """Return which facts of its period a line is about: those its charge saw that none before it had seen.

    What was billed on a void invoice and taken back at that instant counts as never told.
    """
    assert line.charge is not None, "only charged lines are asked"
    rows = Charge.objects.filter(
        period_id=line.charge.period_id, kind=line.charge.kind, revision__lt=line.charge.revision
    ).select_related("line__invoice")
    voided_at = {charge.pk: charge.line.invoice.voided_at for charge in rows if hasattr(charge, "line")}
    made_at = {charge.pk: charge.created_at for charge in rows if charge.pk not in voided_at}
    at, taken_back = voided_at | made_at, set(voided_at.values()) & set(made_at.values())
    seen = max((charge.fact_count for charge in rows if at[charge.pk] not in taken_back), default=0)
    return seen, max(seen, line.charge.fact_count)


def _facts(line: Line, first: int, last: int) -> list[Fact]:
    """Return a line's facts by when they happened. Those of a closed period come after in the order of recording."""
    assert line.charge is not None, "only charged lines are asked"
    rows = usage.events_of(periods=[line.charge.period]).order_by("pk")[first:last]
    facts = [
        Fact(
            event.public_id,
            event.occurred_at,
            event.quantity.copy_negate() if event.is_reversal else event.quantity,
            "" if event.is_reversal else event.note,
            event.is_reversal,
        )
        for event in rows
    ]
    return sorted(facts, key=lambda fact: fact.occurred_at)


def _table(voice: Voice, line: Line, facts: Sequence[Fact]) -> UsageTable:
    title = voice.say(", ").join(filter(None, (wording.described(voice, line), wording.service_period(voice, line))))
    return UsageTable(
        title=title,
        head=(voice.say("Time"), voice.say("Quantity"), voice.say("Note")),
        rows=tuple(
            (
                str(format_datetime(fact.occurred_at.astimezone(voice.zone), "short", locale=voice.locale)),
                voice.number(fact.quantity),
                voice.say("taken back") if fact.is_reversal else fact.note,
            )
            for fact in facts
        ),
    )


def _written(voice: Voice, facts: Sequence[tuple[Line, Sequence[Fact]]]) -> bytes:
    """Write facts for programs and spreadsheets, instants on the clock of the seller."""
    return b"".join(spreadsheets.written(_rows(voice, facts)))


def _rows(voice: Voice, facts: Sequence[tuple[Line, Sequence[Fact]]]) -> Iterator[Sequence[Cell]]:
    yield ("line", "description", "occurred_at", "quantity", "unit", "note", "event")
    for line, rows in facts:
        description = wording.described(voice, line)
        for fact in rows:
            yield (
                line.position,
                description,
                fact.occurred_at.astimezone(voice.zone).replace(microsecond=0),
                fact.quantity,
                line.unit,
                voice.say("taken back") if fact.is_reversal else fact.note,
                fact.public_id,
            )
