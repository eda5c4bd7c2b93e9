"""Splitting a whole amount over parts so that the parts sum to the whole."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def split(total: int, weights: Sequence[int | Decimal | Fraction]) -> tuple[int, ...]:
    """Spread a whole number over parts in proportion to their weights, by largest remainder.

    Of equal remainders the earlier part is served first, so the same input always splits the same way. With whole
    weights no part exceeds its weight as long as the total doesn't exceed their sum.
    Raises ValueError for a negative weight, and when there is something to split but no weight to split it by.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    if total == 0:
        return (0,) * len(weights)
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares)
    if whole == 0:
        raise ValueError("there is nothing to split the amount over")
    sign = 1 if total > 0 else -1
    quotas = [abs(total) * share / whole for share in shares]
    parts = [int(quota) for quota in quotas]
    missing = abs(total) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - quotas[i])
    for i in by_remainder[:missing]:
        parts[i] += 1
    return tuple(sign * part for part in parts)
