"""The mail that carries an invoice: complete by itself, once per recipient, and never somebody else's headers."""

from datetime import timedelta
from email.message import Message as Part

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db.models import F

from apps.core.refusals import Conflict, Refusal
from apps.delivery import handlers, letters, operations, queries
from apps.delivery.models import Attempt, Delivery
from apps.invoicing import finalizing
from apps.invoicing.models import Invoice
from apps.outbox.models import Job, Message
from apps.outbox.wiring import RetryLater
from apps.tenancy.models import AuditEntry, Organization
from tests.builders import OCTOBER
from tests.delivery.conftest import Work, billed

ACTOR = "owner@northwind.example"


def only_mail() -> EmailMultiAlternatives:
    (sent,) = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    return sent


def html_of(sent: EmailMultiAlternatives) -> str:
    (alternative,) = sent.alternatives
    return str(alternative[0])


def test_the_buyer_gets_the_invoice(invoice: Invoice, worked: Work) -> None:
    worked()
    sent = only_mail()
    (delivery,) = queries.deliveries_of(document=invoice)
    assert sent.subject == "Invoice INV-0001 from Northwind Studio: $380.00, due October 15"
    assert sent.from_email == "Northwind Studio <billing@northwind.example>"
    assert (sent.to, sent.reply_to) == (["accounts@fabrikam.example"], ["billing@northwind.example"])
    first, rows, *_ = sent.body.split("\n\n")
    assert first == "Invoice INV-0001 from Northwind Studio: $380.00, due October 15, 2026."
    assert rows == "  Coaching call, 4 calls, September 1 – 30, 2026: $380.00"
    assert (delivery.status, delivery.recipient) == (Delivery.Status.SENT, "accounts@fabrikam.example")
    assert [(try_.number, try_.outcome) for try_ in delivery.attempts.all()] == [(1, Attempt.Outcome.SENT)]


def test_it_has_text_html_and_the_stored_pdf(invoice: Invoice, worked: Work) -> None:
    worked()
    document = queries.document_of(invoice=invoice)
    assert document is not None
    parts: list[Part] = list(only_mail().message().walk())
    assert [part.get_content_type() for part in parts] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    assert parts[-1].get_filename() == "INV-0001.pdf"
    assert parts[-1].get_payload(decode=True) == bytes(document.content)
    for text in ("$380.00, due October 15, 2026.", "Coaching call, 4 calls", "INV-0001.pdf"):
        assert text in html_of(only_mail())


def test_its_headers_name_the_delivery(invoice: Invoice, worked: Work) -> None:
    worked()
    (delivery,) = queries.deliveries_of(document=invoice)
    message = only_mail().message()
    assert message["Message-ID"] == f"<{delivery.public_id}@northwind.example>"
    assert message["X-Tallybook-Delivery"] == delivery.public_id
    assert message["Auto-Submitted"] == "auto-generated"


def test_working_again_sends_nothing_again(invoice: Invoice, worked: Work) -> None:
    worked()
    Job.objects.update(status=Job.Status.PENDING, next_try_at=OCTOBER)
    assert worked() == Job.objects.count() > 0
    assert len(mail.outbox) == 1
    assert Delivery.objects.count() == Attempt.objects.count() == 1
    assert not Job.objects.exclude(status=Job.Status.DONE)


def test_without_an_own_address_the_default_sends_and_nobody_is_promised_a_reply(
    seller: Organization, worked: Work
) -> None:
    seller.email = ""
    seller.save()
    billed(seller, calls=1)
    worked()
    assert (only_mail().from_email, only_mail().reply_to) == ("billing@localhost", [])
    assert "reply" not in only_mail().body


@pytest.mark.parametrize(("wish", "mails"), [("mail", 1), ("issue", 0)])
def test_an_invoice_of_zero_is_mailed_as_the_seller_wishes(
    seller: Organization, worked: Work, wish: str, mails: int
) -> None:
    seller.zero_invoices = wish
    seller.save()
    invoice = billed(seller, calls=0)
    worked()
    assert len(mail.outbox) == len(queries.deliveries_of(document=invoice)) == mails
    if mails:
        assert only_mail().subject == "Invoice INV-0001 from Northwind Studio: $0.00, nothing to pay"
        assert "How to pay" not in only_mail().body


def test_a_test_organization_says_so(seller: Organization, worked: Work) -> None:
    seller.mode = Organization.Mode.TEST
    seller.save()
    billed(seller, calls=1)
    worked()
    assert only_mail().subject.startswith("[TEST] Invoice INV-0001")
    assert "not a real invoice" in only_mail().body and "not a real invoice" in html_of(only_mail())


def test_names_with_markup_are_text(seller: Organization, worked: Work) -> None:
    seller.payment_details = "<b>IBAN</b> & co"
    seller.save()
    billed(seller, calls=1)
    worked()
    assert "<b>IBAN</b> & co" in only_mail().body
    assert "&lt;b&gt;IBAN&lt;/b&gt; &amp; co" in html_of(only_mail())


