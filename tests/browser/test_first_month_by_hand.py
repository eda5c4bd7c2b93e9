"""Staff enter four coaching calls by hand and find them on the next invoice."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.core import clock
from apps.tenancy import scope
from tests import builders

pytestmark = pytest.mark.browser


@pytest.fixture
def office(page: Page) -> Page:
    """A seller of coaching with one customer since today, and its owner signed in."""
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
    expect(page).to_have_url(re.compile(r"/admin/$"))
    return page


def test_four_calls_by_hand_are_380_on_the_preview(office: Page) -> None:
    office.goto("/admin/accounts/customer/")
    office.get_by_role("link", name="Fabrikam").first.click()
    office.get_by_role("link", name="Add usage").first.click()
    for number in range(4):
        amount = office.get_by_label("Amount")
        expect(amount).to_be_focused()
        expect(amount).to_have_value("1")
        amount.press("Enter")
        if number:  # one of this day is there already: the same key saves it anyway
            expect(office.get_by_role("button", name="Save anyway")).to_be_visible()
            expect(amount).to_be_focused()
            amount.press("Enter")
        expect(office.get_by_text(re.compile("1 Coaching call .*95.00, lands on the invoice of")).first).to_be_visible()
        office.wait_for_load_state()
    office.get_by_role("link", name="Preview next invoice").first.click()
    expect(office.get_by_text("4 calls").first).to_be_visible()
    expect(office.get_by_text("$380.00").first).to_be_visible()
    office.goto("/admin/accounts/customer/")
    expect(office.get_by_text("Fabrikam").first).to_be_visible()


def test_garbage_is_told_at_the_field_and_nothing_is_stored(office: Page) -> None:
    office.goto("/admin/accounts/customer/")
    office.get_by_role("link", name="Fabrikam").first.click()
    office.get_by_role("link", name="Add usage").first.click()
    office.get_by_label("Amount").fill("a few")
    office.keyboard.press("Enter")
    expect(office.get_by_text("This must be a number such as 12 or 12.5")).to_be_visible()
    office.get_by_label("Amount").fill("0")
    office.keyboard.press("Enter")
    expect(office.get_by_text("The amount must not be zero: that would record nothing.")).to_be_visible()
