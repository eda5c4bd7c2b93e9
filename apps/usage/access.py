"""Which subscriptions a grantee or a customer uses, with features and measured lines: one statement, of one moment.

A grantee uses the subscriptions on which it has a seat. One on which nobody has a seat is used by its customer itself,
who is known by its own key or its id here.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from apps.catalog.models import Feature
from apps.rating import pricing
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization
from apps.usage.measuring import MEASURED

MOST_SUBSCRIPTIONS = 1000

# Each step begins with the few rows of the one before: PostgreSQL expects of every customer what the average one has,
# and would rather read all subscriptions and all seats (100,000 of them: 124 ms).
# Each step begins with the few rows of the one before (OFFSET 0, LIMIT 1): where few customers have many subscriptions,
# PostgreSQL would rather read all subscriptions and all seats (100,000 of either: 120 ms).
_OF_CUSTOMER = """
SELECT subscription.id FROM (
    SELECT id FROM accounts_customer
    WHERE organization_id = %(organization)s AND (external_id = %({who})s OR public_id = %({who})s) OFFSET 0
) customer
CROSS JOIN LATERAL (SELECT id FROM subscriptions_subscription WHERE customer_id = customer.id OFFSET 0) subscription
"""

_OF_GRANTEE = f"""
SELECT seat.subscription_id AS id FROM subscriptions_seat seat
WHERE seat.organization_id = %(organization)s AND seat.grantee = %(grantee)s AND seat.unassigned_at IS NULL
UNION {_OF_CUSTOMER.format(who="grantee")}
LEFT JOIN LATERAL (
    SELECT 1 AS one FROM subscriptions_seat
    WHERE subscription_id = subscription.id AND unassigned_at IS NULL LIMIT 1
) seated ON true
WHERE seated.one IS NULL
"""  # noqa: S608 - nothing in it comes from outside

# A change of plan whose time has come holds, even where nobody has carried it out yet.
_USED = f"""
SELECT subscription.public_id, subscription.starts_at, subscription.trial_ends_at, subscription.suspended_at,
    subscription.paused_at, subscription.ends_at, subscription.customer, subscription.plan, subscription.product,
    features.values,
    item.public_id, metric.key, metric.aggregation, add_on.unit, price.form, period.ends_at, measured.quantity,
    metered_limit.kind, metered_limit.quantity
FROM (
    SELECT subscription.*, customer.public_id AS customer, plan.key AS plan, product.key AS product,
        plan.id AS holding_plan_id
    FROM ({{used}}) used
    JOIN subscriptions_subscription subscription USING (id)
    JOIN accounts_customer customer ON customer.id = subscription.customer_id
    LEFT JOIN subscriptions_planchange change ON change.subscription_id = subscription.id
        AND change.done_at IS NULL AND change.withdrawn_at IS NULL AND change.at <= %(now)s
    JOIN catalog_plan plan ON plan.id = coalesce(change.plan_id, subscription.plan_id)
    JOIN catalog_product product ON product.id = plan.product_id
    WHERE subscription.organization_id = %(organization)s
        AND (subscription.ends_at IS NULL
            OR (subscription.ends_at > %(ended_after)s AND subscription.ends_at > subscription.starts_at))
        AND (%(product)s::text IS NULL OR product.key = %(product)s OR product.public_id = %(product)s)
    ORDER BY subscription.id DESC LIMIT {MOST_SUBSCRIPTIONS}
) subscription
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_array(feature.key, feature.kind, valued.value)), '[]') AS values
    FROM catalog_planfeature valued JOIN catalog_feature feature ON feature.id = valued.feature_id
    WHERE valued.plan_id = subscription.holding_plan_id
) features
LEFT JOIN (subscriptions_item item
    JOIN catalog_addon add_on ON add_on.id = item.add_on_id
    JOIN catalog_metric metric ON metric.id = add_on.metric_id
) ON item.subscription_id = subscription.id
    AND item.starts_at <= %(now)s AND (item.ends_at IS NULL OR item.ends_at > %(now)s)
LEFT JOIN subscriptions_period period ON period.item_id = item.id
    AND period.starts_at <= %(now)s AND period.ends_at > %(now)s
