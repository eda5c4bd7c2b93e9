"""How programs name what is sold: by its id, or by its own key."""

import re
from typing import TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from apps.core.fields import PUBLIC_ID
from apps.core.refusals import NotFound, Refusal
from apps.tenancy.models import KEY

_KEY = re.compile(KEY.regex)
LONGEST = 50  # of a key; ids are shorter

_Row = TypeVar("_Row", bound=Model)


def found(rows: QuerySet[_Row], reference: str) -> _Row | None:
    """Return the row with this id, else the one with this key."""
    row = rows.filter(public_id=reference).first() if PUBLIC_ID.fullmatch(reference) else None
    if row is None and len(reference) <= LONGEST and _KEY.match(reference):
        row = rows.filter(key=reference).first()
    return row


def in_path(rows: QuerySet[_Row], reference: str) -> _Row:
    """Return the row that an address names; raise NotFound, the same for another organization's row and for none."""
    row = found(rows, reference)
    if row is None:
        raise NotFound("not_found", f"There is no such {rows.model._meta.verbose_name}.")
    return row


def in_body(rows: QuerySet[_Row], reference: str, *, field: str) -> _Row:
    """Return the row that a member of a body names; raise Refusal naming the member where there is none."""
    row = found(rows, reference)
    if row is None:
        raise Refusal(f"unknown_{field}", f"There is no such {rows.model._meta.verbose_name}.", field=field)
    return row


def parameter(noun: str, example: str, *, name: str = "public_id") -> OpenApiParameter:
    """Describe a part of an address that takes an id or a key."""
    told = f"The id of the {noun}, such as {example}, or its key."
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=told)
