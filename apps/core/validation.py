"""Turn Django's model validation into the house's refusals."""

from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from apps.core.refusals import Refusal

_Row = TypeVar("_Row", bound=models.Model)


def validated(row: _Row) -> _Row:
    """Return `row` after full_clean; raise Refusal naming the first field at fault."""
    try:
        row.full_clean()
    except ValidationError as invalid:
        field, errors = next(iter(invalid.error_dict.items()))
        raise Refusal(
            errors[0].code or "invalid",
            " ".join(errors[0].messages),
            field=None if field == NON_FIELD_ERRORS else field,
        ) from None
    return row


def saved(row: _Row) -> _Row:
    """Save a row that is valid, and return it; raise Refusal naming the first field at fault."""
    validated(row).save()
    return row
