"""Why a line is what it is, in the office: what unfolds below it in a few words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from apps.catalog.wording import price_in_words
from apps.core.formats import Formats
from apps.delivery.paper import Paper, PaperLine
from apps.invoicing.explanations import Explanation
from apps.invoicing.models import Charge, CreditLine, Kind
from apps.rating import pricing
from apps.rating.exact import at_places
from apps.rating.money import Money

DAY_PLACES = 2


@dataclass(frozen=True, kw_only=True)
class Why:
    """What unfolds below a line: the arithmetic, sentences about it, and links to the events behind it."""

    steps: str
    sentences: Sequence[str]
    events: str = ""
    see: str = ""
    file: str = ""
    proof: str = ""
    wrong: Sequence[str] = ()


@dataclass(frozen=True)
class Row:
    """A line of a paper and why it is what it is."""

    line: PaperLine
    why: Why | None = None


def sheet(paper: Paper, told: Iterable[Explanation] = (), formats: Formats | None = None) -> list[Row]:
    """Put each line of a paper together with what explains it, which comes in the same order."""
    whys = [why(each, formats) for each in told] if formats is not None else []
    return [Row(line, whys[place] if place < len(whys) else None) for place, line in enumerate(paper.lines)]


def why(told: Explanation, formats: Formats) -> Why:
    """Explain a line in words."""
    metered = told.metric is not None and told.charge is not None
    return Why(
        steps=" · ".join(_step(step, told, formats) for step in told.steps),
        sentences=[*_sentences(told, formats)],
        events=_events(told, formats) if metered else "",
        see=_address(told, "events") if metered else "",
        file=_address(told, "events_csv") if metered else "",
        proof=_proof(told),
        wrong=[
            f"{each.figure.capitalize()}: {each.stored} is stored, {each.again} comes out." for each in told.differences
        ],
    )


def _step(step: pricing.Step, told: Explanation, formats: Formats) -> str:
    return pricing.words(step, number=formats.number, money=lambda amount: formats.rate(amount, told.currency))


def _proof(told: Explanation) -> str:
    if told.charge is None or told.differences:
        return ""
    if told.is_checked:
        return "sum checked ✓" if told.metric is not None else "checked ✓"
    return "many events: the page of events checks the sum"


def _events(told: Explanation, formats: Formats) -> str:
    assert told.charge is not None, "only what was charged has events"
    many = told.charge.event_count
    return f"from {formats.number(Decimal(many))} {'event' if many == 1 else 'events'}"


def _sentences(told: Explanation, formats: Formats) -> Iterable[str]:
    if told.charge is None:
        yield from _by_hand(told, formats)
        return
    yield f"Price of this period: {price_in_words(told.charge.price, formats, with_setup=told.kind == Kind.SETUP)}."
    if told.days is not None:
        part, whole = (formats.number(at_places(days, DAY_PLACES)) for days in told.days)
        yield f"The period had {part} of {whole} days: money for time is due for these alone, quantities are not cut."
    if told.exact != told.due.amount:
        yield f"Exactly {formats.rate(told.exact, told.currency)}, rounded once to {formats.money(told.due)}."
    if told.before:
        yield _difference(told, formats)


def _by_hand(told: Explanation, formats: Formats) -> Iterable[str]:
    if isinstance(told.line, CreditLine):
        yield "Goodwill: what was measured stays billed."
        return
    yield "Added by hand; nothing was measured for it."
    for entry in told.written:
        kept = f" {entry.summary}" if entry.verb == "kept" else ""
        yield f"{entry.verb.capitalize()} by {entry.actor} on {formats.moment(entry.at)}.{kept}"


def _difference(told: Explanation, formats: Formats) -> str:
    """Say what is due in all, what was billed before and where, and the difference."""
    where = list(dict.fromkeys(name for charge in told.before for name in _documents(charge)))
    before = f"{formats.money(told.billed_before)} was billed before"
    if where:
        before += f" ({', '.join(where)})"
    if told.difference.minor < 0:
        here = Money(told.line.amount_minor, told.currency)
        rest = f"so {formats.money(-told.difference)} is taken back"
        if here != -told.difference:
            rest += f", {formats.money(here)} of it here"
    else:
        rest = f"so {formats.money(told.difference)} is billed here"
    return f"For the whole period {formats.money(told.due)} is due; {before}, {rest}."


def _documents(charge: Charge) -> list[str]:
    line = getattr(charge, "line", None)
    return [
        *([str(line.invoice)] if line is not None else []),
        *(str(c.credit_note) for c in charge.credit_lines.all()),
    ]


def _address(told: Explanation, route: str) -> str:
    return reverse(f"admin:invoicing_{told.line._meta.model_name}_{route}", args=[told.line.pk])
