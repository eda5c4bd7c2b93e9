"""The mail that carries a credit note: what was taken back, of which invoice, and what becomes of it."""

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from apps.delivery import mails
from apps.delivery.credit_paper import credit_note_paper
from apps.delivery.mails import MOST_LINES, Letter
from apps.delivery.models import Delivery
from apps.invoicing.models import CreditNote


def compose(*, delivery: Delivery, credit_note: CreditNote, pdf: bytes) -> EmailMultiAlternatives:
    """Put a delivery into a message with the paper attached; raise Unsendable where a name would break a header."""
    letter = letter_of(credit_note=credit_note)
    mail = mails.addressed(
        delivery=delivery,
        organization=credit_note.organization,
        subject=letter.subject,
        body=mails.plain(letter),
        markup=render_to_string("delivery/invoice_mail.html", {"letter": letter}),
    )
    mail.attach(mails.file_name(credit_note) + ".pdf", pdf, "application/pdf")
    return mails.checked(mail)


def letter_of(*, credit_note: CreditNote) -> Letter:
    """Say a credit note in a letter."""
    paper = credit_note_paper(credit_note=credit_note)
    amount = f"Credit note {credit_note.number} from {paper.seller.name}: {paper.total}"
    has_reply = bool(credit_note.organization.email)
    return Letter(
        subject=f"{'[TEST] ' if paper.is_test else ''}{amount} of invoice {credit_note.invoice.number} taken back",
        opening=f"{amount} of invoice {credit_note.invoice.number} is taken back.",
        words=(f"{paper.settles}.",),
        rows=tuple((f"{line.description}, {line.period}".strip(", "), line.amount) for line in paper.lines)[
            :MOST_LINES
        ],
        more=mails.more(len(paper.lines) - MOST_LINES, of="credit note"),
        sums=mails.sums(paper),
        payment=(),
        closing=f"The credit note is attached as {mails.file_name(credit_note)}.pdf."
        + (" If anything is unclear, just reply to this mail." if has_reply else ""),
        signature=(paper.seller.name, *paper.footer),
        is_test=paper.is_test,
        language=paper.language,
    )
