"""What a customer on a plan would pay, in each currency; what the plan gives; and who still has an older price."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from apps.catalog.models import AddOn, Feature, Plan, PlanFeature, Price, Timing
from apps.catalog.wording import each_interval, price_in_words, subject_in_words
from apps.core.formats import Formats
from apps.rating.money import Money
from apps.subscriptions import queries

MOST_HISTORY = 100


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that is billed: what, how it comes, what it costs, when. No price says that none is set."""

    what: str
    comes: str
    billed: str
    price: str
    setup: str
    own: bool
    needed: bool
    editor: str
    units: str
    rules: str


@dataclass(frozen=True, kw_only=True)
class Currency:
    """All that is billed in one currency; `missing` names what keeps customers from starting in it."""

    code: str
    rows: list[Row]
    missing: list[str] = field(default_factory=list)


def paid(plan: Plan, formats: Formats, *, first: str) -> list[Currency]:
    """Return what a customer pays, by currency: the plan's own prices, else the add-ons'; `first` comes first."""
    offered = list(plan.plan_add_ons.select_related("add_on").order_by("-automatic", "pk"))
    prices = _current_prices(plan, [row.add_on for row in offered])
    codes = sorted({code for _, code in prices} | {first}, key=lambda code: (code != first, code))
    currencies = []
    for code in codes:
        rows = [] if plan.is_free else [_row(plan, None, True, prices.get((None, code)), code, formats)]
        for enabled in offered:
            price = prices.get((enabled.add_on_id, code))
            rows.append(_row(plan, enabled.add_on, enabled.automatic, price, code, formats))
        missing = [row.what for row in rows if row.needed and not row.price]
        currencies.append(Currency(code=code, rows=rows, missing=missing))
    return currencies


def features(plan: Plan, formats: Formats) -> list[tuple[Feature, str]]:
    """Return the features of the plan's product, each with its value on the plan in words; empty where it has none."""
    values = {row.feature_id: row.value for row in PlanFeature.objects.filter(plan=plan)}
    rows = Feature.objects.filter(product=plan.product_id).order_by("name", "pk")
    return [
        (feature, value_in_words(feature, values.get(feature.pk), formats))
        for feature in rows
        if feature.pk in values or feature.archived_at is None
    ]


def value_in_words(feature: Feature, value: Any, formats: Formats) -> str:
    """Say a feature's value: yes, 10,000, or its text."""
    if value is None:
        return ""
    if feature.kind == Feature.Kind.BOOLEAN:
        return "yes" if value else "no"
    return formats.number(Decimal(value)) if feature.kind == Feature.Kind.NUMBER else str(value)


def superseded(plan: Plan, formats: Formats) -> list[dict[str, Any]]:
    """Return the prices that were: the plan's, and those of its add-ons, newest first, with how many still pay them."""
    held = queries.items_by_price(plan=plan)
    rows = Price.objects.filter(_of(plan), superseded_at__isnull=False, negotiated=False)
    return [
        {
            "what": subject_in_words(price),
            "currency": price.currency,
            "price": price_in_words(price, formats),
            "from": formats.day_of(price.created_at),
            "until": formats.day_of(price.superseded_at) if price.superseded_at else "",
            "items": held.get(price.pk, 0),
        }
        for price in rows.select_related("plan", "add_on").order_by("-superseded_at", "-pk")[:MOST_HISTORY]
    ]


def _row(plan: Plan, add_on: AddOn | None, automatic: bool, price: Price | None, code: str, formats: Formats) -> Row:
    fee = Money(price.setup_fee_minor, code) if price is not None and price.setup_fee_minor else None
    asked = {"currency": code, "back": str(plan.pk)}
    if add_on is not None:
        asked["add_on"] = str(add_on.pk)
    if add_on is None or (price is not None and price.plan_id is not None):
        asked["plan"] = str(plan.pk)
    named = "Base fee" if add_on is None else str(add_on)
    archived = add_on is not None and add_on.archived_at is not None
    return Row(
        what=f"{named} (archived: nobody new gets it)" if archived else named,
        comes="comes with it" if automatic else "may be chosen",
        billed=_billed(plan, add_on),
        price=price_in_words(price, formats, with_setup=False) if price is not None else "",
        setup=formats.money(fee) if fee is not None else "",
        own=add_on is not None and price is not None and price.plan_id is not None,
        needed=automatic and not archived,
        editor=f"{reverse('admin:catalog_price_add')}?{urlencode(asked)}",
        units="" if add_on is None else f"?{urlencode({'add_on': add_on.pk})}",
        rules=_rules_page(plan, add_on),
    )


def _rules_page(plan: Plan, add_on: AddOn | None) -> str:
    """Return where limit and alerts of an add-on on a plan are set; only usage has them."""
    if add_on is None or add_on.kind != AddOn.Kind.USAGE:
        return ""
    return reverse("admin:usage_limit_of_plan", args=[plan.pk, add_on.pk])


def _billed(plan: Plan, add_on: AddOn | None) -> str:
    if add_on is not None and add_on.kind == AddOn.Kind.ONE_TIME:
        return "once"
    own = add_on if add_on is not None and add_on.interval_unit else plan
    often = each_interval(own.interval_unit, own.interval_count)
    if add_on is None:
        return f"{often}, {Timing(plan.timing).label}"
    return f"{often}, {'in arrears' if add_on.kind == AddOn.Kind.USAGE else 'in advance'}"


def _current_prices(plan: Plan, add_ons: Iterable[AddOn]) -> dict[tuple[int | None, str], Price]:
    """Return what is in force, by add-on (None: the base fee) and currency: the plan's own, else the add-on's."""
    in_force = Price.objects.filter(superseded_at__isnull=True, negotiated=False).select_related("plan", "add_on")
    mine = in_force.filter(Q(plan=plan) | Q(plan__isnull=True, add_on__in=list(add_ons)))
    general_first = sorted(mine, key=lambda price: price.plan_id is not None)
    return {(price.add_on_id, price.currency): price for price in general_first}


def _of(plan: Plan) -> Q:
    enabled = plan.plan_add_ons.values("add_on")
    return Q(plan=plan) | Q(plan__isnull=True, add_on__in=enabled)
