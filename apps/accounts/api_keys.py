"""Authenticate programs by key: `Authorization: Bearer tb_live_…`."""

import re
import secrets
from datetime import timedelta

import pghistory
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts import operations, queries
from apps.accounts.models import ApiKey
from apps.core import clock
from apps.core.ids import ALPHABET
from apps.tenancy import scope

# How stale last_used_at may be: a write for every request would cost more than it tells.
SEEN_EVERY = timedelta(minutes=10)
KEY = re.compile(
    rf"tb_(?P<mode>live|test)_(?P<lookup>[{ALPHABET}]{{{operations.LOOKUP_LENGTH}}})"
    rf"_(?P<secret>[0-9a-f]{{{2 * operations.SECRET_BYTES}}})"
)


class KeyHolder:
    """What the API calls its user: a key in force, with the role it carries."""

    is_authenticated = True
    is_active = True

    def __init__(self, key: ApiKey) -> None:
        self.key = key
        self.role = key.role
        self.pk = None

    def __str__(self) -> str:
        return str(self.key.public_id)


class ApiKeyAuthentication(BaseAuthentication):
    """Find the key by its public part, compare the digest of its secret, and open the organization's scope."""

    def authenticate(self, request: Request) -> tuple[KeyHolder, ApiKey] | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationFailed("Send the key as 'Authorization: Bearer tb_…'.")
        key = find_key(text.strip(" "))
        if key is None:
            raise AuthenticationFailed("This key is unknown or revoked.")
        scope.activate(key.organization)
        now = clock.wall()
        if key.last_used_at is None or now - key.last_used_at > SEEN_EVERY:
            operations.note_key_used(key=key, now=now)
        pghistory.context(api_key=key.public_id)
        request._request.organization = key.organization  # type: ignore[attr-defined]
        return KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def find_key(text: str) -> ApiKey | None:
    """Return the key in force that `text` opens, comparing in constant time also where there is none.

    What does not look like a key never reaches the database.
    """
    match = KEY.fullmatch(text)
    if match is None:
        return None
    key = queries.key_by_lookup(lookup=match["lookup"])
    expected = key.digest if key else operations.digest_of("")
    fits = secrets.compare_digest(expected, operations.digest_of(match["secret"]))
    return key if fits and key is not None and key.organization.mode == match["mode"] else None


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tell OpenAPI about the key."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "tb_<mode>_<lookup>_<secret>",
            "description": "A key made under API keys in the office, or by manage.py create_api_key; shown once.",
        }
