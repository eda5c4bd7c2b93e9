"""Payments and refunds: the lists, and for each a page that says what of the money was used on what."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, formats_of
from apps.backoffice import customer_pages
from apps.backoffice.documents import listing
from apps.backoffice.documents.listing import CustomerFilter, MonthFilter
from apps.core.formats import Formats
from apps.invoicing import payments
from apps.invoicing.models import Allocation, Receipt, Refund
from apps.rating.money import Money

MOST_NAMED = 3
MOST_USES = 200


class ReceivedFilter(MonthFilter):
    """By the month in which the money came in."""

    column = "received_on"


class RefundedFilter(MonthFilter):
    """By the month in which the money was paid back."""

    column = "refunded_on"


class LeftFilter(admin.SimpleListFilter):
    """Those of which something stands to the customer's credit, and those that are used up."""

    title = "left"
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "On the balance"), ("no", "Used up")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(left_minor__gt=0)
        return queryset.filter(left_minor=0) if self.value() == "no" else queryset


class MoneyAdmin(OwnedAdmin):
    """Money that moved. Nothing of it is ever changed: it is noted on the page of an invoice or of a customer."""

    first_step = ("Invoices", "admin:invoicing_invoice_changelist")
    reading = Action.READ
    list_before_template = "backoffice/documents/totals.html"
    list_select_related = ("customer", "organization")
    ordering = ("-pk",)
    words: tuple[str, str]

    @admin.display(description="customer", ordering="customer__name")
    def buyer_name(self, moved: Receipt | Refund) -> str:
        return moved.customer.name

    @admin.display(description="amount", ordering="amount_minor")
    def amount_text(self, moved: Receipt | Refund) -> str:
        return _formats(moved).money(moved.amount)

    @admin.display(description="by", ordering="method")
    def how(self, moved: Receipt | Refund) -> str:
        return moved.get_method_display()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list, and what is listed in all."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            listed = response.context_data["cl"].queryset
            response.context_data["totals"] = listing.sums(listed, "amount_minor", self.words, formats_of(request))
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page of a payment or a refund, whoever asks; there is no form that could be sent."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        moved = self.object_or_404(request, object_id or "", self.reading)
        amount = _formats(moved).money(moved.amount)
        context = self.context(request, None, title=f"{self.words[0].capitalize()} of {amount}")
        context |= {
            "moved": moved,
            "list": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
            "words": self.words,
            "statement": customer_pages.address(moved.customer, "statement"),
            **self.told(moved, formats_of(request)),
        }
        return TemplateResponse(request, "backoffice/payment.html", context)

    def told(self, moved: Any, formats: Formats) -> dict[str, Any]:
        """Say when and how it moved, and in rows what it was used on or came out of."""
        return {}


@admin.register(Receipt)
class ReceiptAdmin(MoneyAdmin):
    """Money that customers paid."""

    nothing_yet = "No payment yet. It is noted on the page of an invoice, with Mark paid."
    words = ("payment", "payments")
    list_display = ("received_on", "amount_text", "buyer_name", "how", "reference", "used_on", "left_text")
    list_filter = (CustomerFilter, ReceivedFilter, LeftFilter, "method", "currency")
    search_fields = ("reference", "customer__name", "public_id__exact", "allocations__invoice__number")
    search_help_text = "Search by reference, customer or invoice"

    @admin.display(description="used on")
    def used_on(self, payment: Receipt) -> str:
        return _named([_name(use) for use in payment.allocations.all()])

    @admin.display(description="left")
    def left_text(self, payment: Any) -> str:
        return _formats(payment).money(Money(payment.left_minor, payment.currency)) if payment.left_minor else "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("customer", "organization")
        return payments.with_uses(payments.with_left(rows))

    def told(self, moved: Any, formats: Formats) -> dict[str, Any]:
        uses = payments.uses_of(payment=moved)
        return {
            "facts": _facts("Received on", formats.day(moved.received_on), moved, formats),
            "column": "Used on",
            "rows": [_row(moved, use, _name(use), _place_of_use(use), formats) for use in uses[:MOST_USES]],
            "more": max(0, uses.count() - MOST_USES),
            "left": formats.money(Money(moved.left_minor, moved.currency)) if moved.left_minor else "",
        }


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    """Money that was paid back to customers."""

    nothing_yet = "No refund yet. What stands to a customer's credit is paid back on its page, under Invoices."
    first_step = ("Customers", "admin:accounts_customer_changelist")
    words = ("refund", "refunds")
    list_display = ("refunded_on", "amount_text", "buyer_name", "how", "reference")
    list_filter = (CustomerFilter, RefundedFilter, "method", "currency")
    search_fields = ("reference", "customer__name", "public_id__exact")
    search_help_text = "Search by reference or customer"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("customer", "organization")

    def told(self, moved: Refund, formats: Formats) -> dict[str, Any]:
        sources = payments.sources_of(refund=moved)
        return {
            "facts": _facts("Paid back on", formats.day(moved.refunded_on), moved, formats),
            "column": "Paid back out of",
            "rows": [_row(moved, use, *_source(use, formats), formats) for use in sources[:MOST_USES]],
            "more": max(0, sources.count() - MOST_USES),
        }


def _formats(moved: Receipt | Refund) -> Formats:
    return Formats.of(moved.organization.locale, moved.organization.zone)


def _facts(on: str, day: str, moved: Receipt | Refund, formats: Formats) -> Sequence[tuple[str, str]]:
    """Return what there is to know of money that moved, as names and texts."""
    return (
        (on, day),
        ("By", moved.get_method_display()),
        ("Reference", moved.reference or "none"),
        ("Noted by", f"{moved.actor}, {formats.moment(moved.created_at)}"),
    )


def _row(moved: Receipt | Refund, use: Allocation, name: str, address: str, formats: Formats) -> dict[str, str]:
    """Say one use of money: what, its page, when, and how much."""
    return {
        "name": name,
        "address": address,
        "when": formats.moment(use.created_at),
        "amount": formats.money(Money(use.amount_minor, moved.currency)),
    }


def _name(use: Allocation) -> str:
    return str(use.invoice) if use.invoice is not None else "Refund"


def _named(names: Sequence[str]) -> str:
    """Name a few, and say how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more or "–"


def _place_of_use(use: Allocation) -> str:
    if use.invoice_id is not None:
        return reverse("admin:invoicing_invoice_change", args=[use.invoice_id])
    return reverse("admin:invoicing_refund_change", args=[use.refund_id])


def _source(use: Allocation, formats: Formats) -> tuple[str, str]:
    """Return what a refund came out of, and the page of that."""
    if use.receipt is not None:
        name = f"Payment of {formats.day(use.receipt.received_on)}"
        return name, reverse("admin:invoicing_receipt_change", args=[use.receipt_id])
    return str(use.credit_note), reverse("admin:invoicing_creditnote_change", args=[use.credit_note_id])
