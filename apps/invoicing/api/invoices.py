"""Invoices for programs: the list, and what a whole one consists of."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.scoped_api import shown
from apps.catalog.api.steps import StepSerializer, steps_shown
from apps.core import clock
from apps.core.fields import AmountOut, CurrencyCode, InstantOut, Month, NumberOut, StrictSerializer, Text
from apps.core.pagination import PageQuery
from apps.invoicing import queries, taxing
from apps.invoicing.models import CreditNote, Invoice, Kind, Line
from apps.invoicing.models.taxes import TREATMENTS
from apps.rating.money import Money
from apps.tenancy.models import Organization


class InvoiceSummary(serializers.Serializer[Any]):
    """A document that says what is due."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField(allow_null=True, help_text="Null for a draft.")
    status = serializers.ChoiceField(choices=Invoice.Status.choices)
    customer = serializers.CharField(source="customer.public_id")
    subscription = serializers.CharField(source="subscription.public_id", allow_null=True)
    cause = serializers.ChoiceField(choices=Invoice.Cause.choices, help_text="What it was made for.")
    currency = serializers.CharField()
    discount = AmountOut("discount_minor", help_text="On the whole, spread over the lines.")
    tax_inclusive = serializers.BooleanField(help_text="The amounts of its lines contain the tax.")
    subtotal = AmountOut("subtotal_minor", help_text="After discount and without tax.")
    tax = AmountOut("tax_minor")
    total = AmountOut("total_minor")
    credit_applied = AmountOut("credit_minor", help_text="Of the customer's balance, when it was finalized.")
    amount_due = AmountOut("amount_due.minor", help_text="The total less all that was allocated to it.")
    past_due = serializers.SerializerMethodField()
    issued_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    finalized_at = InstantOut(allow_null=True)
    paid_at = InstantOut(allow_null=True)
    voided_at = InstantOut(allow_null=True)
    written_off_at = InstantOut(allow_null=True, help_text="When it was given up as uncollectible.")
    created_at = InstantOut()

    def get_past_due(self, invoice: Invoice) -> bool:
        return invoice.is_past_due(self.context["today"])


