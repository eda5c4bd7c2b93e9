"""Staff change a customer's plan: they see the money first, and find what happened on the subscription's page."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from apps.core import clock
from apps.tenancy import scope
from tests import builders

pytestmark = pytest.mark.browser


@pytest.fixture
def office(page: Page) -> Page:
    """A seller of two plans with a customer on the smaller one since ten days, and its owner signed in."""
    now = clock.wall() - timedelta(days=10)
    seller = builders.organization(now=now)
    owner = builders.member(seller, now=now)
    with scope.of(seller):
        offer = builders.usage_offer(seller, key="basic", base="30", now=now)
        builders.plan_of(seller, offer.plan.product, key="pro", base="90", timing="advance", now=now)
        builders.subscribed(builders.customer(seller, "Fabrikam", now=now), offer, now=now)
    page.goto("/")
    page.get_by_label("Email").fill(owner.user.email)
    page.get_by_label("Password").fill(builders.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/$"))
    return page


def test_the_money_is_seen_before_it_moves(office: Page) -> None:
    office.goto("/admin/accounts/customer/")
    office.get_by_role("link", name="Fabrikam").first.click()
    office.get_by_role("link", name="Subscription", exact=True).click()
    office.get_by_role("link", name="Basic plan").first.click()
    office.get_by_role("link", name="Change plan").click()
    office.get_by_label("New plan").select_option("Pro plan")
    office.get_by_label("Why").fill("they grow")
    office.get_by_role("button", name="See what it costs").click()
    expect(office.get_by_role("region", name="Charged now")).to_contain_text("Pro plan")
    expect(office.get_by_role("region", name="Given back")).to_contain_text("Basic plan")
    office.get_by_role("button", name="Change plan").click()
    expect(office.get_by_text("Fabrikam is on Pro plan now.")).to_be_visible()
    history = office.get_by_role("region", name="History")
    expect(history).to_contain_text("From Basic plan to Pro plan. Reason: they grow")
    expect(office.locator("svg.tb-lanes")).to_contain_text("Pro plan (base fee)")
