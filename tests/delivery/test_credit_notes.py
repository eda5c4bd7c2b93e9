"""A credit note goes out as its invoice did: a stored paper, then a mail with it attached."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from apps.delivery import handlers, operations, queries
from apps.delivery.credit_paper import credit_note_paper
from apps.delivery.models import Delivery, Document
from apps.invoicing import collecting
from apps.invoicing.models import CreditNote
from apps.outbox.wiring import RetryLater
from apps.outbox.work import work
from apps.tenancy.models import AuditEntry, Organization
from apps.usage import operations as usage
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

OWNER = "owner@northwind.example"


def credited(seller: Organization, **offered: Any) -> CreditNote:
    """Bill three calls, take one back, and close the next month."""
    offer, buyer = builders.usage_offer(seller, **offered), builders.customer(seller)
    builders.subscribed(buyer, offer)
    wrong = builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=2))
    builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=3))
    builders.close(seller, OCTOBER)
    usage.reverse_event(
        organization=seller, public_id=wrong.public_id, reason="wrong", now=OCTOBER, source="admin", actor="somebody"
    )
    builders.close(seller, NOVEMBER)
    return CreditNote.objects.get()


def test_the_paper_is_stored_once_and_says_what_is_taken_back(seller: Organization) -> None:
    note = credited(seller)
    work(clock=lambda: NOVEMBER)
    text = PdfReader(BytesIO(Document.objects.get(credit_note=note).content)).pages[0].extract_text()
    for said in ("CREDIT NOTE", "CN-0001", "For invoice", "INV-0001", "Coaching call", "$95.00", "Credited to you"):
        assert said in text, said
    assert "Amount due" not in text and "How to pay" not in text


def test_goodwill_says_its_reason_in_the_customers_language_and_has_no_empty_columns(seller: Organization) -> None:
    correction = credited(seller)
    customer, invoice = correction.customer, correction.invoice
    customer.locale = "de_DE"
    customer.save()
    note = collecting.give_credit(invoice=invoice, amount=Decimal(1), reason="<b>Danke</b>", now=NOVEMBER, actor=OWNER)
    paper = credit_note_paper(credit_note=note)
    assert (paper.notes, paper.is_counted) == (("Grund: <b>Danke</b>",), False)
    assert credit_note_paper(credit_note=correction).notes == ()


def test_what_was_charged_once_is_credited_for_no_days(seller: Organization) -> None:
    invoice = credited(seller, setup_fee="45").invoice
    note = collecting.give_credit(invoice=invoice, reason="sorry", now=NOVEMBER, actor=OWNER)
    told = [(line.description, line.period) for line in credit_note_paper(credit_note=note).lines]
    assert told == [
        ("Coaching call", "September 1 – 30, 2026"),
        ("Coaching call: setup fee, charged once", ""),
    ]


def test_the_mail_names_the_invoice_and_carries_the_paper(seller: Organization, mailoutbox: list) -> None:  # type: ignore[type-arg]
    note = credited(seller)
    work(clock=lambda: NOVEMBER)
    (mail,) = [mail for mail in mailoutbox if "CN-0001" in mail.subject]
    assert mail.subject == "Credit note CN-0001 from Northwind Studio: $95.00 of invoice INV-0001 taken back"
    assert "Coaching call, September 1 – 30, 2026: $95.00" in mail.body
    assert [attached[0] for attached in mail.attachments] == ["CN-0001.pdf"]
    delivery = Delivery.objects.get(message__topic="credit_note_document.stored")
    assert (delivery.status, delivery.recipient, delivery.invoice) == ("sent", note.buyer["email"], note.invoice)
    work(clock=lambda: NOVEMBER)
    assert len([mail for mail in mailoutbox if "CN-0001" in mail.subject]) == 1


def test_sent_again_it_is_a_delivery_of_its_own_with_a_persons_words(seller: Organization, mailoutbox: list) -> None:  # type: ignore[type-arg]
    note = credited(seller)
    work(clock=lambda: NOVEMBER)
    mailoutbox.clear()
    words = "As you asked:\nhere it is <again>."
    recipient = "books@fabrikam.example"
    operations.resend(document=note, recipient=recipient, message_text=words, actor=OWNER, now=NOVEMBER)
    for _ in range(2):
        work(clock=lambda: NOVEMBER)
    (mail,) = mailoutbox
    assert (mail.to, [attached[0] for attached in mail.attachments]) == ([recipient], ["CN-0001.pdf"])
    assert f"{words}\n\nSettles invoice INV-0001" in mail.body
    assert mail.attachments[0][1] == bytes(Document.objects.get(credit_note=note).content)
    sent = [(held.recipient, held.status) for held in queries.deliveries_of(document=note)]
    assert sent == [(recipient, "sent"), (note.buyer["email"], "sent")]
    audit = AuditEntry.objects.get(verb="resend", object_id=note.public_id)
    assert (audit.actor, audit.summary) == (OWNER, "CN-0001 to books@fabrikam.example")


def test_sent_again_it_waits_for_its_pdf(seller: Organization, mailoutbox: list) -> None:  # type: ignore[type-arg]
    note = credited(seller)
    message = operations.resend(document=note, recipient="books@fabrikam.example", actor=OWNER, now=NOVEMBER)
    with pytest.raises(RetryLater, match="CN-0001 is not rendered yet"):
        handlers.mail_credit_note_again(message, NOVEMBER)
    assert (mailoutbox, Delivery.objects.count()) == ([], 0)
