"""What is done to the items of a subscription."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.scoped_api import KEY_HEADER, id_parameter
from apps.catalog.api import references
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import problems
from apps.core.fields import Flag, NumberIn, Text
from apps.invoicing.api.subscriptions.doing import Asked, ChangeSerializer, Verb
from apps.invoicing.api.subscriptions.verbs import proration
from apps.invoicing.lifecycle import items
from apps.invoicing.lifecycle.proration import Proration, When
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item

ANSWERS = problems.responses(404, 409, *BODY_REFUSALS)


class NewItem(Asked):
    """An add-on to add."""

    add_on = Text(max_length=references.LONGEST, help_text="The add-on's id or key.")
    quantity = NumberIn(required=False, help_text="1 unless given; of no meaning for what is metered.")


class Removal(Asked):
    """When an item ends."""

    when = serializers.ChoiceField(
        choices=When.choices, default=When.PERIOD_END, help_text="period_end: at the end of the item's period."
    )
    proration = proration(Proration.NONE)


class HowMany(Asked):
    """How many of an item there are."""

    quantity = NumberIn()
    invoice_now = Flag(default=False, help_text="true: a rise is billed at once, and not with the next invoice.")
    proration = proration(Proration.NONE)


class SubscriptionItems(Verb):
    """The place for new items of a subscription."""

    @extend_schema(
        operation_id="add_item",
        summary="Add an add-on to a subscription",
        description="From now on. Its first period is what is left of the interval; a fee in advance is due now.",
        tags=["items"],
        parameters=[id_parameter("sub_…"), KEY_HEADER],
        request={"application/json": NewItem},
        responses={200: ChangeSerializer, 201: ChangeSerializer, **ANSWERS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        subscription = self.found(public_id, request)
        sent = self.sent(request, NewItem)
        (sent["add_on"],) = self.add_ons([sent["add_on"]], request, field="add_on")
        return self.done(request, sent, items.add_item, status=201, subscription=subscription)


class ItemVerb(Verb):
    """Something that is done to an item."""

    def item(self, public_id: str, request: Request) -> Item:
        """Return the item of an id with its subscription; raise NotFound."""
        rows = timelines.items().select_related("subscription__customer", "price")
        return self.one(rows, public_id, request)


class ItemRemoval(ItemVerb):
    """The end of an item."""

    @extend_schema(
        operation_id="remove_item",
        summary="Remove an add-on from a subscription",
        description="At the end of its period, or now: then what it still owes is invoiced at once.",
        tags=["items"],
        parameters=[id_parameter("itm_…"), KEY_HEADER],
        request={"application/json": Removal},
        responses={200: ChangeSerializer, **ANSWERS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        item = self.item(public_id, request)
        return self.done(request, self.sent(request, Removal), items.remove_item, item=item)


class ItemQuantity(ItemVerb):
    """How many of an item there are."""

    @extend_schema(
        operation_id="set_quantity",
        summary="Say how many of an item there are",
        description="A rise counts from now, prorated, and is billed with the next invoice, or at once. A fall counts "
        "from the next period; with `proration: prorate` it counts from now, and what was paid is credited at once.",
        tags=["items"],
        parameters=[id_parameter("itm_…"), KEY_HEADER],
        request={"application/json": HowMany},
        responses={200: ChangeSerializer, **ANSWERS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        item = self.item(public_id, request)
        return self.done(request, self.sent(request, HowMany), items.set_quantity, item=item)
