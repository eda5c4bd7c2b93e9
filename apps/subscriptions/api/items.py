"""What customers are subscribed to, for programs; and what their items cost from their next period on."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, shown
from apps.catalog import queries as catalog
from apps.catalog.api import forms, references
from apps.catalog.api import prices as priced
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, problems
from apps.core.fields import PUBLIC_ID, Flag, NumberIn, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.refusals import Refusal
from apps.subscriptions import operations
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item

MOST_ITEMS = 1000


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
