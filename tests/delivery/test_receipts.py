"""Receipts, where money came in and not where nothing did; copies for further addresses."""

from datetime import timedelta

from django.core import mail
from django.db import transaction
from django.db.models import F

from apps.delivery import queries
from apps.delivery.models import Delivery
from apps.invoicing import finalizing
from apps.invoicing.models import Invoice
from apps.outbox.models import Job, Message
from apps.tenancy.models import Organization
from tests.builders import OCTOBER
from tests.delivery.conftest import Work, billed


def paid(invoice: Invoice) -> None:
    """Have an invoice paid in full, as a payment does it."""
    with transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(
            status=Invoice.Status.PAID, paid_at=OCTOBER, settled_minor=F("total_minor")
        )
        finalizing.announce(Invoice.objects.select_related("customer").get(pk=invoice.pk), "invoice.paid", OCTOBER)


def test_a_payment_is_thanked_for_once(seller: Organization, invoice: Invoice, worked: Work) -> None:
    seller.payment_details = "IBAN DE02"
    seller.save()
    worked()
    mail.outbox.clear()
    paid(invoice)
    worked(timedelta(hours=1))
    (sent,) = mail.outbox
    assert sent.subject == "Receipt for invoice INV-0001 from Northwind Studio: $380.00 paid"
    assert "Thank you. We have received $380.00, and nothing is left to pay." in sent.body
    assert "  Total: $380.00\n  Paid: $380.00\n" in sent.body
    assert "IBAN" not in sent.body
    Job.objects.update(status=Job.Status.PENDING, next_try_at=OCTOBER)
    worked(timedelta(hours=2))
    assert len(mail.outbox) == 1


def test_nothing_paid_gets_no_receipt(seller: Organization, worked: Work) -> None:
    billed(seller, calls=0)
    worked()
    assert Message.objects.filter(topic="invoice.paid").exists()
    assert [sent.subject for sent in mail.outbox] == ["Invoice INV-0001 from Northwind Studio: $0.00, nothing to pay"]
    assert not Job.objects.exclude(status=Job.Status.DONE)


def test_copies_go_to_each_further_address_as_a_delivery_of_its_own(seller: Organization, worked: Work) -> None:
    copies = ["books@fabrikam.example", "accounts@fabrikam.example", "boss@fabrikam.example"]
    invoice = billed(seller, calls=1, cc_emails=copies)
    worked()
    assert [sent.to for sent in mail.outbox] == [
        ["accounts@fabrikam.example"],
        ["books@fabrikam.example"],
        ["boss@fabrikam.example"],
    ]
    assert Delivery.objects.filter(invoice=invoice, status=Delivery.Status.SENT).count() == 3


def test_a_copy_that_cannot_be_sent_keeps_nobody_else_from_reading(seller: Organization, worked: Work) -> None:
    invoice = billed(seller, calls=1, cc_emails=["books@fabrikam.example", "boss@fabrikam.example"])
    message = Message.objects.get(topic="invoice.finalized")
    worked()
    stored = Message.objects.get(topic="document.stored")
    assert message.payload["invoice"] == stored.payload["invoice"] == invoice.public_id
    lost = Delivery.objects.get(recipient="books@fabrikam.example")
    Delivery.objects.filter(pk=lost.pk).update(status=Delivery.Status.SENDING, sent_at=None)
    Job.objects.filter(handler="delivery.mail_invoice").update(status=Job.Status.PENDING, next_try_at=OCTOBER)
    worked(timedelta(hours=1))
    job = Job.objects.get(handler="delivery.mail_invoice")
    assert (len(mail.outbox), job.status) == (3, Job.Status.FAILED)
    assert "not known whether the mail to books@fabrikam.example arrived" in job.error
    statuses = {held.recipient: held.status for held in queries.deliveries_of(document=invoice)}
    assert statuses["books@fabrikam.example"] == Delivery.Status.UNKNOWN
    assert statuses["boss@fabrikam.example"] == Delivery.Status.SENT


def test_copies_are_those_of_when_it_was_finalized(seller: Organization, worked: Work) -> None:
    invoice = billed(seller, calls=1, cc_emails=["books@fabrikam.example"])
    invoice.customer.cc_emails = ["later@fabrikam.example"]
    invoice.customer.save()
    worked()
    assert [sent.to for sent in mail.outbox] == [["accounts@fabrikam.example"], ["books@fabrikam.example"]]
