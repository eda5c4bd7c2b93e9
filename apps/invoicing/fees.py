"""What a fee for time comes to: the quantities bought over a span, each for its share of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from apps.rating import periods, pricing
from apps.rating.exact import EXACT
from apps.rating.proration import WHOLE, prorate
from apps.subscriptions.queries import Bought
from apps.subscriptions.timeline import Span


@dataclass(frozen=True, kw_only=True)
class Fee:
    """An exact amount in major units with its arithmetic, and how many there are at its end."""

    quantity: Decimal
    amount: Decimal
    steps: tuple[pricing.Step, ...]

    @cached_property
    def told_steps(self) -> list[dict[str, str]]:
        """The arithmetic as it is stored."""
        return [step.to_json() for step in self.steps]


def fee_of(*, span: Span, bought: Sequence[Bought], zone: ZoneInfo) -> Fee:
    """Price what was bought over a span: each quantity for the part of the full span that it was held (BILLING §2, §7).

    What is billed once is never a part. Fees that a cut did not give back reach beyond its end, for as many as there
    were when it was cut.
    """
    model, said = span.price.model, tuple(bought)
    if span.item.is_one_time:
        return _once(model, _at(said, span.span.starts_at))
    return _over(model, said, span.span, span.full, span.fees_until, zone)


@lru_cache(maxsize=1024)
def _once(model: pricing.PricingModel, quantity: Decimal) -> Fee:
    rating = model.rate(quantity)
    return Fee(quantity=quantity, amount=rating.amount, steps=rating.steps)


@lru_cache(maxsize=1024)  # thousands pay the same fee for the same month
def _over(
    model: pricing.PricingModel,
    bought: tuple[Bought, ...],
    span: periods.Period,
    full: periods.Period,
    fees_until: datetime | None,
    zone: ZoneInfo,
) -> Fee:
    amount, steps, quantity = Decimal(0), list[pricing.Step](), Decimal(0)
    parts = held(bought, span)
    if fees_until is not None:
        last, quantity = parts.pop()
        parts.append((periods.Period(last.starts_at, fees_until), quantity))
    for part, quantity in parts:
        share = WHOLE if part == full else periods.share(part, full, zone)
        rating = model.rate(quantity)
        steps += rating.steps
        owed = prorate(rating.amount, share)
        if share != WHOLE:
            steps.append(pricing.for_part(owed - rating.amount, share=share, whole=periods.days(full, zone)))
        amount = EXACT.add(amount, owed)
    return Fee(quantity=quantity, amount=amount, steps=tuple(steps))


def held(bought: Sequence[Bought], span: periods.Period) -> list[tuple[periods.Period, Decimal]]:
    """Return the parts of a span over which the quantity stood still, in order, with the quantity of each.

    At any instant there is what was said last of all that holds by then.
    """
    turns = sorted({span.starts_at, *(each.at for each in bought if span.starts_at < each.at < span.ends_at)})
    parts: list[tuple[periods.Period, Decimal]] = []
    for starts_at, ends_at in zip(turns, [*turns[1:], span.ends_at], strict=True):
        quantity = _at(bought, starts_at)
        if parts and parts[-1][1] == quantity:
            starts_at = parts.pop()[0].starts_at
        parts.append((periods.Period(starts_at, ends_at), quantity))
    return parts


def _at(bought: Sequence[Bought], instant: datetime) -> Decimal:
    return next((each.quantity for each in reversed(bought) if each.at <= instant), Decimal(0))
