"""Invoices: the list, and a page laid out like the paper that says where the invoice stands."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of
from apps.backoffice import standing
from apps.backoffice.documents import base as documents
from apps.backoffice.documents import deeds, event_pages, explaining, exporting, listing, told
from apps.backoffice.documents.listing import CustomerFilter, MonthFilter, StatusFilter
from apps.backoffice.resend_form import resend
from apps.core.admin import badge
from apps.core.formats import Formats
from apps.delivery import queries as delivery
from apps.delivery.letters import file_name
from apps.delivery.links import address_of
from apps.delivery.paper import invoice_paper
from apps.delivery.voice import SOURCE
from apps.invoicing import explanations
from apps.invoicing.models import Invoice

COLOURS = {"draft": "warning", "open": "info", "paid": "success", "uncollectible": "danger"}


@admin.register(Invoice)
class InvoiceAdmin(OwnedAdmin):
    """Nothing of an invoice is edited here; its buttons call operations."""

    nothing_yet = "No invoice yet. The first is made when a period ends; others are begun on the page of a customer."
    first_step = ("Customers", "admin:accounts_customer_changelist")
    reading = Action.READ
    list_display = ("name", "buyer_name", "issued_on", "total_text", "state", "due_on")
    list_display_links = ("name",)
    list_filter = (StatusFilter, CustomerFilter, MonthFilter, "currency")
    list_before_template = "backoffice/documents/totals.html"
    actions = ("finalize_drafts",)
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name", "public_id__exact")
    search_help_text = "Search by number or customer"
    ordering = ("-pk",)

    @admin.display(description="number", ordering="sequence")
    def name(self, invoice: Invoice) -> str:
        return str(invoice)

    @admin.display(description="customer", ordering="customer__name")
    def buyer_name(self, invoice: Invoice) -> str:
        return invoice.customer.name

    @admin.display(description="total", ordering="total_minor")
    def total_text(self, invoice: Invoice) -> str:
        organization = invoice.organization
        return Formats.of(organization.locale, organization.zone).money(invoice.total)

    @badge("status", COLOURS)
    def state(self, invoice: Invoice) -> str:
        return invoice.status

    @admin.action(description="Finalize drafts", permissions=["finalize"])
    def finalize_drafts(self, request: HttpRequest, chosen: Any) -> HttpResponse | None:
        return listing.finalize_drafts(self, request, chosen)

    def has_finalize_permission(self, request: HttpRequest) -> bool:
        return allowed(request, Action.MANAGE_INVOICES)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list, and what is listed in all."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            listed = response.context_data["cl"].queryset
            response.context_data["totals"] = listing.totals(listed, formats_of(request))
            query = response.context_data["cl"].get_query_string()
            response.context_data["tables"] = exporting.buttons(self, exporting.INVOICES, query)
        return response

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("customer", "organization", "subscription__plan")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.object_page("pdf", self.pdf, action=Action.READ),
            self.object_page("resend", partial(resend, self), action=Action.MANAGE_INVOICES),
            *documents.pages(self, deeds.OF_INVOICE),
            *documents.line_pages(self, deeds.OF_LINE),
            *event_pages.pages(self),
            *exporting.pages(self, exporting.INVOICES),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page of an invoice, whoever asks; there is no form that could be sent."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        invoice = self.object_or_404(request, object_id or "", self.reading)
        context = self.context(request, invoice, title=f"Invoice {invoice}")
        document = delivery.document_facts_of(invoice=invoice)
        paper = invoice_paper(invoice=invoice, language=SOURCE)
        may_manage = allowed(request, Action.MANAGE_INVOICES)
        context |= {
            "invoice": invoice,
            "paper": paper,
            "sheet": explaining.sheet(paper, explanations.of_invoice(invoice=invoice), formats_of(request)),
            "sentence": standing.sentence(invoice, request),
            "past_due": invoice.is_past_due(standing.today_of(request)),
            "deliveries": standing.deliveries(invoice, formats_of(request)),
            "document": document,
            "parked": delivery.parked_paper(document=invoice) if invoice.number and not document else None,
            "link": address_of(invoice) if delivery.has_link(invoice=invoice) else "",
            "may_manage": may_manage,
            "deeds": documents.offered(deeds.OF_INVOICE, invoice) if may_manage else [],
            **told.beside(invoice, formats_of(request)),
            **told.on_draft(
                invoice,
                paper,
                formats_of(request),
                may_manage=may_manage,
                may_add=allowed(request, Action.MANAGE_CATALOG),
            ),
        }
        return TemplateResponse(request, "backoffice/invoice/page.html", context)

    def pdf(self, request: HttpRequest, invoice: Invoice) -> HttpResponse:
        """Give the stored bytes of the paper."""
        document = delivery.document_of(invoice=invoice)
        if document is None:
            raise Http404
        return HttpResponse(
            bytes(document.content),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{file_name(invoice)}.pdf"'},
        )
