"""Deliver mail into a folder, one .eml file a message: the default until EMAIL_URL names a server."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Write each message to MAIL_DIR as it would go over the wire."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = message.extra_headers.get("X-Tallybook-Delivery") or secrets.token_hex(10)
            (folder / f"{name}.eml").write_bytes(message.message().as_bytes())
        return len(email_messages)
