"""What customers are subscribed to, for programs; and what their items cost from their next period on."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, organization_of, shown
from apps.catalog import queries as catalog
from apps.catalog.api import forms, references
from apps.catalog.api import prices as priced
from apps.catalog.api.described import BODY_REFUSALS
from apps.catalog.models import INTERVAL_UNITS, AddOn, Timing
from apps.core import clock, problems
from apps.core.fields import PUBLIC_ID, AmountOut, Flag, InstantOut, NumberIn, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.refusals import Refusal
from apps.rating.periods import Period
from apps.subscriptions import operations, timeline
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Subscription

MOST_ITEMS = 1000


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


class ItemSerializer(serializers.Serializer[Any]):
    """One billable line: the base fee, or an add-on."""

    id = serializers.CharField(source="public_id", help_text="Send this as `item` to record usage.")
    add_on = AddOnRef(allow_null=True, help_text="Null for the plan's base fee.")
    metric = serializers.SerializerMethodField(help_text="The key of what is counted; null where nothing is.")
    price = ItemPriceSerializer()
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
    plan = PlanRef()
    currency = serializers.CharField()
    starts_at = InstantOut()
    next_boundary_at = InstantOut(allow_null=True, help_text="The next instant at which something is due.")


class SubscriptionSerializer(SubscriptionSummary):
    """A customer on a plan, with its billable lines."""

    items = ItemSerializer(many=True)


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


class NegotiatedPrice(StrictSerializer):
    """A price for one item."""

    form = forms.PriceFormField()
    setup_fee = NumberIn(required=False, help_text="In the subscription's currency; as it is unless given.")


class ItemPrice(ScopedView):
    """What one item costs from its next period on."""

    actions = {"POST": Action.MANAGE_CATALOG}
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="negotiate_price",
        summary="Give one item a price of its own",
        description="From its next period on; a period that is open keeps its price. Nobody else gets it. The item "
        "keeps it until it is named in `/items/move`.",
        tags=["items"],
        parameters=[id_parameter("itm_…")],
        request={"application/json": NegotiatedPrice},
        responses={201: priced.PriceSerializer, **problems.responses(404, *BODY_REFUSALS)},
        examples=forms.examples(),
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        item = self.one(timelines.items(), public_id, request)
        sent = self.sent(request, NegotiatedPrice)
        fee = sent.get("setup_fee")
        setup_fee = None if fee is None else priced.money(fee, item.price.currency, field="setup_fee")
        price = operations.negotiate(item=item, form=sent["form"], setup_fee=setup_fee, now=clock.wall())
        return Response(shown(priced.PriceSerializer, price), status=201)


class Move(StrictSerializer):
    """Which items to move: by their ids, those on a plan, or all. Give one of the three."""

    items = serializers.ListField(
        child=Text(max_length=40),
        required=False,
        min_length=1,
        max_length=MOST_ITEMS,
        help_text="Ids of items. These move even where their price was negotiated.",
    )
    plan = Text(required=False, max_length=references.LONGEST, help_text="The id or key of a plan.")
    everything = Flag(required=False, help_text="true: the items of every plan.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1 or attrs.get("everything") is False:
            sentence = "Give one of items, plan, or everything: true."
            raise ValidationError({"items": [ErrorDetail(sentence, code="which_items")]})
        return attrs


class Moved(serializers.Serializer[Any]):
    """How many items moved."""

    moved = serializers.IntegerField(help_text="Items that are at the current price already are not counted.")


class ItemsMove(ScopedView):
    """Items that follow what their plan or add-on costs now."""

    actions = {"POST": Action.MANAGE_CATALOG}
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="move_items",
        summary="Move items to the current price",
        description="From their next period on; a period that is open keeps its price. Items whose price was "
        "negotiated move only where they are named. Repeated, it moves nothing.",
        tags=["items"],
        request={"application/json": Move},
        responses={200: Moved, **problems.responses(*BODY_REFUSALS)},
        examples=[
            OpenApiExample("One item", request_only=True, value={"items": ["itm_7k2m4c9d0e1f2g3h4j5k"]}),
            OpenApiExample("A plan", request_only=True, value={"plan": "pro"}),
            OpenApiExample("All", request_only=True, value={"everything": True}),
        ],
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        moved = operations.move_to_current_price(items=self.meant(self.sent(request, Move), request))
        return Response({"moved": len(moved)})

    def meant(self, sent: dict[str, Any], request: Request) -> Iterable[Item]:
        """Return the items that a checked body means; raise Refusal naming the member where there is no such row."""
        if "items" in sent:
            return self.named(sent["items"], request)
        plan = None
        if "plan" in sent:
            plan = references.in_body(self.own(catalog.plans(), request), sent["plan"], field="plan")
        return self.own(timelines.items_with_older_price(plan=plan), request)

    def named(self, public_ids: list[str], request: Request) -> list[Item]:
        """Return the items of these ids."""
        wanted = set(public_ids)
        looked_for = [public_id for public_id in wanted if PUBLIC_ID.fullmatch(public_id)]
        found = list(self.own(timelines.items(), request).filter(public_id__in=looked_for))
        if len(found) != len(wanted):
            missing = min(wanted - {item.public_id for item in found})
            raise Refusal("unknown_items", f"There is no such item: {missing}.", field="items")
        return found
