"""The key that a row is known by: its own, or one made of what it says and of its number among equal rows.

Two equal rows of one file are two events; the same row of the same file, or of that file mended or with rows added,
is the same event again.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from apps.rating.numbers import plain
from apps.usage.imports.rows import KEY_PREFIX
from apps.usage.recording import NewEvent

DIGEST_BYTES = 16


class Tally(Protocol):
    """Counts how often each content was seen."""

    def count(self, digests: Sequence[bytes]) -> list[int]:
        """Count each, in order, and return the how-manieth of its kind each is."""
        ...


class TallyInMemory:
    """Counts the rows of a text that is in memory itself."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def count(self, digests: Sequence[bytes]) -> list[int]:
        """Count each, in order, and return the how-manieth of its kind each is."""
        numbers = []
        for digest in digests:
            self._seen[digest] += 1
            numbers.append(self._seen[digest])
        return numbers


def content_of(event: NewEvent) -> bytes:
    """Digest what a row says: for whom, what, when (the day where that was written), how much, and the note."""
    when = event.day or event.occurred_at
    assert when is not None, "a row always says when"
    who = (event.item or "", event.customer or "", event.add_on or "")
    parts = (*who, when.isoformat(), plain(event.quantity), event.note)
    return hashlib.sha256("\x1f".join(parts).encode()).digest()[:DIGEST_BYTES]


def key_of(content: bytes, number: int) -> str:
    """Return the key of the row that is the how-manieth of its content."""
    return f"{KEY_PREFIX}{content.hex()}:{number}"
