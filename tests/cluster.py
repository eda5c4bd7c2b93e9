"""The database server of a test run: a throw-away cluster, or the one that TEST_DATABASE_URL names.

It starts with the first test that asks for a database, so tests of pure code do not wait for it.
"""

import os
from collections.abc import Iterator
from typing import Any

import environ
import pytest
from django.conf import settings

from billing_site import embedded


@pytest.fixture(scope="session")
def database_server() -> Iterator[dict[str, Any]]:
    """Django's DATABASES entry for this run's server; DATABASE_URL is never used, as it may name real books."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield environ.Env.db_url_config(named)
    else:
        with embedded.throwaway_cluster() as entry:
            yield entry


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    database_server: dict[str, Any], django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Point Django at this run's server: pytest-django asks for this just before it makes the test database."""
    settings.DATABASES["default"].update({"OPTIONS": {}} | database_server)
