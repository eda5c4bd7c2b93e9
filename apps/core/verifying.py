"""Checks of what stands in the books, for `manage.py verify`: each room says what must hold of its rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Check:
    """Something that must hold in every organization, whatever happened.

    `holds` says what, in words. `breaches` reads the rows of the open scope, writes nothing, and yields a sentence for
    each that breaks it. `then` tells what to do about them.
    """

    name: str
    holds: str
    breaches: Callable[[], Iterable[str]]
    then: str
