"""The one decimal context and the one rounding that all of rating uses."""

from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction

# Quantities and amounts have at most 15 digits before and 12 after the point, so a product needs 54 digits, 56 with a
# percentage. A division by 10^-12 adds 12 before the point, blocks of 10^-12 another 12, a prorated amount 40 decimals:
# 94 together. A sum over 10^20 events would add 20 more. 128 holds all of it, and the trap on Inexact turns the case
# that nobody thought of into an error instead of a silently rounded amount.
EXACT = Context(prec=128, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])


def half_away(value: Fraction | Decimal) -> int:
    """Round to the nearest whole number, halves away from zero. A decimal takes a tenth of the time of a fraction."""
    if isinstance(value, Decimal):
        return int(value.to_integral_value(ROUND_HALF_UP))
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def at_places(value: Fraction, places: int) -> Decimal:
    """Round a fraction once, half away from zero, to a decimal with this many places."""
    return Decimal(half_away(value * 10**places)).scaleb(-places, context=EXACT)
