"""What a price form comes to, worked out another way: in fractions, from the form itself, without steps."""

from bisect import bisect_left
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

Form = dict[str, Any]

ROUNDED = {
    "up": ceil,
    "down": floor,
    "nearest": lambda sold: floor(sold + Fraction(1, 2)),
    "none": lambda sold: Fraction(floor(sold * 10**12 + Fraction(1, 2)), 10**12),
}


def cost(form: Form, quantity: Decimal) -> Fraction:
    """Price a quantity; for percentage it is one transaction."""
    if form["model"] == "percentage":
        return cost_of_transactions(form, [quantity] if quantity else [])
    billable = max(_sold(form, quantity) - Fraction(form.get("included_units", 0)), Fraction(0))
    return _bounded(form, MODELS[form["model"]](form, billable))


def cost_of_transactions(form: Form, amounts: list[Decimal]) -> Fraction:
    """Price transactions, each from its place in the list and the sum of those before it."""
    sold = [_sold(form, amount) for amount in amounts]
    included, count = Fraction(form.get("included_units", 0)), int(form.get("free_transactions", 0))
    due = Fraction(0)
    for i, amount in enumerate(sold):
        before = sum(sold[:i])
        running = bool(included or count) and (not count or i < count) and (not included or before < included)
        beyond = max(before + amount - included, Fraction(0)) if running and included else amount
        if not running or (included and before + amount > included):
            fee = Fraction(form["rate_percent"]) / 100 * beyond + Fraction(form.get("fixed_amount", 0))
            fee = max(fee, Fraction(form.get("transaction_minimum", fee)))
            due += min(fee, Fraction(form.get("transaction_maximum", fee)))
    return _bounded(form, due)


def _sold(form: Form, quantity: Decimal) -> Fraction:
    transform = form.get("transform")
    if transform is None:
        return Fraction(quantity)
    return Fraction(ROUNDED[transform["round"]](Fraction(quantity) / Fraction(transform["divide_by"])))


def _bounded(form: Form, due: Fraction) -> Fraction:
    return max(min(due, Fraction(form.get("maximum_amount", due))), Fraction(form.get("minimum_amount", 0)))


def _per_unit(form: Form, units: Fraction) -> Fraction:
    return units * Fraction(form["unit_amount"])


def _package(form: Form, units: Fraction) -> Fraction:
    return -(-units // Fraction(form["package_size"])) * Fraction(form["package_amount"])


def _tier(tier: Form, units: Fraction) -> Fraction:
    sold = _package(tier, units) if "package_size" in tier else units * Fraction(tier.get("unit_amount", 0))
    return sold + Fraction(tier.get("flat_amount", 0))


def _reached(form: Form, units: Fraction) -> int:
    return bisect_left([Fraction(tier["up_to"]) for tier in form["tiers"][:-1]], units)


def _graduated(form: Form, units: Fraction) -> Fraction:
    ends = [Fraction(0), *(Fraction(tier["up_to"]) for tier in form["tiers"][:-1])]
    last = _reached(form, units)
    full = sum(_tier(form["tiers"][i], ends[i + 1] - ends[i]) for i in range(last))
    return full + _tier(form["tiers"][last], units - ends[last])


def _at_tier_reached(form: Form, units: Fraction) -> Fraction:
    return _tier(form["tiers"][_reached(form, units)], units)


MODELS = {
    "per_unit": _per_unit,
    "graduated": _graduated,
    "volume": _at_tier_reached,
    "stairstep": _at_tier_reached,
    "package": _package,
}
