"""Mail over real SMTP: delivered with the PDF, and every way to fail leaves the right word behind."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from apps.delivery import queries
from apps.delivery.models import Attempt, Delivery
from apps.invoicing.models import Invoice
from apps.outbox import operations as outbox
from apps.outbox.models import Job
from tests.delivery.conftest import Work
from tests.delivery.mail_servers import Accepting, Answering, Dropping, Silent, free_port, serving

Use = Callable[[int], None]


@pytest.fixture
def use(settings: Any) -> Use:
    """Send by Django's SMTP settings to a port of loopback, as EMAIL_URL would have it."""

    def point(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 0.5

    return point


def fate(invoice: Invoice) -> tuple[str, list[str], str]:
    """Return the status of the one delivery, the outcomes of its attempts, and the state of the mail's job."""
    (delivery,) = queries.deliveries_of(document=invoice)
    outcomes = [str(attempt.outcome) for attempt in delivery.attempts.all()]
    return str(delivery.status), outcomes, str(Job.objects.get(handler="delivery.mail_invoice").status)


def test_a_real_server_takes_the_invoice_with_its_pdf(invoice: Invoice, worked: Work, use: Use) -> None:
    server = Accepting()
    with serving(server) as port:
        use(port)
        worked()
    (taken,) = server.taken
    assert (taken.mail_from, taken.rcpt_tos) == ("billing@northwind.example", ["accounts@fabrikam.example"])
    assert isinstance(taken.content, bytes)
    message = message_from_bytes(taken.content, policy=policy.default)
    assert message["Subject"] == "Invoice INV-0001 from Northwind Studio: $380.00, due October 15"
    (pdf,) = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type()) == ("INV-0001.pdf", "application/pdf")
    document = queries.document_of(invoice=invoice)
    assert document is not None
    assert pdf.get_payload(decode=True) == bytes(document.content)
    assert "$380.00" in PdfReader(BytesIO(document.content)).pages[0].extract_text()
    assert fate(invoice) == ("sent", ["sent"], "done")


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_passing_refusal_is_tried_again_until_taken(invoice: Invoice, worked: Work, use: Use, command: str) -> None:
    with serving(Answering(command, "451 busy, try later")) as port:
        use(port)
        worked()
    assert fate(invoice) == ("queued", ["refused"], "pending")
    server = Accepting()
    with serving(server) as port:
        use(port)
        worked(timedelta(minutes=1))
    assert fate(invoice) == ("sent", ["refused", "sent"], "done")
    assert len(server.taken) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_final_refusal_is_left_to_a_person(invoice: Invoice, worked: Work, use: Use, command: str) -> None:
    server = Answering(command, "550 no such mailbox")
    with serving(server) as port:
        use(port)
        worked()
        worked(timedelta(days=1))
    assert fate(invoice) == ("failed", ["rejected"], "failed")
    assert Attempt.objects.get().detail == "550 no such mailbox"


def test_after_a_final_refusal_a_person_may_try_again(invoice: Invoice, worked: Work, use: Use) -> None:
    with serving(Answering("RCPT", "550 mailbox full")) as port:
        use(port)
        worked()
    outbox.try_again(
        job=Job.objects.get(handler="delivery.mail_invoice"), now=invoice.finalized_at or invoice.created_at
    )
    with serving(Accepting()) as port:
        use(port)
        worked()
    assert fate(invoice) == ("sent", ["rejected", "sent"], "done")


def test_nobody_listening_is_tried_again(invoice: Invoice, worked: Work, use: Use) -> None:
    use(free_port())
    worked()
    assert fate(invoice) == ("queued", ["refused"], "pending")
    assert "No connection" in Attempt.objects.get().detail


def test_a_connection_lost_before_the_message_is_tried_again(invoice: Invoice, worked: Work, use: Use) -> None:
    with serving(Dropping("MAIL")) as port:
        use(port)
        worked()
    assert fate(invoice) == ("queued", ["refused"], "pending")


@pytest.mark.parametrize("server", [Dropping("DATA"), Silent()], ids=["dropped", "silent"])
def test_a_connection_lost_after_the_message_is_unknown_and_never_sent_again(
    invoice: Invoice, worked: Work, use: Use, server: Accepting
) -> None:
    with serving(server) as port:
        use(port)
        worked()
        assert fate(invoice) == ("unknown", ["unknown"], "failed")
        outbox.try_again(
            job=Job.objects.get(handler="delivery.mail_invoice"), now=invoice.finalized_at or invoice.created_at
        )
        worked(timedelta(days=1))
    assert fate(invoice) == ("unknown", ["unknown"], "failed")
    assert server.data_seen == 1
    assert "not known whether" in Job.objects.get(handler="delivery.mail_invoice").error


def test_the_last_refusal_fails_the_delivery(invoice: Invoice, worked: Work, use: Use) -> None:
    use(free_port())
    worked()
    for hours in range(3, 3 * outbox.MOST_TRIES + 1, 3):
        worked(timedelta(hours=hours))
    assert fate(invoice) == ("failed", ["refused"] * outbox.MOST_TRIES, "failed")


def test_the_time_of_sending_is_kept(invoice: Invoice, worked: Work, use: Use) -> None:
    with serving(Accepting()) as port:
        use(port)
        worked(timedelta(hours=9))
    delivery, attempt = Delivery.objects.get(), Attempt.objects.get()
    assert delivery.sent_at == attempt.finished_at
    assert attempt.finished_at is not None
    assert timedelta(0) < attempt.finished_at - attempt.started_at < timedelta(seconds=5)
