"""A real browser against a real server, on a database that commits."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.committing import committing

__all__ = ["committing"]

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# Nothing here may look for hosts outside this machine, and root has no sandbox to run in.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright, which keeps an event loop in this thread as long as it lives.

    Django takes code beside a loop for asynchronous; here it is not, and with the browser the loop goes.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, committing: None, live_server: Any) -> Iterator[Page]:
    """A fresh page at the office's door."""
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()
