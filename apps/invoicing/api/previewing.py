"""The next invoice of a subscription for programs: as it stands, and as it will be if usage goes on in this way."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, organization_of, shown
from apps.core import clock, problems
from apps.core.fields import AmountOut, InstantOut, StrictSerializer, Text
from apps.core.refusals import Conflict, Refusal
from apps.core.retrying import retried
from apps.invoicing.api.invoices import LineSerializer, TaxGroup, tax_groups_of
from apps.invoicing.lifecycle import foreseeing
from apps.invoicing.previews import Preview
from apps.rating.money import AmountTooLarge
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Subscription

DESCRIPTION = """By the very code that bills, a planned change of plan included: the invoice as it stands, and as
`projected` to the end of its periods. That scales what adds up, sums and counts, by the part of the period that is
over, and never below what is recorded. A greatest, a latest value and distinct values stay as they are: `kept` says
so.

409 `nothing_due` where nothing will ever be due, `amount_too_large` where no invoice could say the amount."""


class PreviewLine(LineSerializer):
    """One row that the invoice would have."""

    def get_fields(self) -> dict[str, Any]:
        """Leave out the id: it is stored nowhere."""
        return {name: field for name, field in super().get_fields().items() if name != "id"}


class PreviewTotals(serializers.Serializer[Any]):
    """What the invoice would say."""

    tax_inclusive = serializers.BooleanField(
        source="invoice.tax_inclusive", help_text="The amounts of its lines contain the tax."
    )
    subtotal = AmountOut("invoice.subtotal_minor", currency="invoice.currency")
    tax = AmountOut("invoice.tax_minor", currency="invoice.currency")
    total = AmountOut("invoice.total_minor", currency="invoice.currency")
    tax_groups = serializers.SerializerMethodField()
    lines = PreviewLine(many=True)

    @extend_schema_field(TaxGroup(many=True))
    def get_tax_groups(self, preview: Preview) -> list[dict[str, str]]:
        return tax_groups_of(preview.invoice)


class KeptAsRecorded(serializers.Serializer[Any]):
    """An item whose usage is not scaled."""

    item = serializers.CharField(source="item.public_id")
    reason = serializers.CharField()


class ProjectedInvoice(PreviewTotals):
    """What the invoice would say if usage went on to the end of its periods as it did so far."""

    kept = KeptAsRecorded(many=True, help_text="What stays as it is recorded, and why.")


class InvoicePreview(PreviewTotals):
    """The next invoice as it stands, and projected."""

    subscription = serializers.CharField(source="invoice.subscription.public_id")
    customer = serializers.CharField(source="invoice.customer.public_id")
    currency = serializers.CharField(source="invoice.currency")
    bills_at = InstantOut(help_text="When it will be made.")


class InvoiceForeseen(InvoicePreview):
    """The next invoice with the usage recorded so far, and `projected` to the end of its periods."""

    projected = ProjectedInvoice(allow_null=True, help_text="Null where no invoice could say the amount.")


class PreviewQuery(StrictSerializer):
    """Of which subscription."""

    subscription = Text(max_length=40, help_text="Its id, sub_….")


class NextInvoice(ScopedView):
    """The next invoice of a subscription. Nothing is stored."""

    actions = {"GET": Action.READ}
    query_class = PreviewQuery

    @extend_schema(
        operation_id="preview_invoice",
        summary="Preview the next invoice of a subscription",
        description=DESCRIPTION,
        tags=["invoices"],
        parameters=[PreviewQuery],
        responses={200: InvoiceForeseen, **problems.responses(400, 409)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        organization = organization_of(request)
        subscription = self.own(timelines.subscriptions(), request).filter(public_id=asked["subscription"]).first()
        if subscription is None:
            raise Refusal("unknown_subscription", "There is no such subscription.", field="subscription")
        now = clock.billing(organization)
        try:
            preview = retried(lambda: foreseeing.next_invoice(subscription=subscription))
        except AmountTooLarge as beyond:
            raise Conflict("amount_too_large", "No invoice could say this amount.") from beyond
        if preview is None:
            raise Conflict("nothing_due", "Nothing will ever be due for this subscription.")
        projected = _projected(subscription, now)
        return Response(
            {
                **shown(InvoicePreview, preview),
                "projected": shown(ProjectedInvoice, projected) if projected is not None else None,
            }
        )


def _projected(subscription: Subscription, now: datetime) -> Preview | None:
    """Project the next invoice; None where no invoice could say the amount."""
    try:
        return retried(lambda: foreseeing.projected(subscription=subscription, now=now))
    except AmountTooLarge:
        return None
