"""Staff paste rows from a spreadsheet, mend one, and record them."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.core import clock
from apps.tenancy import scope
from apps.usage.models import Event
from tests import builders

pytestmark = pytest.mark.browser


def test_rows_are_pasted_mended_and_recorded(page: Page) -> None:
    now = clock.wall()
    seller = builders.organization(now=now)
    owner = builders.member(seller, now=now)
    with scope.of(seller):
        buyer = builders.customer(seller, "Fabrikam", now=now)
        builders.subscribed(buyer, builders.usage_offer(seller, now=now), now=now)
    page.goto("/")
    page.get_by_label("Email").fill(owner.user.email)
    page.get_by_label("Password").fill(builders.PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Paste rows").click()
    day = f"{now:%Y-%m-%d}"
    page.get_by_label("Rows").fill(f"Fabrikam\tCoaching call\t{day}\t1\nFabrikm\tCoaching call\t{day}\t2\n")
    page.get_by_role("button", name="Look at the rows").click()
    expect(page.get_by_text("No customer of this name; did you mean Fabrikam?")).to_be_visible()
    expect(page.get_by_role("cell", name="$95.00")).to_be_visible()
    page.get_by_role("button", name="Mend first").click()
    rows = page.get_by_label("Rows")
    rows.fill(rows.input_value().replace("Fabrikm", "fabrikam"))
    page.get_by_role("button", name="Look at the rows").click()
    page.get_by_role("button", name="Record 2 rows").click()
    expect(page.get_by_role("status").filter(has_text="2 rows recorded.")).to_be_visible()
    page.get_by_role("link", name="See the usage").click()
    expect(page).to_have_url(re.compile("/admin/usage/event/"))
    with scope.of(seller):
        assert [int(event.quantity) for event in Event.objects.order_by("pk")] == [1, 2]
