"""Credit notes: the list, and a page laid out like the paper that says what became of the credit."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of
from apps.backoffice import standing
from apps.backoffice.documents import event_pages, explaining, exporting
from apps.backoffice.documents.listing import CustomerFilter, MonthFilter
from apps.backoffice.resend_form import resend
from apps.core.formats import Formats
from apps.delivery import queries as delivery
from apps.delivery.credit_paper import credit_note_paper
from apps.delivery.voice import SOURCE
from apps.invoicing import explanations, queries
from apps.invoicing.models import CreditNote
from apps.rating.money import Money


@admin.register(CreditNote)
class CreditNoteAdmin(OwnedAdmin):
    """Nothing of a credit note can be edited: it is issued when it is made."""

    nothing_yet = (
        "No credit note yet. What was billed too much is credited by itself; goodwill is given on the page of "
        "an invoice."
    )
    first_step = ("Invoices", "admin:invoicing_invoice_changelist")
    reading = Action.READ
    list_display = ("number", "buyer_name", "invoice", "issued_on", "total_text")
    list_filter = (CustomerFilter, MonthFilter, "currency")
    list_before_template = "backoffice/documents/totals.html"
    list_select_related = ("customer", "invoice", "organization")
    search_fields = ("number", "invoice__number", "customer__name", "public_id__exact")
    search_help_text = "Search by number, invoice or customer"
    ordering = ("-pk",)

    @admin.display(description="customer", ordering="customer__name")
    def buyer_name(self, note: CreditNote) -> str:
        return note.customer.name

    @admin.display(description="total", ordering="total_minor")
    def total_text(self, note: CreditNote) -> str:
        return Formats.of(note.organization.locale, note.organization.zone).money(note.total)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("customer", "invoice", "organization")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.object_page("pdf", self.pdf, action=Action.READ),
            self.object_page("resend", partial(resend, self), action=Action.MANAGE_INVOICES),
            *event_pages.pages(self, of_credits=True),
            *exporting.pages(self, exporting.CREDIT_NOTES),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list, and where it is had as a table."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            query = response.context_data["cl"].get_query_string()
            response.context_data["tables"] = exporting.buttons(self, exporting.CREDIT_NOTES, query)
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page of a credit note, whoever asks; there is no form that could be sent."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        note = self.object_or_404(request, object_id or "", self.reading)
        formats = formats_of(request)
        used = queries.allocations_of(credit_note=note)
        left = note.total - Money(sum(use.amount_minor for use in used), note.currency)
        document = delivery.document_of_credit_note(credit_note=note)
        context = self.context(request, note, title=f"Credit note {note}")
        paper = credit_note_paper(credit_note=note, language=SOURCE)
        context |= {
            "note": note,
            "paper": paper,
            "sheet": explaining.sheet(paper, explanations.of_credit_note(note=note), formats),
            "uses": [{"use": use, "amount": formats.money(Money(use.amount_minor, note.currency))} for use in used],
            "left": formats.money(left) if left.minor else "",
            "document": document,
            "parked": None if document else delivery.parked_paper(document=note),
            "deliveries": standing.deliveries(note, formats),
            "may_manage": allowed(request, Action.MANAGE_INVOICES),
        }
        return TemplateResponse(request, "backoffice/credit_note.html", context)

    def pdf(self, request: HttpRequest, note: CreditNote) -> HttpResponse:
        """Give the stored bytes of the paper."""
        document = delivery.document_of_credit_note(credit_note=note)
        if document is None:
            raise Http404
        return HttpResponse(
            bytes(document.content),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{note.public_id}.pdf"'},
        )
