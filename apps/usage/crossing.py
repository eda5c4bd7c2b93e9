"""When an alert is reached: every basis becomes a level of the quantity measured, or of the amount due."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apps.rating.exact import EXACT
from apps.rating.money import Money
from apps.usage.models import Alert

PERCENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a period measured, and comes to before tax; an amount of None is more than any invoice could say.

    `included` and `limit` are quantities as they are measured, None where there are none.
    """

    quantity: Decimal
    amount: Money | None
    currency: str
    included: Decimal | None
    limit: Decimal | None


def reached(alerts: Iterable[Alert], reading: Reading) -> list[Alert]:
    """Return the alerts that a period has reached, in rising order: those of quantities first, then those of money."""
    met = []
    for alert in alerts:
        level = level_of(alert, reading)
        if level is not None and _is_met(alert, level, reading):
            met.append((alert.basis == Alert.Basis.AMOUNT, level, alert.pk, alert))
    return [alert for *_, alert in sorted(met, key=lambda each: each[:3])]


def level_of(alert: Alert, reading: Reading) -> Decimal | None:
    """Return the quantity, or the amount in major units, at which an alert fires; None where it never can."""
    if alert.basis == Alert.Basis.AMOUNT:
        return alert.threshold if alert.currency == reading.currency else None
    if alert.basis == Alert.Basis.QUANTITY:
        return alert.threshold
    whole = reading.included if alert.basis == Alert.Basis.INCLUDED else reading.limit
    return EXACT.multiply(EXACT.multiply(whole, alert.threshold), PERCENT) if whole else None


def _is_met(alert: Alert, level: Decimal, reading: Reading) -> bool:
    if alert.basis == Alert.Basis.AMOUNT:
        return reading.amount is None or reading.amount.amount >= level
    return reading.quantity >= level