def test_a_name_that_would_break_a_header_is_left_to_a_person(seller: Organization, worked: Work) -> None:
    seller.name = "Northwind\r\nBcc: everybody@example.com"
    seller.save()
    invoice = billed(seller, calls=1)
    worked()
    (delivery,) = queries.deliveries_of(document=invoice)
    assert (mail.outbox, delivery.status) == ([], Delivery.Status.FAILED)
    job = Job.objects.get(handler="delivery.mail_invoice")
    assert job.status == Job.Status.FAILED
    assert "Header values can't contain newlines" in job.error


def test_resending_is_a_delivery_of_its_own_with_a_persons_words(invoice: Invoice, worked: Work) -> None:
    worked()
    mail.outbox.clear()
    for _ in range(2):
        operations.resend(
            document=invoice,
            recipient=" books@fabrikam.example ",
            message_text="As you asked:\nhere it is <again>.",
            actor=ACTOR,
            now=OCTOBER + timedelta(days=1),
        )
    worked(timedelta(days=1))
    assert [sent.to for sent in mail.outbox] == [["books@fabrikam.example"]] * 2
    assert len({sent.message()["Message-ID"] for sent in mail.outbox}) == 2
    assert "As you asked:\nhere it is <again>." in mail.outbox[0].body
    assert [held.recipient for held in queries.deliveries_of(document=invoice)] == [
        "books@fabrikam.example",
        "books@fabrikam.example",
        "accounts@fabrikam.example",
    ]
    audit = AuditEntry.objects.filter(verb="resend", object_id=invoice.public_id)
    assert {(entry.actor, entry.summary) for entry in audit} == {(ACTOR, "INV-0001 to books@fabrikam.example")}


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("recipient", ["", "nobody", "a@b", "a@b.example, c@d.example", "a@b.example\nBcc: x@y.example", "é\x00@b.c"]),
        ("recipient", ["a@" + "b" * 260 + ".example"]),
        ("message_text", ["x" * 5001, "bell \x07", "nul \x00", "half \ud800"]),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(invoice: Invoice, field: str, values: list[str]) -> None:
    before = Message.objects.count()
    for value in values:
        wish = {"recipient": "books@fabrikam.example", "message_text": "", field: value}
        with pytest.raises(Refusal) as refused:
            operations.resend(document=invoice, actor=ACTOR, now=OCTOBER, **wish)
        assert refused.value.field == field
    assert (Message.objects.count(), AuditEntry.objects.filter(verb="resend").count()) == (before, 0)


def test_a_draft_is_not_sent(seller: Organization, worked: Work) -> None:
    seller.auto_finalize = False
    seller.save()
    draft = billed(seller, calls=1)
    with pytest.raises(Conflict):
        operations.resend(document=draft, recipient="books@fabrikam.example", actor=ACTOR, now=OCTOBER)
    finalizing.finalize(invoice=draft, now=OCTOBER)
    worked()
    assert len(mail.outbox) == 1


def test_a_resend_waits_for_the_pdf(invoice: Invoice) -> None:
    message = operations.resend(document=invoice, recipient="books@fabrikam.example", actor=ACTOR, now=OCTOBER)
    with pytest.raises(RetryLater, match="not rendered yet"):
        handlers.mail_again(message, OCTOBER)
    assert (mail.outbox, Delivery.objects.count()) == ([], 0)


def test_a_paid_invoice_sent_again_asks_for_nothing(seller: Organization, worked: Work) -> None:
    seller.payment_details = "IBAN DE02"
    seller.save()
    invoice = billed(seller, calls=4)
    worked()
    assert "IBAN DE02" in only_mail().body
    mail.outbox.clear()
    Invoice.objects.filter(pk=invoice.pk).update(
        status=Invoice.Status.PAID, paid_at=OCTOBER, settled_minor=F("total_minor")
    )
    operations.resend(document=invoice, recipient="books@fabrikam.example", actor=ACTOR, now=OCTOBER)
    worked()
    assert only_mail().subject == "Invoice INV-0001 from Northwind Studio: $380.00, paid"
    assert "IBAN DE02" not in only_mail().body


def test_an_invoice_taken_out_of_use_asks_for_nothing(seller: Organization) -> None:
    seller.payment_details = "IBAN DE02"
    seller.save()
    invoice = Invoice.objects.select_related("organization").get(pk=billed(seller, calls=4).pk)
    assert letters.letter_of(invoice=invoice).payment
    invoice.status = "void"
    letter = letters.letter_of(invoice=invoice)
    assert letter.subject == "Invoice INV-0001 from Northwind Studio: $380.00, no longer to be paid"
    assert (letter.payment, letter.link_text) == ((), "See the invoice")
