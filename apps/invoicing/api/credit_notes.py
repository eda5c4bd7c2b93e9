"""Credit notes for programs: what was taken back of which invoice."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, id_parameter, shown
from apps.core import problems
from apps.core.fields import AmountOut, CurrencyCode, InstantOut, Month, NumberOut, StrictSerializer, Text
from apps.core.pagination import PageQuery
from apps.invoicing import queries
from apps.invoicing.api.invoices import ServicePeriod, TaxGroup, tax_groups_of
from apps.invoicing.models import CreditLine, CreditNote
from apps.invoicing.models.taxes import TREATMENTS


class CreditNoteSummary(serializers.Serializer[Any]):
    """A document that takes back part of an invoice."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=CreditNote.Kind.choices)
    reason = serializers.CharField(help_text="Printed on it; empty for a correction.")
    customer = serializers.CharField(source="customer.public_id")
    invoice = serializers.CharField(source="invoice.public_id")
    currency = serializers.CharField()
    tax_inclusive = serializers.BooleanField(help_text="The amounts of its lines contain the tax.")
    subtotal = AmountOut("subtotal_minor", help_text="After discount and without tax.")
    tax = AmountOut("tax_minor")
    total = AmountOut("total_minor")
    issued_on = serializers.DateField()
    issued_at = InstantOut()


class CreditNotePage(serializers.Serializer[Any]):
    """A page of credit notes, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = CreditNoteSummary(many=True)


class CreditLineSerializer(serializers.Serializer[Any]):
    """How much of one line of the invoice is taken back."""

    id = serializers.CharField(source="public_id")
    line = serializers.CharField(source="line.public_id", help_text="The line of the invoice.")
    position = serializers.IntegerField()
    description = serializers.CharField()
    amount = AmountOut("amount_minor", currency="credit_note.currency", help_text="Before the part of the discount.")
    discount = AmountOut("discount_minor", currency="credit_note.currency")
    tax_category = serializers.CharField()
    tax_rate = NumberOut(help_text="A fraction: 0.2 is 20 %.")
    tax_treatment = serializers.ChoiceField(choices=TREATMENTS, help_text="Why the rate is what it is.")
    tax_name = serializers.CharField()
    period = serializers.SerializerMethodField(help_text="Null where it is for no stretch of time.")

    @extend_schema_field(ServicePeriod(allow_null=True))
    def get_period(self, line: CreditLine) -> Any:
        return None if line.period_starts_at is None else shown(ServicePeriod, line)


class CreditUse(serializers.Serializer[Any]):
    """A part that was used on an invoice, or paid back."""

    invoice = serializers.CharField(source="invoice.public_id", default=None, allow_null=True)
    refund = serializers.CharField(source="refund.public_id", default=None, allow_null=True)
    amount = AmountOut("amount_minor", currency="credit_note.currency")
    created_at = InstantOut()


class CreditNoteSerializer(CreditNoteSummary):
    """A credit note with its lines, and what it was used on; what is left is the customer's balance."""

    tax_groups = TaxGroup(many=True)
    lines = CreditLineSerializer(many=True)
    allocations = CreditUse(many=True)


def credit_note_shown(note: CreditNote) -> dict[str, Any]:
    """Return a credit note as CreditNoteSerializer describes it."""
    return {
        **shown(CreditNoteSummary, note),
        "tax_groups": tax_groups_of(note),
        "lines": shown(CreditLineSerializer, queries.credit_lines_of(credit_note=note), many=True),
        "allocations": shown(CreditUse, queries.allocations_of(credit_note=note), many=True),
    }


class CreditNoteFilter(StrictSerializer):
    """Which credit notes."""

    customer = Text(required=False, max_length=200, help_text="The customer's id, or your own key of it.")
    invoice = Text(required=False, max_length=40, help_text="The id of the invoice that they take back from.")
    currency = CurrencyCode(required=False)
    month = Month(required=False, help_text="The month in which they were issued, such as 2026-11.")


class CreditNoteQuery(PageQuery, CreditNoteFilter):
    """Which credit notes, and which page of them."""


class CreditNoteDetail(ScopedView):
    """One credit note."""

    actions = {"GET": Action.READ}

    @extend_schema(
        operation_id="get_credit_note",
        summary="Get a credit note with its lines",
        tags=["invoices"],
        parameters=[id_parameter("crn_…")],
        responses={200: CreditNoteSerializer, **problems.responses(400, 404)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        note = self.one(queries.credit_notes(), public_id, request)
        return Response(credit_note_shown(note))