LEFT JOIN catalog_price price ON price.id = coalesce(period.price_id, item.price_id)
LEFT JOIN usage_rollup rollup ON rollup.period_id = period.id
LEFT JOIN LATERAL (SELECT {MEASURED} AS quantity) measured ON period.id IS NOT NULL
LEFT JOIN LATERAL (
    SELECT held.kind, held.quantity FROM usage_limit held
    WHERE held.item_id = item.id
        OR (held.add_on_id = item.add_on_id AND (held.plan_id = subscription.plan_id OR held.plan_id IS NULL))
    ORDER BY held.item_id NULLS LAST, held.plan_id NULLS LAST LIMIT 1
) metered_limit ON true
ORDER BY subscription.id DESC, item.id
"""  # noqa: S608 - nor here


class FeatureValue(NamedTuple):
    """What a plan gives: the feature's key and kind, and the value as it is stored."""

    key: str
    kind: Feature.Kind
    value: Any


@dataclass(frozen=True)
class Line:
    """What one item measured in the period that contains now, and what bounds it.

    `included` is free of charge, in the metric's own units. `limit_kind` and `limit` are None without a limit;
    `resets_at` is, where the period was not opened yet.
    """

    item: str
    metric: str
    aggregation: str
    unit: str
    used: Decimal
    included: Decimal
    limit_kind: str | None
    limit: Decimal | None
    resets_at: datetime | None


@dataclass(frozen=True)
class Use:
    """A subscription that is used, whether there is access to it now, and what it gives.

    `access_until` is when access ends, the days of grace counted in; None where no end is known.
    """

    id: str
    customer: str
    product: str
    plan: str
    status: str
    access: bool
    starts_at: datetime
    ends_at: datetime | None
    access_until: datetime | None
    features: tuple[FeatureValue, ...] = ()
    lines: list[Line] = field(default_factory=list)


def used_by(
    *,
    organization: Organization,
    now: datetime,
    grantee: str | None = None,
    customer: str | None = None,
    product: str | None = None,
) -> list[Use]:
    """Return the subscriptions that a grantee uses, a customer has, or the one uses of the other's, newest first.

    `customer` and `product` are ids or own keys. What ended longer ago than the days of grace is left out.
    """
    assert grantee is not None or customer is not None, "somebody must be asked for"
    grace = timedelta(days=organization.access_grace_days)
    parts = [_OF_GRANTEE] if grantee is not None else []
    parts += [_OF_CUSTOMER.format(who="customer")] if customer is not None else []
    named = {"grantee": grantee, "customer": customer, "product": product}
    values = {"organization": organization.pk, "now": now, "ended_after": now - grace, **named}
    with connection.cursor() as cursor:
        cursor.execute(_USED.format(used=" INTERSECT ".join(f"({part})" for part in parts)), values)
        rows = cursor.fetchall()
    uses: dict[str, Use] = {}
    for public_id, *row in rows:
        use = uses.get(public_id) or uses.setdefault(public_id, _use(public_id, row[:9], now, grace))
        line = row[9:]
        if line[0] is not None:
            use.lines.append(_line(*line))
    return list(uses.values())


def _use(public_id: str, row: list[Any], now: datetime, grace: timedelta) -> Use:
    starts_at, trial_ends_at, suspended_at, paused_at, ends_at, customer, plan, product, features = row
    access_until = ends_at + grace if ends_at is not None else None
    held_back = suspended_at is not None or paused_at is not None
    life = Subscription(
        starts_at=starts_at, trial_ends_at=trial_ends_at, suspended_at=suspended_at, paused_at=paused_at
    )
    is_over = ends_at is not None and ends_at <= now
    return Use(
        id=public_id,
        customer=customer,
        product=product,
        plan=plan,
        status=Subscription.Status.CANCELED if is_over else subscriptions.standing(life, now),
        access=starts_at <= now and not held_back and (access_until is None or now < access_until),
        starts_at=starts_at,
        ends_at=ends_at,
        access_until=access_until,
        features=tuple(FeatureValue(key, Feature.Kind(kind), value) for key, kind, value in json.loads(features)),
    )


def _line(
    item: str,
    metric: str,
    aggregation: str,
    unit: str,
    form: str,
    resets_at: datetime | None,
    used: Decimal | None,
    limit_kind: str | None,
    limit: Decimal | None,
) -> Line:
    return Line(
        item=item,
        metric=metric,
        aggregation=aggregation,
        unit=unit,
        used=used or Decimal(0),
        included=pricing.parse(json.loads(form)).included_quantity() or Decimal(0),
        limit_kind=limit_kind if limit is not None else None,
        limit=limit,
        resets_at=resets_at,
    )
