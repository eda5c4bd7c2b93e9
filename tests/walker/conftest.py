"""The two worlds that the walker stands in, and the quiet it needs."""

import logging
from collections.abc import Iterator

import pytest

from tests.walker import worlds
from tests.walker.walking import CANARY

Two = tuple[worlds.World, worlds.World]


@pytest.fixture
def two(db: None) -> Two:
    """Return our organization, and the one whose every text is marked."""
    mine = worlds.build("northwind")
    worlds.leave_a_gap()
    theirs = worlds.build("southwind")
    worlds.mark(theirs, CANARY)
    return mine, theirs


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are expected here: nobody wants to read about each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
