"""Mail into a folder: whole files, safe names, the same file when tried again."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage

from apps.delivery import queries
from apps.invoicing.models import Invoice
from tests.delivery.conftest import Work


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "apps.delivery.file_mail.EmailBackend"
    settings.MAIL_DIR = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_an_invoice_becomes_a_file_named_after_it(invoice: Invoice, worked: Work, folder: Path) -> None:
    worked()
    (delivery,) = queries.deliveries_of(document=invoice)
    (file,) = folder.iterdir()
    assert file.name == f"INV-0001-{delivery.public_id}.eml"
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    (pdf,) = message.iter_attachments()
    assert (message["To"], pdf.get_filename()) == ("accounts@fabrikam.example", "INV-0001.pdf")


@pytest.mark.parametrize("number", ["../../escape", "/etc/passwd", "2026/0001", "..", "ü" * 300, "a\x00b"])
def test_a_name_stays_in_the_folder(folder: Path, number: str) -> None:
    headers = {"X-Tallybook-Invoice": number, "X-Tallybook-Delivery": "dlv_1"}
    for _ in range(2):
        EmailMessage("subject", "text", "a@example.com", ["b@example.com"], headers=headers).send()
    (file,) = folder.iterdir()
    assert file.parent == folder and file.name.endswith("dlv_1.eml") and not file.name.startswith(".")


def test_mail_without_a_delivery_gets_a_name_of_its_own(folder: Path) -> None:
    for _ in range(2):
        EmailMessage("subject", "text", "a@example.com", ["b@example.com"]).send()
    assert len(list(folder.glob("*.eml"))) == 2


def test_a_folder_that_cannot_be_written_is_tried_later(invoice: Invoice, worked: Work, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    worked()
    (delivery,) = queries.deliveries_of(document=invoice)
    (attempt,) = delivery.attempts.all()
    assert (delivery.status, attempt.outcome) == ("queued", "refused")
