"""Authenticate programs by key: `Authorization: Bearer tb_live_…`."""

import secrets
from datetime import timedelta

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts import operations, queries
from apps.accounts.models import ApiKey
from apps.core import clock
from apps.tenancy import scope

SEEN_EVERY = timedelta(
    minutes=10
)  # how stale last_used_at may be: a write for every request would cost more than it tells


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
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise AuthenticationFailed("Send the key as 'Authorization: Bearer tb_…'.")
        key = find_key(text.strip())
        if key is None:
            raise AuthenticationFailed("This key is unknown or revoked.")
        scope.activate(key.organization)
        now = clock.wall()
        if key.last_used_at is None or now - key.last_used_at > SEEN_EVERY:
            operations.note_key_used(key=key, now=now)
        request._request.organization = key.organization  # type: ignore[attr-defined]
        return KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def find_key(text: str) -> ApiKey | None:
    """Return the key in force that `text` opens, comparing in constant time also where there is none."""
    lookup, _, secret = text.removeprefix("tb_").partition("_")[2].partition("_")
    key = queries.key_by_lookup(lookup=lookup) if lookup else None
    expected = key.digest if key else operations.digest_of("")
    fits = secrets.compare_digest(expected, operations.digest_of(secret or "-"))
    return key if fits else None


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tell OpenAPI about the key."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "tb_<mode>_<lookup>_<secret>"}
