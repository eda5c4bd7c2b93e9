"""Limits and alerts in words, the same wherever they are shown."""

from decimal import Decimal

from apps.catalog.models import AddOn
from apps.core.formats import Formats
from apps.rating.money import to_money
from apps.usage import rules
from apps.usage.models import Alert, Limit

WHAT_IT_DOES = {
    Limit.Kind.HARD: "what would pass it is refused",
    Limit.Kind.SOFT: "what passes it is charged",
    Limit.Kind.NOTIFY: "the team is told",
}


def limit_in_words(limit: Limit | None, add_on: AddOn, formats: Formats) -> str:
    """Say a limit: "10,000 calls in each period; what would pass it is refused"."""
    if limit is None or limit.quantity is None:
        return "No limit"
    quantity = formats.quantity(limit.quantity, add_on.unit, add_on.unit_plural)
    return f"{quantity} in each period; {WHAT_IT_DOES[Limit.Kind(limit.kind)]}"


def left_in_words(limit: Limit | None, used: Decimal, formats: Formats) -> str:
    """Say how near a period is to its limit: "1,786 left of the limit of 10,000"; nothing where there is none."""
    if limit is None or limit.quantity is None:
        return ""
    return f"{formats.number(rules.left(limit, used))} left of the limit of {formats.number(limit.quantity)}"


def alert_in_words(alert: Alert, add_on: AddOn, formats: Formats) -> str:
    """Say when an alert fires: "80 % of the included units"."""
    percent = f"{formats.number(alert.threshold)}\N{NO-BREAK SPACE}%"
    match Alert.Basis(alert.basis):
        case Alert.Basis.INCLUDED:
            return f"{percent} of the included units"
        case Alert.Basis.LIMIT:
            return f"{percent} of the limit"
        case Alert.Basis.QUANTITY:
            return formats.quantity(alert.threshold, add_on.unit, add_on.unit_plural)
        case Alert.Basis.AMOUNT:
            return formats.money(to_money(alert.threshold, alert.currency))


def readers_in_words(alert: Alert) -> str:
    """Say whom an alert tells."""
    told = ["the team"] if alert.tells_team else []
    told += ["the customer"] if alert.tells_customer else []
    return ", ".join([*told, *alert.addresses])


def origin_in_words(rule: Limit | Alert) -> str:
    """Say where a rule stands, for whoever looks at an item or a plan."""
    if rule.item_id is not None:
        return "own"
    return "from the plan" if rule.plan_id is not None else "from the add-on"
