"""Fixtures for every test."""

from collections.abc import Iterator

import pytest
from celery import current_app

from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.cluster import database_server, django_db_modify_db_settings

__all__ = ["database_server", "django_db_modify_db_settings"]


@pytest.fixture(scope="session", autouse=True)
def broker_in_memory() -> None:
    """Keep this process's hints to itself: a broker named in the environment or below var/ belongs to an office."""
    current_app.conf.update(broker_url="memory://", broker_transport_options={})


@pytest.fixture
def seller(db: None) -> Iterator[Organization]:
    """An organization whose scope is open for the test."""
    organization = builders.organization()
    with scope.of(organization):
        yield organization
