"""Real processes on the test run's own server: what they see has to be committed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from billing_site import embedded
from tests.committing import committing
from tests.processes.commands import Surroundings

__all__ = ["committing"]


@pytest.fixture
def surroundings(committing: None, tmp_path: Path) -> Iterator[Surroundings]:
    """Folders and an empty database for a test's processes, which all end with it."""
    surroundings = Surroundings(tmp_path, embedded.url(connection.settings_dict))
    yield surroundings
    surroundings.end()
