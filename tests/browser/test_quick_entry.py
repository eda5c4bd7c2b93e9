"""Staff enter usage of two customers without touching the mouse, undo one of three, and read the list."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.core import clock
from apps.tenancy import scope
from tests import builders

pytestmark = pytest.mark.browser


def go(page: Page, *, to: Locator, by: str) -> None:
    """Press a key until a field has the keyboard; a date takes several."""
    for _ in range(8):
        page.keyboard.press(by)
        if to.evaluate("field => field === document.activeElement"):
            return
    raise AssertionError("the keyboard does not lead there")


def test_three_events_by_keyboard_alone_and_one_undone(page: Page) -> None:
    now = clock.wall()
    seller = builders.organization(now=now)
    owner = builders.member(seller, now=now)
    with scope.of(seller):
        calls = builders.usage_offer(seller, now=now)
        mails = builders.usage_offer(seller, key="mail", name="Mail", unit=("mail", "mails"), now=now)
        for name, offers in (("Fabrikam", (calls,)), ("Contoso", (calls, mails))):
            buyer = builders.customer(seller, name, now=now)
            for offer in offers:
                builders.subscribed(buyer, offer, now=now)
    page.goto("/")
    page.get_by_label("Email").fill(owner.user.email)
    page.get_by_label("Password").fill(builders.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/$"))
    page.goto("/admin/usage/event/quick-entry/")
    who, kind, amount = page.get_by_label("Customer"), page.get_by_label("Usage type"), page.get_by_label("Amount")
    rows = page.locator("tbody tr")

    expect(who).to_be_focused()
    page.keyboard.type("Fabrikam")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("1 Coaching call .*95.00, lands on the invoice of"))).to_be_visible()
    expect(who).to_have_value("Fabrikam · accounts@fabrikam.example")

    expect(amount).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(2)

    go(page, to=who, by="Shift+Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("contoso")
    page.keyboard.press("Tab")
    expect(kind.locator("option")).to_have_text(["", "Coaching call", "Mail"])
    expect(who).to_have_value("Contoso · accounts@contoso.example")
    expect(kind).to_be_focused()
    page.keyboard.type("Mail")
    go(page, to=amount, by="Tab")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text(re.compile(r"Contoso.*Mail.*475\.00", re.DOTALL))

    rows.nth(1).get_by_role("button", name="Undo 2 Coaching call for Fabrikam").press("Enter")
    expect(page.get_by_text(re.compile("Took back 2 calls .*190.00 less on the invoice of"))).to_be_visible()
    expect(page.locator("tr.tb-struck")).to_have_count(1)
    expect(page.locator("tr.tb-struck")).to_contain_text(re.compile(r"Fabrikam.*undone", re.DOTALL))
    expect(who).to_have_value("Contoso · accounts@contoso.example")
