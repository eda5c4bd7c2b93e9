"""What an event looks like on its way in, before it is a row, and what became of it."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from apps.core.refusals import Refusal
from apps.rating.numbers import plain

# How an event names its line: item, customer, metric, add-on; each None where it was not given.
Line = tuple[str | None, str | None, str | None, str | None]

_canonical = msgspec.json.Encoder(order="deterministic").encode  # the names of properties in one order


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
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

    def _sent_at(self) -> str | None:
        if self.day is not None:
            return self.day.isoformat()
        return self.occurred_at.isoformat() if self.occurred_at else None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one event of a request.

    `refusal` says why it was not stored; else `public_id` names the stored event, `late` says that its period was
    closed when it arrived, and `repeated` that an earlier request, or an earlier event of this one, had stored it.
    """

    public_id: str = ""
    late: bool = False
    repeated: bool = False
    refusal: Refusal | None = None
