"""Tell the time. Only edges call these; everything below takes `now` as a parameter (DESIGN rule 4)."""

from datetime import UTC, datetime
from typing import Protocol


class HasClock(Protocol):
    """Anything that may carry a clock of its own: a test organization whose time is moved by hand."""

    clock_at: datetime | None


def wall() -> datetime:
    """Return machine time, aware UTC: for leases, retries, tokens, signatures and audit."""
    return datetime.now(UTC)


def billing(organization: HasClock) -> datetime:
    """Return the organization's business time, aware UTC: for periods, due dates and occurred_at."""
    return organization.clock_at or wall()
