"""Read documents and how they were sent."""

from django.db.models import Prefetch, Q, Sum

from apps.delivery.models import Attempt, Delivery, Document, InvoiceLink
from apps.invoicing.models import CreditNote, Invoice
from apps.outbox.models import Job
from apps.rating.money import Money


def document_of(*, invoice: Invoice) -> Document | None:
    """Return the stored paper of an invoice; None for a draft, and until it is rendered."""
    return Document.objects.filter(invoice=invoice).first()


def document_facts_of(*, invoice: Invoice) -> Document | None:
    """Return the stored paper of an invoice without reading its bytes; `has_usage` says whether a file goes with it."""
    facts = Document.objects.filter(invoice=invoice).defer("content", "usage_csv")
    return facts.annotate(has_usage=Q(usage_csv__isnull=False)).first()


def document_of_credit_note(*, credit_note: CreditNote) -> Document | None:
    """Return the stored paper of a credit note; None until it is rendered."""
    return Document.objects.filter(credit_note=credit_note).first()


def credit_note_named(*, public_id: str) -> CreditNote:
    """Return the credit note that a message tells of, with its organization and invoice."""
    return CreditNote.objects.select_related("organization", "invoice", "customer").get(public_id=public_id)


def deliveries_of(*, document: Invoice | CreditNote) -> list[Delivery]:
    """Return the deliveries of an invoice or a credit note, newest first, each with its attempts in order.

    Those of an invoice tell of its credit notes too.
    """
    attempts = Prefetch("attempts", queryset=Attempt.objects.order_by("number"))
    if isinstance(document, Invoice):
        rows = Delivery.objects.filter(invoice=document)
    else:
        rows = Delivery.objects.filter(invoice_id=document.invoice_id, message__payload__credit_note=document.public_id)
    return list(rows.select_related("message").order_by("-pk").prefetch_related(attempts))


def parked_paper(*, document: Invoice | CreditNote) -> Job | None:
    """Return the job that could not draw the paper of a document, and waits for a person."""
    kind, handler = (
        ("invoice", "delivery.store_document")
        if isinstance(document, Invoice)
        else ("credit_note", "delivery.store_credit_note")
    )
    parked = Job.objects.filter(status=Job.Status.FAILED, handler=handler)
    return parked.filter(**{f"message__payload__{kind}": document.public_id}).first()


def has_link(*, invoice: Invoice) -> bool:
    """Say whether an invoice's link was given out."""
    return InvoiceLink.objects.filter(invoice=invoice).exists()


def invoice_named(*, public_id: str) -> Invoice:
    """Return the invoice that a message tells of, with its organization."""
    return Invoice.objects.select_related("organization", "customer").get(public_id=public_id)


def paid_on(*, invoice: Invoice) -> Money:
    """Return what was paid on an invoice in money: what settled it, less the credit that was used on it."""
    credited = invoice.allocations.filter(credit_note__isnull=False).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return Money(invoice.settled_minor - credited, invoice.currency)