class InvoicePage(serializers.Serializer[Any]):
    """A page of invoices, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = InvoiceSummary(many=True)


class ServicePeriod(serializers.Serializer[Any]):
    """What a line is for: its end belongs to the next period."""

    starts_at = InstantOut(source="period_starts_at")
    ends_at = InstantOut(source="period_ends_at")


class LineSerializer(serializers.Serializer[Any]):
    """One row of an invoice."""

    id = serializers.CharField(source="public_id")
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    description = serializers.CharField()
    quantity = NumberOut()
    unit = serializers.CharField()
    unit_amount = NumberOut(allow_null=True, help_text="Null where no single one made the amount.")
    amount = AmountOut("amount_minor", currency="invoice.currency", help_text="Before its part of the discount.")
    discount = AmountOut("discount_minor", currency="invoice.currency", help_text="Its part of the discount.")
    tax_category = serializers.CharField()
    tax_rate = NumberOut(help_text="A fraction: 0.2 is 20 %.")
    tax_treatment = serializers.ChoiceField(choices=TREATMENTS, help_text="Why the rate is what it is.")
    tax_name = serializers.CharField()
    taxed_on = serializers.DateField(allow_null=True, help_text="The day whose rate applies.")
    period = serializers.SerializerMethodField(help_text="Null where it is for no stretch of time.")
    late = serializers.BooleanField(help_text="Bills usage that arrived after its period was closed.")
    steps = serializers.SerializerMethodField()

    @extend_schema_field(ServicePeriod(allow_null=True))
    def get_period(self, line: Line) -> Any:
        return None if line.period_starts_at is None else shown(ServicePeriod, line)

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, line: Line) -> list[dict[str, str]]:
        return steps_shown(line.steps)


class TaxGroup(serializers.Serializer[Any]):
    """The lines of one rate together."""

    code = serializers.CharField(help_text="The category of EN 16931: S, Z, E, AE or O.")
    treatment = serializers.ChoiceField(choices=TREATMENTS, help_text="Why the rate is what it is.")
    name = serializers.CharField(help_text="What the tax is called on paper, such as VAT; empty where none is charged.")
    rate = serializers.CharField(help_text="A fraction: 0.2 is 20 %.")
    base = serializers.CharField(help_text="The net amount that is taxed.")
    tax = serializers.CharField()


def tax_groups_of(document: Invoice | CreditNote) -> list[dict[str, str]]:
    """Tell the tax groups of a document."""
    return [
        {
            **{name: group[name] for name in ("code", "treatment", "name", "rate")},
            "base": Money(group["base_minor"], document.currency).text(),
            "tax": Money(group["tax_minor"], document.currency).text(),
        }
        for group in taxing.groups_of(document)
    ]


class Party(serializers.Serializer[Any]):
    """A party as it was when the invoice was finalized."""

    name = serializers.CharField()
    legal_name = serializers.CharField()
    tax_id = serializers.CharField()
    email = serializers.CharField()
    address_line1 = serializers.CharField()
    address_line2 = serializers.CharField()
    postal_code = serializers.CharField()
    city = serializers.CharField()
    region = serializers.CharField()
    country = serializers.CharField()


class Seller(Party):
    """The organization as it was when the invoice was finalized."""

    payment_details = serializers.CharField()
    footer = serializers.CharField()


class Buyer(Party):
    """The customer as it was when the invoice was finalized."""

    id = serializers.CharField(source="public_id")
    external_id = serializers.CharField(allow_null=True)


class WholeInvoice(InvoiceSummary):
    """An invoice with its lines and the parties as printed."""

    notes = serializers.CharField(help_text="Printed below the lines.")
    discount_reason = serializers.CharField()
    rebills = serializers.SerializerMethodField(help_text="The id of the voided invoice in whose place it stands.")
    tax_groups = serializers.SerializerMethodField()
    seller = serializers.SerializerMethodField(help_text="Null for a draft.")
    buyer = serializers.SerializerMethodField(help_text="Null for a draft.")
    lines = serializers.SerializerMethodField()

    def get_rebills(self, invoice: Invoice) -> str | None:
        return queries.id_of(pk=invoice.rebills_id) if invoice.rebills_id is not None else None

    @extend_schema_field(TaxGroup(many=True))
    def get_tax_groups(self, invoice: Invoice) -> list[dict[str, str]]:
        return tax_groups_of(invoice)

    @extend_schema_field(Seller(allow_null=True))
    def get_seller(self, invoice: Invoice) -> Any:
        return shown(Seller, invoice.seller) if invoice.seller else None

    @extend_schema_field(Buyer(allow_null=True))
    def get_buyer(self, invoice: Invoice) -> Any:
        return shown(Buyer, invoice.buyer) if invoice.buyer else None

    @extend_schema_field(LineSerializer(many=True))
    def get_lines(self, invoice: Invoice) -> Any:
        return shown(LineSerializer, queries.lines_of(invoice=invoice), many=True)


class InvoiceFilter(StrictSerializer):
    """Which invoices."""

    customer = Text(required=False, max_length=200, help_text="The customer's id, or your own key of it.")
    status = serializers.ChoiceField(choices=Invoice.Status.choices, required=False)
    currency = CurrencyCode(required=False)
    month = Month(required=False, help_text="The month in which they were issued, such as 2026-11.")


class InvoiceQuery(PageQuery, InvoiceFilter):
    """Which invoices, and which page of them."""


def said_for(organization: Organization) -> dict[str, Any]:
    """Return what the serializers of invoices need to know beside the invoice: the organization's date."""
    return {"today": clock.billing(organization).astimezone(organization.zone).date()}
