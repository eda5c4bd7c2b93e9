"""Sign what is sent to other systems, as Standard Webhooks say (github.com/standard-webhooks/standard-webhooks)."""

import base64
import secrets as randomness
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from apps.core.encryption import Secret

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> Secret:
    """Return a fresh secret such as whsec_MfKQ9r8G…, of 32 random bytes."""
    return Secret(PREFIX + base64.b64encode(randomness.token_bytes(SECRET_BYTES)).decode("ascii"))


def sign(*, secrets: Sequence[Secret], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body; `at` is when it is sent, aware, in machine time.

    With two secrets, while one replaces the other, both sign. Raise Unreadable where a secret's key is gone.
    """
    assert "." not in message_id, "the dot separates what is signed"
    sent_at = at.astimezone(UTC)
    text = body.decode()
    signatures = [Webhook(secret.reveal()).sign(message_id, sent_at, text) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
