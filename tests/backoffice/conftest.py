"""The office as somebody sees it: a browser that has signed in, with a role."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Spend no time on hashing: nobody guesses passwords here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def office(db: None) -> Organization:
    """An organization; no scope is open, as each request opens its own."""
    return builders.organization()


@pytest.fixture
def sign_in(office: Organization) -> SignIn:
    """Sign somebody in by role."""

    def as_role(role: str) -> Client:
        client = Client()
        client.force_login(builders.member(office, role).user)
        return client

    return as_role


@pytest.fixture
def owner(sign_in: SignIn) -> Client:
    return sign_in(Role.OWNER)


@pytest.fixture
def inside(office: Organization) -> Iterator[None]:
    """The organization's scope, for looking at rows between requests."""
    with scope.of(office):
        yield
