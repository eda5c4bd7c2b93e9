"""Pages of a list that stay right while rows arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from apps.core.fields import PUBLIC_ID, StrictSerializer, Text, WholeNumber
from apps.core.refusals import Refusal

PAGE = 50
LARGEST_PAGE = 200

_Row = TypeVar("_Row", bound=Model)


class PageQuery(StrictSerializer):
    """Which page of a list."""

    limit = WholeNumber(
        default=PAGE, min_value=1, max_value=LARGEST_PAGE, help_text="How many rows a page holds at the most."
    )
    cursor = Text(required=False, max_length=40, help_text="Where the page begins: taken from `next`.")


@dataclass(frozen=True)
class Page(Generic[_Row]):
    """Some rows, newest first, and the cursor of the next page; None after the last."""

    rows: Sequence[_Row]
    next_cursor: str | None


def page(rows: QuerySet[_Row], *, limit: int, cursor: str | None = None) -> Page[_Row]:
    """Cut one page out of rows that have public ids; no total is counted. Raise Refusal for a cursor of other rows.

    The cursor is the public id of the last row seen, so that a place in the list tells nothing about its length.
    """
    newest: QuerySet[Any] = rows.order_by("-pk")
    if cursor is not None:
        newest = newest.filter(pk__lt=_place(rows.model, cursor))
    found = list(newest[: limit + 1])
    shown = found[:limit]
    return Page(shown, str(shown[-1].public_id) if len(found) > limit else None)


def _place(model: Any, cursor: str) -> int:
    """Find the cursor's row among all of the organization's: it may have left the filtered list since."""
    row = model.objects.filter(public_id=cursor).first() if PUBLIC_ID.fullmatch(cursor) else None
    if row is None:
        raise Refusal("invalid_cursor", "This cursor does not belong to this list.", field="cursor")
    return int(row.pk)
