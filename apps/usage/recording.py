"""What an event looks like on its way in, before it is a row."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.rating.numbers import plain


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """A request to record usage: which line, how much, when, under which key.

    The line is `item`, or `customer` (id or external id) with `metric` or `add_on` (keys). `occurred_at` is an aware
    instant, or None for now.
    """

    quantity: Decimal
    item: str | None = None
    customer: str | None = None
    metric: str | None = None
    add_on: str | None = None
    occurred_at: datetime | None = None
    idempotency_key: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def digest(self) -> str:
        """Return the SHA-256 of the content as sent (BILLING §4): equal for the same request, whenever it arrives."""
        content = {
            "line": [self.item, self.customer, self.metric, self.add_on],
            "quantity": plain(self.quantity),
            "occurred_at": self.occurred_at.isoformat() if self.occurred_at else None,
            "properties": self.properties,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
