"""Any message as it goes out."""

from collections.abc import Mapping
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from apps.delivery.letters import Letter, file_name, plain
from apps.delivery.models import Delivery, Document
from apps.tenancy.models import Organization


class Unsendable(Exception):
    """A message cannot be put into the form that mail has; the sentence says why."""


def compose(*, delivery: Delivery, document: Document, letter: Letter) -> EmailMultiAlternatives:
    """Put a letter into a message with the stored paper attached, and its usage where that is a file of its own.

    Raise Unsendable where a name or an address would break a header.
    """
    paper_of = document.invoice or document.credit_note
    assert paper_of is not None, "a document is of one of them"
    mail = addressed(
        delivery=delivery,
        organization=delivery.organization,
        subject=letter.subject,
        body=plain(letter),
        markup=render_to_string("delivery/invoice_mail.html", {"letter": letter}),
        headers={"X-Tallybook-Invoice": str(document.invoice.number)} if document.invoice else None,
    )
    mail.attach(f"{file_name(paper_of)}.pdf", bytes(document.content), "application/pdf")
    if document.usage_csv is not None:
        mail.attach(f"{file_name(paper_of)}-usage.csv", bytes(document.usage_csv), "text/csv")
    return checked(mail)


def addressed(
    *,
    delivery: Delivery,
    organization: Organization,
    subject: str,
    body: str,
    markup: str,
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Return a message to a delivery's recipient, from the organization, with a real address to reply to."""
    sender = settings.DEFAULT_FROM_EMAIL
    if organization.email:
        sender = formataddr((organization.name, organization.email))
    mail = EmailMultiAlternatives(
        subject=subject,
        body=body,
        from_email=sender,
        to=[delivery.recipient],
        reply_to=[organization.email] if organization.email else None,
        headers={
            "Message-ID": f"<{delivery.public_id}@{_domain(sender)}>",
            "Auto-Submitted": "auto-generated",
            "X-Tallybook-Delivery": delivery.public_id,
            **(headers or {}),
        },
    )
    mail.attach_alternative(markup, "text/html")
    return mail


def checked(mail: EmailMultiAlternatives) -> EmailMultiAlternatives:
    """Return a message that can be sent; raise Unsendable where a name or an address would break a header."""
    try:
        mail.message()
    except ValueError as fault:  # what Django raises for line breaks in headers and addresses that are none
        raise Unsendable(f"The mail cannot be sent: {fault}") from fault
    return mail


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
