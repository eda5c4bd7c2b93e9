"""Prices for programs: set, read and listed, never changed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, next_url, organization_of, shown
from apps.catalog import operations, queries
from apps.catalog.api import forms, references
from apps.catalog.api.described import BODY_REFUSALS
from apps.catalog.models import AddOn, Plan, Price
from apps.catalog.wording import price_in_words
from apps.core import clock, pagination, problems
from apps.core.fields import AmountOut, CurrencyCode, InstantOut, NumberIn, QueryFlag, StrictSerializer, Text
from apps.core.formats import Formats
from apps.core.json_body import JSONBody
from apps.core.pagination import PageQuery
from apps.core.refusals import Refusal
from apps.rating import pricing
from apps.rating.currencies import exponent
from apps.rating.money import Money, to_money

PLAN_HELP = "Alone: its base fee. With an add-on: what that costs on this plan."
ADD_ON_HELP = "Alone: what it costs on every plan that has no price of its own for it."
SETUP_HELP = "Charged once, on the first invoice."


class PriceSummary(serializers.Serializer[Any]):
    """What a plan's base fee, an add-on, or an add-on on one plan costs in one currency."""

    id = serializers.CharField(source="public_id")
    plan = serializers.CharField(source="plan.public_id", default=None, allow_null=True, help_text=PLAN_HELP)
    add_on = serializers.CharField(source="add_on.public_id", default=None, allow_null=True, help_text=ADD_ON_HELP)
    currency = serializers.CharField()
    form = forms.PriceFormField()
    setup_fee = AmountOut("setup_fee_minor", help_text=SETUP_HELP)
    negotiated = serializers.BooleanField(help_text="For single items only; nobody else gets it.")
    superseded_at = InstantOut(allow_null=True, help_text="Since when another one stands in its place.")
    created_at = InstantOut()


class PriceSerializer(PriceSummary):
    """A price, with what there is to say of it."""

    words = serializers.SerializerMethodField(help_text="The price in a line, as the office shows it.")
    warnings = serializers.SerializerMethodField(help_text="Where more units cost less.")

    def get_words(self, price: Price) -> str:
        organization = price.organization
        return price_in_words(price, Formats.of(organization.locale, organization.zone))

    def get_warnings(self, price: Price) -> list[str]:
        return list(pricing.warnings(pricing.parse(price.form)))


class PricePage(serializers.Serializer[Any]):
    """A page of prices, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = PriceSummary(many=True)


class NewPrice(StrictSerializer):
    """A price to set. Name a plan, an add-on, or both."""

    plan = Text(required=False, allow_null=True, max_length=references.LONGEST, help_text=f"Id or key. {PLAN_HELP}")
    add_on = Text(required=False, allow_null=True, max_length=references.LONGEST, help_text=f"Id or key. {ADD_ON_HELP}")
    currency = CurrencyCode()
    form = forms.PriceFormField()
    setup_fee = NumberIn(required=False, help_text=f"In the currency, with no more decimals than it has. {SETUP_HELP}")


class PriceQuery(PageQuery):
    """Which prices."""

    plan = Text(required=False, max_length=references.LONGEST, help_text="Of this plan, by its id or key.")
    add_on = Text(required=False, max_length=references.LONGEST, help_text="Of this add-on, by its id or key.")
    currency = CurrencyCode(required=False)
    current = QueryFlag(required=False, help_text="true: only what somebody who starts now would get.")
    negotiated = QueryFlag(required=False, help_text="Only those for single items, or only the others.")


class PriceList(ScopedView):
    """All prices."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_CATALOG}
    parser_classes = [JSONBody]
    query_class = PriceQuery

    @extend_schema(
        operation_id="list_prices",
        summary="List prices",
        tags=["prices"],
        parameters=[PriceQuery],
        responses={200: PricePage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(queries.prices(**asked), request), limit=limit, cursor=cursor)
        rows = shown(PriceSummary, page.rows, many=True)
        return Response({"next": next_url(request, page.next_cursor), "results": rows})

    @extend_schema(
        operation_id="set_price",
        summary="Set a price",
        description="It supersedes the one before: whoever starts from now on gets it, and existing items keep theirs "
        "until they are moved. Numbers are text; a JSON number is taken as it is written. A member of the form that is "
        "wrong is named with its path, such as `form.tiers[1].up_to`.",
        tags=["prices"],
        request={"application/json": NewPrice},
        responses={
            201: OpenApiResponse(PriceSerializer, description="Set."),
            200: OpenApiResponse(PriceSerializer, description="It costs just this already: the price in force."),
            **problems.responses(*BODY_REFUSALS),
        },
        examples=forms.examples(add_on="token-use", currency="USD", setup_fee="45.00"),
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        sent = self.sent(request, NewPrice)
        plan, add_on = self.priced(sent, request)
        before = queries.current_price(plan=plan, add_on=add_on, currency=sent["currency"])
        price = self.set(sent, plan, add_on, now=clock.wall())
        return Response(shown(PriceSerializer, price), status=200 if price == before else 201)

    def priced(self, sent: dict[str, Any], request: Request) -> tuple[Plan | None, AddOn | None]:
        """Return the plan and the add-on that a body names; raise Refusal naming the one that there is not."""
        plan, add_on = sent.get("plan"), sent.get("add_on")
        return (
            references.in_body(self.own(Plan.objects.all(), request), plan, field="plan") if plan else None,
            references.in_body(self.own(queries.add_ons(), request), add_on, field="add_on") if add_on else None,
        )

    def set(self, sent: dict[str, Any], plan: Plan | None, add_on: AddOn | None, *, now: datetime) -> Price:
        """Set the price that a checked body means."""
        return operations.set_price(
            organization=organization_of(self.request),
            plan=plan,
            add_on=add_on,
            currency=sent["currency"],
            form=sent["form"],
            setup_fee=money(sent.get("setup_fee", Decimal(0)), sent["currency"], field="setup_fee"),
            now=now,
        )


class PriceDetail(ScopedView):
    """One price."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_price",
        summary="Get a price",
        tags=["prices"],
        parameters=[id_parameter("pri_…")],
        responses={200: PriceSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        return Response(shown(PriceSerializer, self.one(prices_to_show(), public_id, request)))


def prices_to_show() -> QuerySet[Price]:
    """Return prices with all that PriceSerializer says of them."""
    return queries.prices().select_related("organization")


def money(amount: Decimal, currency: str, *, field: str) -> Money:
    """Read an amount that can be charged; raise Refusal for one below zero, too large, or finer than the currency."""
    decimals = exponent(currency)
    if amount < 0:
        raise Refusal("negative_amount", "This must not be negative.", field=field)
    if amount != round(amount, decimals):
        raise Refusal("too_many_decimals", f"{currency} has {decimals or 'no'} decimals.", field=field)
    try:
        return to_money(amount, currency)
    except ValueError:
        raise Refusal("too_large", "This amount is too large.", field=field) from None
