"""What was done to things, by whom and when: the audit log, and what triggers saw change in the rows; newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any

from django.db.models import Field, ForeignKey
from django.http import HttpRequest

from apps.accounts.scoped_admin import formats_of
from apps.catalog.models import Price
from apps.catalog.wording import price_in_words
from apps.core.formats import Formats
from apps.tenancy import queries as tenancy
from apps.tenancy.models import Owned

MOST = 100
UNTOLD = {"id", "public_id", "organization", "created_at"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened: when, who did it (empty where only the row tells), to what, and how or why."""

    at: datetime
    when: str
    who: str
    what: str
    subject: str
    details: Sequence[str]


def told(request: HttpRequest, subjects: Sequence[Owned]) -> list[Entry]:
    """Return what the audit log tells of these rows, which have public ids."""
    formats = formats_of(request)
    named = {str(getattr(subject, "public_id", "")): str(subject) for subject in subjects}
    return [
        Entry(
            at=entry.at,
            when=formats.moment(entry.at),
            who=entry.actor,
            what=entry.verb,
            subject=named[entry.object_id],
            details=[detail for detail in entry.summary.split("; ") if detail],
        )
        for entry in tenancy.audit_of(ids=named)[:MOST]
    ]


def changes(request: HttpRequest, subjects: Sequence[Owned]) -> list[Entry]:
    """Return every change of these rows that triggers saw, whoever made it, by the wall clock."""
    formats = formats_of(request)
    entries: list[Entry] = []
    for model in {type(subject): None for subject in subjects}:
        entries += _changes(model, [subject for subject in subjects if type(subject) is model], formats)
    entries.sort(key=_instant, reverse=True)
    return entries[:MOST]


def _changes(model: Any, rows: Sequence[Owned], formats: Formats) -> Iterator[Entry]:
    """Compare each kept state of rows of one model with the state before."""
    named = {row.pk: str(row) for row in rows}
    history = model.pgh_event_model
    fields = [field for field in history._meta.concrete_fields if _is_told(field)]
    related = [field.name for field in fields if isinstance(field, ForeignKey)]
    states = history.objects.filter(pgh_obj__in=named).select_related(*related).order_by("pgh_obj_id", "pgh_id")
    for pk, kept in groupby(states, key=attrgetter("pgh_obj_id")):
        first, *later = kept
        yield _entry(first, "begun", named[pk], [], formats)
        for before, after in pairwise([first, *later]):
            details = [
                f"{field.verbose_name}: {_said(field, before, formats)} → {_said(field, after, formats)}"
                for field in fields
                if getattr(before, field.attname) != getattr(after, field.attname)
            ]
            if details:
                yield _entry(after, "changed", named[pk], details, formats)


def _is_told(field: Any) -> bool:
    return not field.name.startswith("pgh_") and field.name not in UNTOLD


def _entry(state: Any, what: str, subject: str, details: Sequence[str], formats: Formats) -> Entry:
    at = state.pgh_created_at
    return Entry(at=at, when=formats.moment(at), who="", what=what, subject=subject, details=details)


def _said(field: "Field[Any, Any]", state: Any, formats: Formats) -> str:
    value = getattr(state, field.name)
    if value in (None, ""):
        return "nothing"
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, Price):
        return price_in_words(value, formats)
    return str(dict(field.flatchoices).get(value, value)) if field.choices else str(value)


def _instant(entry: Entry) -> datetime:
    return entry.at
