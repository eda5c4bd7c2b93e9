"""What we send is signed so that any implementation of Standard Webhooks can verify it."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from apps.core import clock, signing
from apps.core.encryption import Secret

BODY = '{"quantity": "5", "name": "Zoë"}'.encode()


def test_the_receiver_verifies_it() -> None:
    secret = signing.new_secret()
    headers = signing.sign(secrets=[secret], message_id="msg_1", at=clock.wall(), body=BODY)
    assert Webhook(secret.reveal()).verify(BODY, headers) == {"quantity": "5", "name": "Zoë"}
    for spoiled in (BODY + b" ", BODY.replace(b"5", b"6")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret.reveal()).verify(spoiled, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret.reveal()).verify(BODY, {**headers, "webhook-id": "msg_2"})


def test_it_is_the_hmac_of_the_specification() -> None:
    """Computed here by hand, as the specification says, and from an instant in another zone."""
    raw = b"0123456789abcdef0123456789abcdef"
    secret = Secret("whsec_" + base64.b64encode(raw).decode())
    at = datetime(2026, 10, 1, 2, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))
    stamp = str(int(datetime(2026, 10, 1, tzinfo=UTC).timestamp()))
    digest = hmac.new(raw, b"msg_1." + stamp.encode() + b"." + BODY, hashlib.sha256).digest()
    assert signing.sign(secrets=[secret], message_id="msg_1", at=at, body=BODY) == {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def test_while_one_secret_replaces_another_both_sign() -> None:
    secrets = [signing.new_secret(), signing.new_secret()]
    headers = signing.sign(secrets=secrets, message_id="msg_1", at=clock.wall(), body=BODY)
    for secret in secrets:
        assert Webhook(secret.reveal()).verify(BODY, headers)


def test_a_new_secret_has_enough_randomness_and_its_prefix() -> None:
    one, other = signing.new_secret().reveal(), signing.new_secret().reveal()
    assert one != other
    assert one.startswith("whsec_") and len(base64.b64decode(one.removeprefix("whsec_"))) == 32
