"""What an event looks like on its way in, before it is a row, and what became of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from apps.core.refusals import Refusal
from apps.rating.numbers import plain
from apps.tenancy.models import Organization

MOST_AHEAD = timedelta(minutes=5)
# How an event names its line: item, customer, metric, add-on; each None where it was not given.
Line = tuple[str | None, str | None, str | None, str | None]

_canonical = msgspec.json.Encoder(order="deterministic").encode  # the names of properties in one order


class NewEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request to record usage: which line, how much, when, under which key.

    The line is `item`, or `customer` (id or external id) with `metric` or `add_on` (keys). `occurred_at` is an aware
    instant, or None for now. Where a whole `day` was written down, `occurred_at` is only what was made of it: the
    content as sent is the day, whenever it is sent again.
    """

    quantity: Decimal
    item: str | None = None
    customer: str | None = None
    metric: str | None = None
    add_on: str | None = None
    occurred_at: datetime | None = None
    day: date | None = None
    idempotency_key: str | None = None
    properties: Mapping[str, Any] = {}
    note: str = ""

    @property
    def line(self) -> Line:
        """How the line is named."""
        return self.item, self.customer, self.metric, self.add_on

    def digest(self) -> str:
        """Return the SHA-256 of the content as sent (BILLING §4): equal for the same request, whenever it arrives."""
        content = (*self.line, plain(self.quantity), self._sent_at(), self.properties)
        return hashlib.sha256(_canonical(content)).hexdigest()

    def was_sent_as(self, digest: str) -> bool:
        """Say whether a stored digest is that of this content, in the form of today or that of the first schema."""
        return digest == self.digest() or digest == self._first_digest()

    def _first_digest(self) -> str:
        content = {
            "line": self.line,
            "quantity": plain(self.quantity),
            "occurred_at": self.occurred_at.isoformat() if self.occurred_at else None,
            "properties": self.properties,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def _sent_at(self) -> str | None:
        if self.day is not None:
            return self.day.isoformat()
        # As isoformat() writes it, in a tenth of the time.
        return str(msgspec.to_builtins(self.occurred_at)).replace("Z", "+00:00") if self.occurred_at else None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What came in together. `whole`: it is stored all or not at all; else each event for itself."""

    organization: Organization
    events: Sequence[NewEvent]
    now: datetime
    source: str
    actor: str
    whole: bool


class Placed(NamedTuple):
    """Where an event belongs: its item and its period, whose lock is held. `late`: the period was closed before."""

    item_id: int
    period_id: int
    instant: datetime
    late: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one event of a request.

    `refusal` says why it was not stored; else `public_id` names the stored event, `late` says that its period was
    closed when it arrived, and `repeated` that an earlier request, or an earlier event of this one, had stored it.
    """

    public_id: str = ""
    late: bool = False
    repeated: bool = False
    refusal: Refusal | None = None
