"""A customer for programs, with what it is subscribed to."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import queries as accounts
from apps.accounts.api import CustomerSummary
from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, organization_of, shown
from apps.catalog.models import INTERVAL_UNITS, AddOn, Timing
from apps.core import clock, problems
from apps.core.fields import AmountOut, InstantOut
from apps.rating.periods import Period
from apps.subscriptions import queries as timelines
from apps.subscriptions import timeline
from apps.subscriptions.models import Item, Subscription


class PlanSerializer(serializers.Serializer[Any]):
    """The plan of a subscription."""

    id = serializers.CharField(source="public_id")
    key = serializers.CharField()
    name = serializers.CharField()


class AddOnSerializer(serializers.Serializer[Any]):
    """What an item is billed for beside the base fee."""

    id = serializers.CharField(source="public_id")
    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AddOn.Kind.choices)
    unit = serializers.CharField()


class PriceSerializer(serializers.Serializer[Any]):
    """What an item costs."""

    id = serializers.CharField(source="public_id")
    currency = serializers.CharField()
    setup_fee = AmountOut("setup_fee_minor")
    form = serializers.DictField(help_text="The pricing model and its numbers, numbers as decimal text.")


class PeriodSerializer(serializers.Serializer[Any]):
    """A billing period: its end belongs to the next one."""

    starts_at = InstantOut()
    ends_at = InstantOut()


class ItemSerializer(serializers.Serializer[Any]):
    """One billable line: the base fee, or an add-on."""

    id = serializers.CharField(source="public_id", help_text="Send this as `item` to record usage.")
    add_on = AddOnSerializer(allow_null=True, help_text="Null for the plan's base fee.")
    metric = serializers.SerializerMethodField(help_text="The key of what is counted; null where nothing is.")
    price = PriceSerializer()
    timing = serializers.ChoiceField(choices=Timing.choices)
    interval_unit = serializers.ChoiceField(choices=INTERVAL_UNITS)
    interval_count = serializers.IntegerField()
    starts_at = InstantOut()
    ends_at = InstantOut(allow_null=True)
    current_period = serializers.SerializerMethodField(help_text="The one that contains now; null outside its life.")

    def get_metric(self, item: Item) -> str | None:
        return item.add_on.metric.key if item.add_on and item.add_on.metric else None

    @extend_schema_field(PeriodSerializer(allow_null=True))
    def get_current_period(self, item: Item) -> Any:
        period: Period | None = self.context["periods"].get(item.pk)
        return shown(PeriodSerializer, period) if period is not None else None


class SubscriptionSummary(serializers.Serializer[Any]):
    """A customer on a plan."""

    id = serializers.CharField(source="public_id")
    status = serializers.ChoiceField(choices=Subscription.Status.choices)
    plan = PlanSerializer()
    currency = serializers.CharField()
    starts_at = InstantOut()
    next_boundary_at = InstantOut(allow_null=True, help_text="The next instant at which something is due.")


class SubscriptionSerializer(SubscriptionSummary):
    """A customer on a plan, with its billable lines."""

    items = ItemSerializer(many=True)


class CustomerSerializer(CustomerSummary):
    """Who pays, and for what."""

    subscriptions = SubscriptionSerializer(many=True, help_text="Newest first.")

    class Meta(CustomerSummary.Meta):
        fields = (*CustomerSummary.Meta.fields, "subscriptions")  # type: ignore[assignment]


class CustomerDetail(ScopedView):
    """One customer."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_customer",
        summary="Get a customer with its subscriptions",
        tags=["customers"],
        parameters=[id_parameter("cus_…")],
        responses={200: CustomerSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        customer = self.one(accounts.customers(), public_id, request)
        subscribed = subscriptions_shown(customer, request)
        return Response({**shown(CustomerSummary, customer), "subscriptions": subscribed})


def subscriptions_shown(customer: Customer, request: Request) -> list[dict[str, Any]]:
    """Return a customer's subscriptions with their items and each item's current period."""
    organization = organization_of(request)
    items = timelines.items_of_customer(customer=customer)
    periods = timeline.current(items=items, instant=clock.billing(organization), zone=organization.zone)
    by_subscription: dict[int, list[Item]] = {}
    for item in items:
        by_subscription.setdefault(item.subscription_id, []).append(item)
    return [
        {
            **shown(SubscriptionSummary, subscription),
            "items": shown(ItemSerializer, by_subscription.get(subscription.pk, []), many=True, periods=periods),
        }
        for subscription in timelines.subscriptions_of(customer=customer)
    ]
