"""Fixtures for every test."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app

from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.cluster import database_server, django_db_modify_db_settings
from tests.committing import flush_past_triggers

__all__ = ["database_server", "django_db_modify_db_settings", "flush_past_triggers"]


LONGEST = ("tests/walker/test_site.py", "tests/lifecycle/test_lives.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files of all, so that no processor waits for one of them at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def broker_in_memory() -> None:
    """Keep this process's hints to itself: a broker named in the environment or below var/ belongs to an office."""
    current_app.conf.update(broker_url="memory://", broker_transport_options={})


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords the fast way; how they are kept in production is a setting with its own test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def seller(db: None) -> Iterator[Organization]:
    """An organization whose scope is open for the test."""
    organization = builders.organization()
    with scope.of(organization):
        yield organization
