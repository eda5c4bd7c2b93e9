"""The events behind an explained line: those that its charge had seen, page by page, and as the rows of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.core import pagination
from apps.core.spreadsheets import Cell
from apps.invoicing.explanations import Explanation
from apps.usage import counted
from apps.usage.counted import Fact
from apps.usage.models import Event

COLUMNS = (
    *("event", "occurred_at", "recorded_at", "quantity", "value", "counted", "new"),
    *("reverses", "reversed_by", "late", "note", "idempotency_key"),
)


@dataclass(frozen=True)
class Page:
    """Some facts, the last recorded first, and the cursor of the next page; None after the last."""

    facts: Sequence[Fact]
    next_cursor: str | None


def page_of(told: Explanation, *, limit: int, cursor: str | None = None) -> Page:
    """Cut one page out of the facts that a charge had seen. Raise Refusal for a cursor of another list."""
    page = pagination.page(_facts_of(told), limit=limit, cursor=cursor)
    facts = counted.told(events=page.rows, mark=told.marks.last, before=told.marks.before)
    return Page(facts, page.next_cursor)


def rows_of(told: Explanation) -> Iterator[Sequence[Cell]]:
    """Yield all the facts that a charge had seen, in the order of recording, as rows of a file with these COLUMNS.

    `value` is the property whose distinct values are counted, where it is unique.
    """
    if told.metric is None or told.charge is None:
        return
    marks, name = told.marks, told.metric.property
    for fact in counted.each_fact(period=told.charge.period, mark=marks.last, before=marks.before):
        yield _row(fact, name)


def _facts_of(told: Explanation) -> QuerySet[Event]:
    if told.metric is None or told.charge is None:
        return Event.objects.none()
    return counted.facts_up_to(period=told.charge.period, mark=told.marks.last)


def _row(fact: Fact, name: str) -> Sequence[Cell]:
    event = fact.event
    value = event.properties.get(name) if name else None
    return (
        event.public_id,
        event.occurred_at,
        event.recorded_at,
        event.quantity,
        "" if value is None else str(value),
        "yes" if fact.counted else "no",
        "yes" if fact.is_new else "no",
        fact.reverses,
        fact.reversed_by,
        "yes" if event.late else "no",
        event.note,
        event.idempotency_key,
    )
