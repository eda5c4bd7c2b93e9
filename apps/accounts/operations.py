"""Write people, keys and customers."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.accounts import queries
from apps.accounts.models import ApiKey, Customer, Member, Role, User
from apps.core.ids import ALPHABET
from apps.core.refusals import Conflict, Refusal
from apps.core.validation import saved, validated
from apps.tenancy import operations as tenancy
from apps.tenancy import queries as tenancy_queries
from apps.tenancy import scope
from apps.tenancy.models import Organization

LOOKUP_LENGTH = 12
SECRET_BYTES = 32
FIRST_KEY = "main"


@transaction.atomic
def create_user(*, email: str, password: str, now: datetime, name: str = "") -> User:
    """Create a person who can sign in. Raise Refusal on a taken e-mail address or a weak password."""
    user = User(email=email.lower(), name=name, created_at=now)
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Refusal("weak_password", " ".join(weak.messages), field="password") from None
    user.set_password(password)
    validated(user).save()
    return user


@transaction.atomic
def add_member(*, organization: Organization, user: User, role: str, now: datetime) -> Member:
    """Give a person a role in an organization."""
    member = validated(Member(organization=organization, user=user, role=role, created_at=now))
    member.save()
    return member


@transaction.atomic
def create_first_owner(
    *, email: str, key: str | None, name: str, now: datetime, **settings: Any
) -> tuple[Member, str] | None:
    """Create somebody to sign in as, with the organization of this key unless it exists; None when an owner exists.

    Without a key it is the only organization there is, or a new one. Returns the member and the generated password,
    which is never shown again. `settings` are the organization's fields.
    Raise Refusal naming the field where something is not valid.
    """
    if queries.first_owner() is not None:
        return None
    there = tenancy_queries.organizations()
    if key is None:
        organization = there[0] if len(there) == 1 else None
    else:
        organization = tenancy_queries.organization_by_key(key=key)
    if organization is None:
        organization = tenancy.create_organization(key=key or FIRST_KEY, name=name, email=email, now=now, **settings)
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(5))
    user = create_user(email=email, password=password, now=now)
    with scope.of(organization):
        return add_member(organization=organization, user=user, role=Role.OWNER, now=now), password


def digest_of(secret: str) -> str:
    """Return the stored form of a secret; a fast hash is right for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_api_key(*, organization: Organization, name: str, role: str, now: datetime) -> tuple[ApiKey, str]:
    """Create a key and return it with its full text, `tb_<mode>_<lookup>_<secret>`, which is never shown again."""
    lookup = "".join(secrets.choice(ALPHABET) for _ in range(LOOKUP_LENGTH))
    secret = secrets.token_hex(SECRET_BYTES)
    key = ApiKey(
        organization=organization, name=name, role=role, lookup=lookup, digest=digest_of(secret), created_at=now
    )
    validated(key).save()
    return key, f"tb_{organization.mode}_{lookup}_{secret}"


@transaction.atomic
def revoke_api_key(*, key: ApiKey, now: datetime) -> None:
    """Stop a key from working; its row stays, so that its past deeds keep their name."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)


@transaction.atomic
def create_customer(
    *,
    organization: Organization,
    name: str,
    email: str,
    now: datetime,
    currency: str = "",
    actor: str | None = None,
    **details: Any,
) -> Customer:
    """Create a customer; `details` are its other fields. The audit log is told of it where there is an `actor`.

    Raise Refusal naming the field where one is not valid, Conflict where another has this external id.
    """
    customer = Customer(
        organization=organization,
        name=name,
        email=email,
        currency=currency or organization.currency,
        created_at=now,
        **details,
    )
    saved_customer(customer)
    if actor is not None:
        tenancy.record_audit(organization=organization, actor=actor, verb="created", subject=customer, now=now)
    return customer


def saved_customer(customer: Customer) -> Customer:
    """Save a customer that is valid; raise Conflict where another has its external id, also at the same moment."""
    try:
        with transaction.atomic():
            return saved(customer)
    except (IntegrityError, Refusal):
        namesakes = Customer.objects.filter(organization=customer.organization_id, external_id=customer.external_id)
        if customer.external_id is None or not namesakes.exclude(pk=customer.pk).exists():
            raise
        raise Conflict("external_id_taken", "Another customer has this external id.", field="external_id") from None


def note_key_used(*, key: ApiKey, now: datetime) -> None:
    """Remember when a key was last used."""
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
