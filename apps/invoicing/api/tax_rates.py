"""Rates of tax for programs: which there are, add one, end one, withdraw one that has yet to begin."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import KEY_HEADER, ScopedView, id_parameter, key_of, next_url, organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, pagination, problems
from apps.core.fields import InstantOut, NumberIn, NumberOut, StrictSerializer, Text
from apps.core.pagination import PageQuery
from apps.core.retrying import retried
from apps.invoicing import tax_rates, taxing
from apps.invoicing.models import TaxRate
from apps.invoicing.models.taxes import NAME_LENGTH

RATE = id_parameter("txr_…")


class TaxRateSerializer(serializers.Serializer[Any]):
    """A rate of tax on a category in a country, from a day on."""

    id = serializers.CharField(source="public_id")
    category = serializers.CharField(help_text="Of the products, add-ons and customers that it is for.")
    country = serializers.CharField(
        help_text="Of the customer: two letters; EU is all of the Union, empty any country without a rate of its own."
    )
    rate = NumberOut(help_text="A fraction: 0.19 is 19 %.")
    name = serializers.CharField(
        help_text="Printed before the percentage, such as VAT; of the category `exempt`, why: the article of the law."
    )
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True, help_text="The last day, where one was said.")
    holds_until = serializers.DateField(
        source="last_day", allow_null=True, help_text="The last day in fact: another may begin before; null where open."
    )
    created_at = InstantOut()


class TaxRatePage(serializers.Serializer[Any]):
    """A page of rates, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = TaxRateSerializer(many=True)


class NewTaxRate(StrictSerializer):
    """A rate to add."""

    category = Text(required=False, max_length=30, help_text="`standard` unless given.")
    country = Text(
        required=False, allow_blank=True, max_length=2, help_text="Two letters or EU; any country unless given."
    )
    rate = NumberIn(help_text="A fraction between 0 and 1: 0.19 is 19 %. Zero for the category `exempt`.")
    name = Text(
        max_length=NAME_LENGTH,
        help_text="Printed before the percentage, such as VAT; of the category `exempt`, why: the article of the law.",
    )
    valid_from = serializers.DateField(help_text="The first day.")
    valid_until = serializers.DateField(required=False, allow_null=True, help_text="The last day; open unless given.")


class TaxRateEnd(StrictSerializer):
    """When a rate ends."""

    valid_until = serializers.DateField(help_text="The last day.")


class TaxRateWithdrawn(serializers.Serializer[Any]):
    """A rate that is gone."""

    id = serializers.CharField()
    withdrawn = serializers.BooleanField()


class TaxRates(ScopedView):
    """All rates, and the place for new ones."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_CATALOG}
    query_class = PageQuery

    @extend_schema(
        operation_id="list_tax_rates",
        summary="List tax rates",
        description="A seller without any bills untaxed.",
        tags=["taxes"],
        parameters=[PageQuery],
        responses={200: TaxRatePage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        rows = self.own(taxing.rates(), request)
        page = pagination.page(rows, limit=asked["limit"], cursor=asked.get("cursor"))
        return Response(TaxRatePage({"next": next_url(request, page.next_cursor), "results": page.rows}).data)

    @extend_schema(
        operation_id="create_tax_rate",
        summary="Add a tax rate",
        description="The one before it of its category and country ends where it begins. What is drafted from then on "
        "is taxed by it, as far as its service ends (of fees in advance: begins) in its time; drafts are when they are "
        "recalculated. 409 `begins_already` where another begins on that day.",
        tags=["taxes"],
        parameters=[KEY_HEADER],
        request={"application/json": NewTaxRate},
        responses={
            201: TaxRateSerializer,
            200: OpenApiResponse(TaxRateSerializer, description="Added before, under the same key: as it was then."),
            **problems.responses(409, *BODY_REFUSALS),
        },
        examples=[
            OpenApiExample(
                "Germany",
                request_only=True,
                value={"country": "DE", "rate": "0.19", "name": "USt.", "valid_from": "2026-01-01"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        return self.made_once(request, lambda: self._added(request))

    def _added(self, request: Request) -> dict[str, Any]:
        organization, sent = organization_of(request), self.sent(request, NewTaxRate)
        now, actor = clock.billing(organization), key_of(request).public_id
        rate = tax_rates.add(organization=organization, now=now, actor=actor, **sent)
        return dict(shown(TaxRateSerializer, taxing.rates().get(pk=rate.pk)))


class TaxRateView(ScopedView):
    """One rate, and what is done to it."""

    actions = {"POST": Action.MANAGE_CATALOG}

    def found(self, public_id: str, request: Request) -> TaxRate:
        """Return the rate of a public id; raise NotFound where there is none."""
        return self.one(taxing.rates(), public_id, request)


class TaxRateEnding(TaxRateView):
    """A rate that ends."""

    @extend_schema(
        operation_id="end_tax_rate",
        summary="Say the last day of a tax rate",
        description="Also one that is past, or another than was said before. Papers keep what they say.",
        tags=["taxes"],
        parameters=[RATE],
        request={"application/json": TaxRateEnd},
        responses={200: TaxRateSerializer, **problems.responses(404, *BODY_REFUSALS)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        rate, sent = self.found(public_id, request), self.sent(request, TaxRateEnd)
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id
        retried(lambda: tax_rates.end(rate=rate, now=now, actor=actor, **sent))
        return Response(shown(TaxRateSerializer, self.found(public_id, request)))


class TaxRateWithdrawal(TaxRateView):
    """A rate that never begins."""

    @extend_schema(
        operation_id="withdraw_tax_rate",
        summary="Withdraw a tax rate that has yet to begin",
        description="409 `rate_began` where it has begun: it can be ended.",
        tags=["taxes"],
        parameters=[RATE],
        request=None,
        responses={200: TaxRateWithdrawn, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        rate = self.found(public_id, request)
        self.sent(request)
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id
        retried(lambda: tax_rates.withdraw(rate=rate, now=now, actor=actor))
        return Response({"id": public_id, "withdrawn": True})
