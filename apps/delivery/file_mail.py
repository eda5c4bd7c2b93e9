"""Deliver mail into a folder, one .eml file a message: the default until EMAIL_URL names a server."""

import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME = 100


class EmailBackend(BaseEmailBackend):
    """Write each message to MAIL_DIR named after its invoice and delivery.

    A message is written whole or not at all, and again under the same name when its delivery is tried again.
    """

    data_began = False  # a failure to write leaves nothing behind

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            _write(folder / f"{_name(message)}.eml", message.message().as_bytes())
        return len(email_messages)


def _name(message: EmailMessage) -> str:
    headers = (message.extra_headers.get(name, "") for name in ("X-Tallybook-Invoice", "X-Tallybook-Delivery"))
    told = "-".join(filter(None, headers)) or secrets.token_hex(10)
    return UNSAFE.sub("-", told)[-LONGEST_NAME:].lstrip(".-") or secrets.token_hex(10)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
