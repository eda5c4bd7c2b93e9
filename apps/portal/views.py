"""An invoice for whoever has its link: the document, and how to pay. No login, and nothing beyond it."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.delivery import letters, links, queries, wording
from apps.delivery.models import Document
from apps.delivery.paper import invoice_paper, voice_of
from apps.delivery.voice import Voice
from apps.invoicing.models import Invoice
from apps.rating.wallclock import local_date
from apps.tenancy import scope


@require_safe
def invoice(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invoice as it stands, its document, and how to pay what is left."""
    found = _behind(token)
    with scope.of(found.organization):
        voice = voice_of(found.seller, found.buyer)
        today = local_date(clock.billing(found.organization), found.organization.zone)
        paper, is_due = invoice_paper(invoice=found), letters.is_to_be_paid(found)
        context = {
            "paper": paper,
            "token": token,
            "standing": _standing(voice, found, today),
            "left": voice.money(found.amount_due) if is_due else "",
            "payment": paper.payment if is_due else (),
            "sums": letters.sums(paper),
            "document": queries.document_facts_of(invoice=found),
            "download": voice.say("Download the PDF"),
            "usage": voice.say("Download the usage in detail"),
            "waiting": voice.say("The PDF is being drawn. Please come back in a few minutes."),
            "questions": voice.say("Questions? Write to {address}.", address=paper.seller.email)
            if paper.seller.email
            else "",
            "test": letters.test_words(voice) if paper.is_test else "",
        }
        return _closed(render(request, "portal/invoice.html", context))


@require_safe
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Give the stored bytes of the document, to be read in the browser or kept."""
    found = _behind(token)
    document = _document(found)
    name = f"{letters.file_name(found)}.pdf"
    return _file(bytes(document.content), "application/pdf", name, keep="keep" in request.GET)


@require_safe
def usage(request: HttpRequest, token: str) -> HttpResponse:
    """Give the usage behind an invoice, where it is a file of its own."""
    found = _behind(token)
    document = _document(found)
    if document.usage_csv is None:
        raise Http404
    return _file(
        bytes(document.usage_csv), "text/csv; charset=utf-8", f"{letters.file_name(found)}-usage.csv", keep=True
    )


def _behind(token: str) -> Invoice:
    found = links.invoice_behind(token)
    if found is None:
        raise Http404
    return found


def _document(found: Invoice) -> Document:
    with scope.of(found.organization):
        document = queries.document_of(invoice=found)
    if document is None:
        raise Http404
    return document


def _standing(voice: Voice, found: Invoice, today: date) -> str:
    """Say in a few words what is to be done about an invoice, today."""
    assert found.due_on is not None, "a finalized invoice has its dates"
    if found.status == Invoice.Status.PAID:
        return voice.say("Paid") if found.total_minor else voice.say("Nothing to pay")
    if not letters.is_to_be_paid(found):
        return voice.say("No longer to be paid") if found.amount_due.minor else voice.say("Nothing to pay")
    day = wording.day(voice, found.due_on)
    return voice.say("Was due {date}", date=day) if found.is_past_due(today) else voice.say("Due {date}", date=day)


def _file(content: bytes, media_type: str, name: str, *, keep: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(keep, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return _closed(response)


def _closed(response: HttpResponse) -> HttpResponse:
    """Keep an address that is a secret out of caches, search engines and other sites' logs."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
