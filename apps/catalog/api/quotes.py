"""What a quantity would cost, for programs: rated like a whole period, and not stored."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView
from apps.catalog import operations, queries
from apps.catalog.api import forms
from apps.catalog.api.described import BODY_REFUSALS
from apps.catalog.api.steps import StepSerializer, steps_shown
from apps.catalog.models import Price
from apps.core import problems
from apps.core.fields import PUBLIC_ID, CurrencyCode, NumberIn, NumberOut, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.refusals import Refusal
from apps.rating import pricing
from apps.rating.exact import EXACT
from apps.rating.money import LARGEST_MINOR, to_money
from apps.rating.numbers import plain

MOST_TRANSACTIONS = 1000
NOTHING = Decimal(0)


class QuoteRequest(StrictSerializer):
    """A quantity, and either a price form or a stored price to rate it by."""

    form = forms.PriceFormField(required=False)
    price = Text(required=False, max_length=40, help_text="A stored price's id, instead of a form.")
    quantity = NumberIn(required=False, help_text="What a whole period measured; the sum of the transactions if given.")
    transactions = serializers.ListField(
        child=NumberIn(),
        required=False,
        max_length=MOST_TRANSACTIONS,
        help_text="For a percentage: the amounts that make up the quantity, in order; one transaction unless given.",
    )
    currency = CurrencyCode(required=False, help_text="To round the amount to; a stored price's own unless given.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("form" in attrs) == ("price" in attrs):
            sentence = "Give either a form or a price."
            raise ValidationError({"form": [ErrorDetail(sentence, code="form_or_price")]})
        transactions = attrs.get("transactions")
        if transactions is None and "quantity" not in attrs:
            raise ValidationError({"quantity": [ErrorDetail("Give a quantity, or transactions.", code="required")]})
        if transactions is not None:
            together = max(summed(transactions), NOTHING)
            if max(attrs.setdefault("quantity", together), NOTHING) != together:
                sentence = "The transactions must add up to the quantity."
                raise ValidationError({"transactions": [ErrorDetail(sentence, code="other_quantity")]})
        return attrs


class Quote(serializers.Serializer[Any]):
    """What a quantity costs, and why."""

    amount = serializers.CharField(help_text="Rounded to the currency's minor unit; exact where none is known.")
    exact_amount = NumberOut()
    currency = serializers.CharField(allow_null=True)
    quantity = NumberOut(help_text="What was rated; below zero counts as zero.")
    billable_quantity = NumberOut(help_text="What was left to price after transform and included units.")
    steps = StepSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField(), help_text="Where more units cost less.")
    form = forms.PriceFormField(help_text="The price in its canonical form.")


class QuoteView(ScopedView):
    """A quantity, rated."""

    actions = {"POST": Action.READ}
    parser_classes = [JSONBody]

    @extend_schema(
        operation_id="quote",
        summary="Rate a quantity",
        description="Says what a period with this quantity would cost, step by step; setup fees apart. Nothing is "
        "stored, so every role may ask.",
        tags=["prices"],
        request={"application/json": QuoteRequest},
        responses={200: Quote, **problems.responses(*BODY_REFUSALS)},
        examples=[
            *forms.examples(quantity="12000", currency="USD"),
            OpenApiExample(
                "By transactions",
                request_only=True,
                value={
                    "form": forms.FORMS["Percentage"],
                    "transactions": ["19.90", "250.00", "5.00"],
                    "currency": "USD",
                },
            ),
            OpenApiExample(
                "A stored price", request_only=True, value={"price": "pri_7k2m4c9d0e1f2g3h4j5k", "quantity": "361"}
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        sent = self.sent(request, QuoteRequest)
        price = self.stored(sent["price"], request) if "price" in sent else None
        model = operations.parsed(sent["form"] if price is None else price.form)
        currency = _currency(sent.get("currency"), price)
        rating = model.rate(sent["quantity"], transactions=sent.get("transactions"))
        return Response(
            {
                "amount": rounded(rating.amount, currency),
                "exact_amount": plain(rating.amount),
                "currency": currency,
                "quantity": plain(rating.quantity),
                "billable_quantity": plain(rating.billable_quantity),
                "steps": steps_shown(step.to_json() for step in rating.steps),
                "warnings": pricing.warnings(model),
                "form": pricing.form(model),
            }
        )

    def stored(self, public_id: str, request: Request) -> Price:
        """Return the price that a body names; raise Refusal."""
        rows = self.own(queries.prices(), request)
        price = rows.filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None
        if price is None:
            raise Refusal("unknown_price", "There is no such price.", field="price")
        return price


def rounded(amount: Decimal, currency: str | None) -> str:
    """Write an amount as it would be charged; raise Refusal for one that no invoice can hold."""
    try:
        if currency is not None:
            return to_money(amount, currency).text()
        if amount > LARGEST_MINOR:
            raise ValueError("the amount is too large to be stored")
    except ValueError:
        raise Refusal("too_large", "So many would cost more than an invoice can hold.", field="quantity") from None
    return plain(amount)


def summed(amounts: Sequence[Decimal]) -> Decimal:
    """Add up amounts without rounding."""
    together = NOTHING
    for amount in amounts:
        together = EXACT.add(together, amount)
    return together


def _currency(asked: str | None, price: Price | None) -> str | None:
    if price is not None and asked not in (None, price.currency):
        raise Refusal("currency_mismatch", f"This price is in {price.currency}.", field="currency")
    return price.currency if price is not None else asked
