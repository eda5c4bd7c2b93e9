"""Find customers by the words of their name, e-mail address and external id, by an index.

A word is a run of letters and digits; what is searched for are words, or how they begin. The embedded server brings no
trigrams (decision 0001), so the words of a row are a tsvector of their own: no language, no stemming, nothing left out.
"""

import re
from typing import TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.functions import Coalesce

_Row = TypeVar("_Row", bound=Model)

# All of ASCII that is neither a letter nor a digit; every other character belongs to a word, in SQL as in Python.
_BETWEEN = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")


class Words(Func):
    """The distinct words of texts, in small letters."""

    template = (
        r"array_to_tsvector(array_remove(regexp_split_to_array(lower(%(expressions)s),"
        r" '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+'), ''))"
    )
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


class _Asked(Func):
    template = "lower(%(expressions)s)::tsquery"
    output_field = SearchVectorField()


class _Found(Func):
    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def customer_words() -> Words:
    """Return the words that a customer is found by."""
    return Words(F("name"), F("email"), Coalesce(F("external_id"), Value("")))


class _Among(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def with_words(rows: QuerySet[_Row], text: str) -> QuerySet[_Row]:
    """Keep the customers of whose words every word of `text` begins one; none where it has no word.

    The ids are found first, by the index alone: PostgreSQL knows nothing of how rare a beginning is, and would rather
    go through all rows from the newest on (100,000 customers: 430 ms for a word that none has, so it is 2 ms).
    """
    words = [word for word in _BETWEEN.split(text) if word]
    if not words:
        return rows.none()
    asked = _Asked(Value(" & ".join(f"'{word}':*" for word in words)))
    found = rows.filter(_Found(customer_words(), asked)).values("pk")
    return rows.filter(_Among(F("pk"), ArraySubquery(found)))
