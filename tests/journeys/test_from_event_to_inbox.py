"""One coaching call walks through every room: recorded, closed, numbered, printed, mailed, and traceable back."""

import email
import email.policy
import hashlib
import io
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from apps.core import clock
from apps.delivery import queries as delivery
from apps.outbox.models import Job
from apps.outbox.work import work
from apps.tenancy.models import Organization
from apps.usage import queries as usage
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER


def test_the_customer_gets_the_invoice_and_can_trace_it(seller: Organization, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "apps.delivery.file_mail.EmailBackend"
    settings.MAIL_DIR = str(tmp_path)
    offer = builders.usage_offer(seller, setup_fee="45")
    buyer = builders.customer(seller, "Fabrikam")
    builders.subscribed(buyer, offer)
    event = builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=9, hours=10))

    (invoice,) = builders.close(seller, OCTOBER)
    work(clock=clock.wall)
    work(clock=clock.wall)

    assert not Job.objects.exclude(status=Job.Status.DONE).exists()
    (mail,) = tmp_path.glob("*.eml")
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message["To"] == buyer.email
    assert "INV-0001" in message["Subject"]
    assert "$140.00" in message["Subject"]
    (paper,) = message.iter_attachments()
    content = paper.get_content()
    assert paper.get_filename() == "INV-0001.pdf"
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    for figure in ("INV-0001", "Fabrikam", "Coaching call", "$95.00", "$45.00", "$140.00"):
        assert figure in printed

    document = delivery.document_of(invoice=invoice)
    assert document is not None
    assert (bytes(document.content), document.sha256) == (content, hashlib.sha256(content).hexdigest())

    line = invoice.lines.get(kind="usage")
    assert line.charge is not None
    assert list(usage.events_of(periods=[line.charge.period])) == [event]
    assert line.charge.event_count == 1
