"""What periods owe, in plain Python: what the house must come to, whatever way a subscription took."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from apps.subscriptions.models import Period, Quantity


@dataclass
class Fact:
    """An event that was accepted."""

    item: int
    at: datetime
    quantity: Decimal
    reversed: bool = False


@dataclass
class Reference:
    """Everything that was said: usage, pauses, and when the cycle was begun anew."""

    zone: ZoneInfo
    trial_ends_at: datetime | None = None
    facts: list[Fact] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    renewals: list[datetime] = field(default_factory=list)

    def is_free(self, period: Period) -> bool:
        """Say whether all of a period lies in a trial or a pause; fail where a part of it does.

        A pause that was over at once leaves a moment, which what is added then contains.
        """
        spans = list(self.pauses)
        if self.trial_ends_at is not None:
            spans.append((datetime.min.replace(tzinfo=self.trial_ends_at.tzinfo), self.trial_ends_at))
        for start, end in spans:
            within = start <= period.starts_at and (end is None or period.ends_at <= end)
            apart = period.ends_at <= start or (end is not None and period.starts_at >= end)
            over_at_once = end is not None and end - start < SECOND
            assert within or apart or over_at_once, f"{period} of {period.item} lies in a pause or a trial by a part"
            if within:
                return True
        return False

    def is_covered(self, period: Period, chain: Sequence[Period]) -> bool:
        """Say whether what was paid before, and not given back, covers all of a period; fail where it does by a part.

        A fee that stays owed ends with its own interval: when the cycle begins anew, the new fee comes on top.
        """
        for before in chain:
            until = before.fees_until
            if until is None or before.ends_at > period.starts_at or until <= period.starts_at:
                continue
            if any(before.ends_at <= renewal <= period.starts_at for renewal in self.renewals):
                continue
            assert period.ends_at <= until, f"{period} of {period.item} is paid for by a part already"
            return True
        return False

    def usage(self, period: Period) -> int:
        """Return what the usage of a period costs, in cents."""
        facts = [fact for fact in self.facts if fact.item == period.item_id and not fact.reversed]
        used = sum((fact.quantity for fact in facts if period.starts_at <= fact.at < period.ends_at), Decimal(0))
        amount = Fraction(Decimal(period.price.form["unit_amount"])) * Fraction(max(used, Decimal(0)))
        minimum = Fraction(Decimal(period.price.form.get("minimum_amount") or "0"))
        return 0 if not period.billable else cents(max(amount, minimum * self.share(period, period.ends_at)))

    def fee(self, period: Period, quantities: Sequence[Quantity]) -> int:
        """Return what the fee of a period costs, in cents: every moment at the quantity that was said last for it."""
        if not period.billable:
            return 0
        price = Fraction(Decimal(period.price.form["unit_amount"]))
        if period.item.is_one_time:
            return cents(price * Fraction(said(quantities, period.starts_at)))
        turns = {quantity.at for quantity in quantities if period.starts_at < quantity.at < period.ends_at}
        instants = [period.starts_at, *sorted(turns), period.fees_until or period.ends_at]
        amount = Fraction(0)
        for start, end in pairwise(instants):
            part = self.share(period, end) - self.share(period, start)
            amount += price * Fraction(said(quantities, start)) * part
        return cents(amount)

    def share(self, period: Period, until: datetime) -> Fraction:
        """Return which part of a period's full span lies between its start and an instant, by the wall clock."""
        first, last = self.wall(period.full_starts_at), self.wall(period.full_ends_at)
        return Fraction((self.wall(until) - self.wall(period.starts_at)) // MICROSECOND, (last - first) // MICROSECOND)

    def wall(self, instant: datetime) -> datetime:
        """Return what the clock on the wall shows."""
        return instant.astimezone(self.zone).replace(tzinfo=None, fold=0)


MICROSECOND = datetime.resolution
SECOND = timedelta(seconds=1)


def said(quantities: Sequence[Quantity], instant: datetime) -> Decimal:
    """Return how many there are at an instant: what was said last of all that holds by then."""
    held = [quantity for quantity in quantities if quantity.at <= instant]
    return max(held, key=lambda quantity: quantity.pk).quantity


def cents(amount: Fraction) -> int:
    """Round an amount to cents, half away from zero."""
    hundredfold = Decimal((amount * 100 * 10**20).__round__()) / 10**20
    return int(hundredfold.quantize(Decimal(1), ROUND_HALF_UP))
