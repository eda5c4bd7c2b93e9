"""A price in words, the same wherever it is shown."""

from apps.catalog.models import Price
from apps.core.formats import Formats
from apps.rating import pricing
from apps.rating.money import Money


def price_in_words(price: Price, formats: Formats, *, with_setup: bool = True) -> str:
    """Say a price: "0.01 per call, 10,000 included, setup 45.00". A base fee is said "100 per month"."""
    model = pricing.parse(price.form)
    parts = [model.described(unit=_unit(price), number=formats.number)]
    terms = model.terms
    if terms.included_units:
        parts.append(f"{formats.number(terms.included_units)} included")
    if terms.minimum_amount is not None:
        parts.append(f"at least {formats.number(terms.minimum_amount)}")
    if terms.maximum_amount is not None:
        parts.append(f"at most {formats.number(terms.maximum_amount)}")
    if terms.transform is not None:
        parts.append(f"counted in units of {formats.number(terms.transform.divide_by)}")
    if price.setup_fee_minor and with_setup:
        parts.append(f"setup {formats.amount(Money(price.setup_fee_minor, price.currency))}")
    return ", ".join(parts)


def subject_in_words(price: Price) -> str:
    """Say what it is the price of: "API calls on Pro plan"."""
    if price.add_on is None:
        return f"{price.plan} (base fee)"
    return str(price.add_on) if price.plan is None else f"{price.add_on} on {price.plan}"


def each_interval(unit: str, count: int) -> str:
    """Say how often: "each month", "every 3 months"."""
    return f"each {unit}" if count == 1 else f"every {count} {unit}s"


def _unit(price: Price) -> str:
    if price.add_on is not None:
        kinds = {"usage": f"per {price.add_on.unit}", "fixed": "per period", "one_time": "once"}
        return kinds[price.add_on.kind]
    plan = price.plan
    assert plan is not None, "a price is of a plan or an add-on"
    if plan.interval_count == 1:
        return f"per {plan.interval_unit}"
    return f"every {plan.interval_count} {plan.interval_unit}s"
