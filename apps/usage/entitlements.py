"""What somebody may do, merged over all subscriptions to which there is access. Computes; asks nothing.

Of a feature that several plans give, yes goes before no and the greatest number before the others; of texts, which
cannot be compared, that of the subscription that began last holds. Lines that measure one metric are added up, of a
metric that measures its greatest or last value each is looked at beside the others, and the greatest is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.catalog.models import Feature, Metric
from apps.rating.exact import EXACT
from apps.rating.numbers import plain
from apps.usage.access import FeatureValue, Line, Use
from apps.usage.models import Limit

ZERO = Decimal(0)
Value = bool | str


@dataclass(frozen=True)
class Balance:
    """How much of a metric is used in the periods that contain now, and how much there is.

    `limit` is None where any line has none; it is hard where each is. `left` is what the limits leave, and
    `included_left` what is still free of charge.
    """

    metric: str
    unit: str
    used: Decimal
    included: Decimal
    included_left: Decimal
    limit_kind: str | None
    limit: Decimal | None
    left: Decimal | None
    resets_at: datetime | None
    items: Sequence[str]


@dataclass(frozen=True)
class Entitlement:
    """What somebody may do: `features` by product and feature, `plans` by key, `expires_at` None for no known end."""

    access: bool
    expires_at: datetime | None
    plans: Sequence[str]
    features: Mapping[str, Mapping[str, Value]]
    balances: Sequence[Balance]
    uses: Sequence[Use]


def merged(uses: Sequence[Use]) -> Entitlement:
    """Merge what subscriptions give to which there is access; the others are told and give nothing."""
    open_ones = [use for use in uses if use.access]
    ends = [use.access_until for use in open_ones]
    return Entitlement(
        access=bool(open_ones),
        expires_at=None if None in ends else max((end for end in ends if end is not None), default=None),
        plans=sorted({use.plan for use in open_ones}),
        features=_features(open_ones),
        balances=_balances(open_ones),
        uses=uses,
    )


def _features(uses: Sequence[Use]) -> dict[str, dict[str, Value]]:
    found: dict[str, dict[str, Value]] = {use.product: {} for use in sorted(uses, key=lambda use: use.product)}
    for use in sorted(uses, key=lambda use: use.starts_at):
        for feature in use.features:
            of_product = found[use.product]
            of_product[feature.key] = _better(of_product.get(feature.key), feature)
    return {product: dict(sorted(features.items())) for product, features in found.items()}


def _better(before: Value | None, feature: FeatureValue) -> Value:
    """Return what holds of a feature after one more subscription, which began later than those before."""
    if feature.kind == Feature.Kind.BOOLEAN:
        return bool(before) or feature.value is True
    if feature.kind == Feature.Kind.NUMBER and before is not None:
        return plain(max(Decimal(str(before)), Decimal(str(feature.value))))
    return str(feature.value)


def _balances(uses: Iterable[Use]) -> list[Balance]:
    lines: dict[str, list[Line]] = {}
    for use in uses:
        for line in use.lines:
            lines.setdefault(line.metric, []).append(line)
    return [_balance(of_metric) for _, of_metric in sorted(lines.items())]


def _balance(lines: Sequence[Line]) -> Balance:
    first = lines[0]
    together = max if first.aggregation in (Metric.Aggregation.MAX, Metric.Aggregation.LATEST) else _sum
    bounded = [
        line for line in lines if line.limit is not None and line.limit_kind in (Limit.Kind.HARD, Limit.Kind.SOFT)
    ]
    is_bounded = len(bounded) == len(lines)
    soft = any(line.limit_kind == Limit.Kind.SOFT for line in bounded)
    return Balance(
        metric=first.metric,
        unit=first.unit,
        used=together([line.used for line in lines]),
        included=together([line.included for line in lines]),
        included_left=together([_left(line.included, line.used) for line in lines]),
        limit_kind=(Limit.Kind.SOFT if soft else Limit.Kind.HARD) if is_bounded else None,
        limit=together([line.limit or ZERO for line in lines]) if is_bounded else None,
        left=together([_left(line.limit or ZERO, line.used) for line in lines]) if is_bounded else None,
        resets_at=min((line.resets_at for line in lines if line.resets_at is not None), default=None),
        items=sorted(line.item for line in lines),
    )


def _left(of: Decimal, used: Decimal) -> Decimal:
    return max(EXACT.subtract(of, used), ZERO)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for number in numbers:
        total = EXACT.add(total, number)
    return total
