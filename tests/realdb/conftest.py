"""Every test here commits for real: `pytestmark` and marks are not needed, the `seller` fixture works as elsewhere."""

import pytest

from tests.committing import committing

__all__ = ["committing"]


@pytest.fixture(autouse=True)
def _commits(committing: None) -> None:
    """Use real transactions in every test of this folder."""
