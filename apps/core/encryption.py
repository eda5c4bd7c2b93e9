"""Secrets that must be sent again: encrypted at rest under keys that rotate, and never shown by accident.

The first of settings.ENCRYPTION_KEYS encrypts; all of them decrypt, and so does a key made from SECRET_KEY, with
which an installation begins that has set none.
"""

import base64
import binascii
from collections.abc import Sequence
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PURPOSE = b"tallybook: secrets at rest"
HIDDEN = "••••••••"
KEY_BYTES = 32


class Unreadable(Exception):
    """A stored secret was encrypted under a key that is not there any more. The sentence is for people."""

    sentence = (
        "This secret cannot be read: it was encrypted with a key that is not among ENCRYPTION_KEYS any more. "
        "Put the key back, or make a new secret."
    )

    def __init__(self) -> None:
        super().__init__(self.sentence)


class Secret:
    """A text that shows itself only to who asks with reveal(): not in logs, forms, tracebacks or JSON."""

    __slots__ = ("_clear", "_sealed")

    def __init__(self, clear: str) -> None:
        """Hold a text."""
        self._clear: str | None = clear
        self._sealed: str | None = None

    @classmethod
    def from_sealed(cls, sealed: str) -> "Secret":
        """Hold a text as it was stored; it is decrypted when it is asked for."""
        secret = cls("")
        secret._clear, secret._sealed = None, sealed
        return secret

    def reveal(self) -> str:
        """Return the text; raise Unreadable where the key is gone."""
        if self._clear is None:
            assert self._sealed is not None
            self._clear = unsealed(self._sealed)
        return self._clear

    def sealed(self) -> str:
        """Return the text as it is stored."""
        if self._sealed is None:
            assert self._clear is not None
            self._sealed = sealed(self._clear)
        return self._sealed

    def __str__(self) -> str:
        return HIDDEN

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __reduce__(self) -> tuple[object, ...]:
        return Secret.from_sealed, (self.sealed(),)


def sealed(clear: str) -> str:
    """Encrypt a text under the newest key."""
    return _keys()[0].encrypt(clear.encode()).decode("ascii")


def unsealed(stored: str) -> str:
    """Decrypt a text under whichever key it takes; raise Unreadable where none fits."""
    try:
        return MultiFernet(_keys()).decrypt(stored.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def renewed(stored: str) -> str:
    """Return a stored text under the newest key; the same where it is so already. Raise Unreadable."""
    try:
        _keys()[0].decrypt(stored.encode())
    except InvalidToken:
        return sealed(unsealed(stored))
    return stored


def check_keys() -> None:
    """Raise ImproperlyConfigured unless every key is one."""
    _keys()


def _keys() -> Sequence[Fernet]:
    return _made(tuple(settings.ENCRYPTION_KEYS), settings.SECRET_KEY)


@cache
def _made(texts: tuple[str, ...], secret_key: str) -> Sequence[Fernet]:
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(secret_key.encode())
    return [*(_read(text, number) for number, text in enumerate(texts, 1)), Fernet(base64.urlsafe_b64encode(derived))]


def _read(text: str, number: int) -> Fernet:
    try:
        return Fernet(text.strip())
    except (ValueError, binascii.Error):
        raise ImproperlyConfigured(
            f"ENCRYPTION_KEYS: number {number} is not a key of {KEY_BYTES} bytes in URL-safe Base64. "
            "docs/production.md says how to make one."
        ) from None
