"""Read documents and how they were sent."""

from django.db.models import Prefetch, Q, Sum

from apps.delivery.models import Attempt, Delivery, Document
from apps.invoicing.models import CreditNote, Invoice
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


def deliveries_of(*, invoice: Invoice) -> list[Delivery]:
    """Return an invoice's deliveries, newest first, each with its attempts in order."""
    attempts = Prefetch("attempts", queryset=Attempt.objects.order_by("number"))
    return list(Delivery.objects.filter(invoice=invoice).order_by("-pk").prefetch_related(attempts))


def invoice_named(*, public_id: str) -> Invoice:
    """Return the invoice that a message tells of, with its organization."""
    return Invoice.objects.select_related("organization", "customer").get(public_id=public_id)


def paid_on(*, invoice: Invoice) -> Money:
    """Return what was paid on an invoice in money: what settled it, less the credit that was used on it."""
    credited = invoice.allocations.filter(credit_note__isnull=False).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return Money(invoice.settled_minor - credited, invoice.currency)
