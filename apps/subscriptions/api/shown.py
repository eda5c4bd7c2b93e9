"""How subscriptions and their items are shown to programs."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.scoped_api import shown
from apps.catalog.api import forms
from apps.catalog.models import INTERVAL_UNITS, AddOn, Alignment, Timing
from apps.core import clock
from apps.core.fields import AmountOut, InstantOut, NumberOut
from apps.rating import periods
from apps.rating.numbers import plain
from apps.subscriptions import queries as timelines
from apps.subscriptions import timeline
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Organization

MOST_PERIODS = 12


class PlanRef(serializers.Serializer[Any]):
    """The plan of a subscription."""

    id = serializers.CharField(source="public_id")
    key = serializers.CharField()
    name = serializers.CharField()


class AddOnRef(serializers.Serializer[Any]):
    """What an item is billed for beside the base fee."""

    id = serializers.CharField(source="public_id")
    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AddOn.Kind.choices)
    unit = serializers.CharField()


class ItemPriceSerializer(serializers.Serializer[Any]):
    """What an item costs."""

    id = serializers.CharField(source="public_id")
    currency = serializers.CharField()
    setup_fee = AmountOut("setup_fee_minor")
    form = forms.PriceFormField()
    negotiated = serializers.BooleanField(help_text="Of this item alone.")


class PeriodSerializer(serializers.Serializer[Any]):
    """A billing period: its end belongs to the next one."""

    starts_at = InstantOut()
    ends_at = InstantOut()


class ItemPeriod(PeriodSerializer):
    """A billing period of an item that was opened."""

    id = serializers.CharField(source="public_id")
    status = serializers.ChoiceField(
        choices=Period.Status.choices, help_text="current: it collects. recorded: closed. final: closed early."
    )
    billable = serializers.BooleanField(help_text="False in a trial or a pause, and where an earlier fee covers it.")


class ItemSerializer(serializers.Serializer[Any]):
    """One billable line: the base fee, or an add-on."""

    id = serializers.CharField(source="public_id", help_text="Send this as `item` to record usage.")
    add_on = AddOnRef(allow_null=True, help_text="Null for the plan's base fee.")
    metric = serializers.SerializerMethodField(help_text="The key of what is counted; null where nothing is.")
    price = ItemPriceSerializer()
    timing = serializers.ChoiceField(choices=Timing.choices)
    interval_unit = serializers.ChoiceField(choices=INTERVAL_UNITS)
    interval_count = serializers.IntegerField()
    quantity = serializers.SerializerMethodField(help_text="How many there are now; null where it is metered.")
    starts_at = InstantOut()
    ends_at = InstantOut(allow_null=True)
    current_period = serializers.SerializerMethodField(help_text="The one that contains now; null outside its life.")

    def get_metric(self, item: Item) -> str | None:
        return item.add_on.metric.key if item.add_on and item.add_on.metric else None

    @extend_schema_field(NumberOut(allow_null=True))
    def get_quantity(self, item: Item) -> str | None:
        quantity = self.context["quantities"].get(item.pk)
        return plain(quantity) if quantity is not None else None

    @extend_schema_field(PeriodSerializer(allow_null=True))
    def get_current_period(self, item: Item) -> Any:
        period: periods.Period | None = self.context["periods"].get(item.pk)
        return shown(PeriodSerializer, period) if period is not None else None


class SubscriptionSummary(serializers.Serializer[Any]):
    """A customer on a plan."""

    id = serializers.CharField(source="public_id")
    customer = serializers.CharField(source="customer.public_id")
    status = serializers.ChoiceField(choices=Subscription.Status.choices)
    plan = PlanRef()
    currency = serializers.CharField()
    alignment = serializers.ChoiceField(choices=Alignment.choices, help_text="Where its cycles begin.")
    starts_at = InstantOut()
    trial_ends_at = InstantOut(allow_null=True)
    paused_at = InstantOut(allow_null=True)
    suspended_at = InstantOut(allow_null=True)
    canceled_at = InstantOut(allow_null=True, help_text="When its end was asked for.")
    ends_at = InstantOut(allow_null=True, help_text="When it ends, or ended; null where it goes on.")
    next_boundary_at = InstantOut(allow_null=True, help_text="The next instant at which something is due.")
    next_invoice_at = InstantOut(source="bills_at", allow_null=True, help_text="When that is billed.")
    parked = serializers.SerializerMethodField(help_text="Billing stands still until a person has looked at it.")

    def get_parked(self, subscription: Subscription) -> bool:
        return subscription.parked_at is not None


class SubscriptionSerializer(SubscriptionSummary):
    """A customer on a plan, with its billable lines."""

    items = ItemSerializer(many=True)


class ItemWithPeriods(ItemSerializer):
    """A billable line with its time line."""

    periods = ItemPeriod(many=True, help_text="The last twelve that have begun, newest first.")


def periods_shown(subscription: Subscription, organization: Organization) -> dict[str, list[dict[str, Any]]]:
    """Return the newest periods of each item of a subscription, newest first, by the item's public id."""
    items = timelines.items_of(subscription=subscription)
    newest = timelines.newest_periods(items=items, instant=clock.billing(organization), most=MOST_PERIODS)
    found: dict[str, list[dict[str, Any]]] = {item.public_id: [] for item in items}
    for period in reversed(newest):
        found[period.item.public_id].append(dict(shown(ItemPeriod, period)))
    return found


def subscriptions_shown(subscriptions: Sequence[Subscription], organization: Organization) -> list[dict[str, Any]]:
    """Return subscriptions with their items, each with its current period and how many there are, in five queries."""
    items = timelines.items_of_subscriptions(subscriptions=subscriptions)
    now = clock.billing(organization)
    told = {
        "periods": timeline.current(items=items, instant=now, zone=organization.zone),
        "quantities": timelines.quantities_at(items=items, instant=now),
    }
    by_subscription: dict[int, list[Item]] = {}
    for item in items:
        by_subscription.setdefault(item.subscription_id, []).append(item)
    return [
        {
            **shown(SubscriptionSummary, subscription),
            "items": shown(ItemSerializer, by_subscription.get(subscription.pk, []), many=True, **told),
        }
        for subscription in subscriptions
    ]
