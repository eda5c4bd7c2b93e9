"""Customers for programs: how one is shown, and what makes and changes one. The views are where all of it is seen."""

from typing import Any

from rest_framework import serializers

from apps.accounts.models import Customer
from apps.core.fields import CurrencyCode, InstantOut, QueryFlag, StrictSerializer, Text, WholeNumber
from apps.core.pagination import PageQuery
from apps.rating import vat_numbers


class CustomerSummary(serializers.ModelSerializer[Customer]):
    """Who pays."""

    id = serializers.CharField(source="public_id", help_text="Such as cus_….")
    cc_emails = serializers.ListField(
        child=serializers.EmailField(), help_text="Addresses that get every invoice as well."
    )
    vat_number = serializers.SerializerMethodField(
        help_text="The tax id in short where it is a VAT number of the customer's country in the EU, else null."
    )
    created_at = InstantOut()
    archived_at = InstantOut(allow_null=True)

    def get_vat_number(self, customer: Customer) -> str | None:
        return vat_numbers.number_of(customer.country, customer.tax_id) or None

    class Meta:
        model = Customer
        fields = (
            "id",
            "external_id",
            "name",
            "legal_name",
            "email",
            "cc_emails",
            "tax_id",
            "vat_number",
            "tax_category",
            "tax_exempt_reason",
            "currency",
            "locale",
            "payment_terms_days",
            "address_line1",
            "address_line2",
            "postal_code",
            "city",
            "region",
            "country",
            "created_at",
            "archived_at",
        )
        read_only_fields = fields


class CustomerPage(serializers.Serializer[Any]):
    """A page of customers, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = CustomerSummary(many=True)


class CustomerQuery(PageQuery):
    """Which customers."""

    search = Text(
        required=False,
        max_length=200,
        help_text="Words, or beginnings of words, of the name, the e-mail address or your own key; all must be there.",
    )
    external_id = Text(required=False, max_length=200, help_text="Your own key of the customer, exactly.")
    email = Text(required=False, max_length=254, help_text="The billing e-mail address, in any case.")
    archived = QueryFlag(required=False, help_text="true: only those put away; false: only those that are not.")


class CustomerMembers(StrictSerializer):
    """What may be said of a customer when it is made, and changed later."""

    external_id = Text(required=False, allow_null=True, max_length=200, help_text="Your own key; no other has it.")
    legal_name = Text(required=False, allow_blank=True, max_length=200, help_text="On invoices instead of the name.")
    cc_emails = serializers.ListField(
        child=Text(max_length=254), required=False, max_length=10, help_text="Addresses that get every invoice as well."
    )
    tax_id = Text(
        required=False,
        allow_blank=True,
        max_length=50,
        help_text="With its prefix where it is a VAT number of the EU, such as DE136695976: it is checked then.",
    )
    tax_category = Text(
        required=False,
        max_length=30,
        help_text="`standard` unless given: taxed by what is bought. `exempt` pays none, with a reason; another holds "
        "for all that this customer buys.",
    )
    tax_exempt_reason = Text(
        required=False, allow_blank=True, max_length=200, help_text="Why an exempt customer is; printed on invoices."
    )
    currency = CurrencyCode(required=False, help_text="The organization's unless given.")
    locale = Text(
        required=False, allow_blank=True, max_length=10, help_text="Such as en_GB; empty: the organization's."
    )
    payment_terms_days = WholeNumber(
        required=False, allow_null=True, min_value=0, max_value=365, help_text="null: the organization's."
    )
    address_line1 = Text(required=False, allow_blank=True, max_length=200)
    address_line2 = Text(required=False, allow_blank=True, max_length=200)
    postal_code = Text(required=False, allow_blank=True, max_length=20)
    city = Text(required=False, allow_blank=True, max_length=100)
    region = Text(required=False, allow_blank=True, max_length=100)
    country = Text(required=False, allow_blank=True, max_length=2, help_text="Two letters, such as US.")


class NewCustomer(CustomerMembers):
    """A customer to create."""

    name = Text(max_length=200)
    email = Text(max_length=254, help_text="Invoices go here.")


class CustomerChanges(CustomerMembers):
    """What may change of a customer."""

    name = Text(required=False, max_length=200)
    email = Text(required=False, max_length=254)
