"""The usage that is recorded, the same for both sides: drawn at random, as programs would send it."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from apps.rating.numbers import decimal_from_text
from apps.usage.recording import NewEvent

REPEATED_SHARE = 0.05
BY_ITEM_SHARE = 0.5
WITH_PROPERTIES_SHARE = 0.25
REGIONS = ("eu-west", "us-east", "ap-south")


@dataclass(frozen=True)
class Line:
    """One billable line of the world, by the names that programs use and by the keys of its rows."""

    item: str
    customer: str
    metric: str
    item_id: int
    period_id: int


@dataclass(frozen=True)
class Use:
    """One event before it is sent."""

    line: Line
    sent: dict[str, Any]

    def new_event(self) -> NewEvent:
        """Return what the product reads in it."""
        read = {**self.sent, "occurred_at": datetime.fromisoformat(self.sent["occurred_at"])}
        return NewEvent(**{**read, "quantity": decimal_from_text(self.sent["quantity"], field="quantity")})


class Source:
    """An endless supply of events on some lines, in the time before `now`; the same for the same seed."""

    def __init__(self, lines: Sequence[Line], *, since: datetime, now: datetime, seed: int) -> None:
        """Note the lines and the span of time."""
        self._lines = lines
        self._since = since
        self._span_ms = int((now - since) / timedelta(milliseconds=1))
        self._random = Random(seed)

    def fresh(self, count: int) -> list[Use]:
        """Return events under keys that were never used."""
        return [self._fresh() for _ in range(count)]

    def mixed(self, batches: int, *, size: int, earlier: Sequence[Use]) -> tuple[list[Use], list[list[Use]]]:
        """Return fresh events, and batches of a size that hold them and, at random places, repeats of earlier ones.

        A twentieth is repeated; nothing where there is nothing earlier.
        """
        repeats = int(size * REPEATED_SHARE) if earlier else 0
        fresh = self.fresh(batches * (size - repeats))
        mixed = []
        for start in range(0, len(fresh), size - repeats):
            batch = [*fresh[start : start + size - repeats], *self._random.sample(earlier, repeats)]
            self._random.shuffle(batch)
            mixed.append(batch)
        return fresh, mixed

    def _fresh(self) -> Use:
        chance = self._random
        line = chance.choice(self._lines)
        name = (
            {"item": line.item}
            if chance.random() < BY_ITEM_SHARE
            else {"customer": line.customer, "metric": line.metric}
        )
        occurred_at = self._since + timedelta(milliseconds=chance.randrange(self._span_ms))
        sent: dict[str, Any] = {
            **name,
            "quantity": _quantity(chance),
            "occurred_at": occurred_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "idempotency_key": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        }
        if chance.random() < WITH_PROPERTIES_SHARE:
            sent["properties"] = {"region": chance.choice(REGIONS), "seconds": chance.randrange(3600)}
        return Use(line, sent)


def batch_body(batch: Sequence[Use]) -> bytes:
    """Return the body of a request that records many."""
    return _json({"events": [use.sent for use in batch]})


def single_body(use: Use) -> bytes:
    """Return the body of a request that records one."""
    return _json(use.sent)


def _quantity(chance: Random) -> str:
    whole = chance.randrange(1, 1000)
    return str(whole) if chance.random() < 0.5 else f"{whole}.{chance.randrange(1, 100):02}"


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
