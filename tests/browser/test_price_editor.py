"""A newcomer sets a price: the table follows what is typed, tiers come and go, a mistake is told at its field."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.catalog.models import Price
from apps.core import clock
from apps.tenancy import scope
from tests import builders

pytestmark = pytest.mark.browser


def test_three_tiers_and_a_mistake_in_the_second(page: Page) -> None:
    now = clock.wall()
    seller = builders.organization(now=now)
    owner = builders.member(seller, now=now)
    with scope.of(seller):
        builders.usage_offer(seller, now=now)
    page.goto("/")
    page.get_by_label("Email").fill(owner.user.email)
    page.get_by_label("Password").fill(builders.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/$"))
    page.goto("/admin/catalog/price/add/")
    costs = page.get_by_role("region", name="What it would cost")
    expect(costs.get_by_text("Fill in the price")).to_be_visible()
    page.get_by_label("Add-on").select_option(label="Coaching call")
    expect(page.get_by_label("Price per unit")).to_be_visible()

    page.get_by_role("radio", name="Graduated").check()
    expect(page.get_by_label("Price per unit")).to_be_hidden()
    first, second = (page.get_by_role("group", name=f"Tier {number}") for number in (1, 2))
    first.get_by_label("Up to").fill("1000")
    first.get_by_label("Each unit").fill("0.1")
    second.get_by_label("Each unit").fill("0.05")
    expect(costs.get_by_role("row", name=re.compile(r"1,001 \$100\.05"))).to_be_visible()

    page.get_by_role("button", name="Add a tier").click()
    third = page.get_by_role("group", name="Tier 3")
    expect(second.get_by_label("Up to")).to_be_focused()
    second.get_by_label("Up to").fill("500")
    third.get_by_label("Each unit").fill("0.01")
    expect(second.get_by_text("This must be more than 1000")).to_be_visible()
    second.get_by_label("Up to").fill("5000")
    expect(costs.get_by_role("row", name=re.compile(r"5,001 \$300\.01"))).to_be_visible()
    expect(page.get_by_text("This must be more than 1000")).to_have_count(0)

    page.get_by_role("radio", name="Volume").check()
    expect(costs.get_by_text("1,000 cost $100.00, but 1,001 cost only $50.05")).to_be_visible()
    page.get_by_role("radio", name="Graduated").check()
    costs.get_by_label("What would this quantity cost?").fill("7000")
    expect(costs.get_by_role("row", name=re.compile(r"7,000 \$320\.00"))).to_be_visible()
    page.get_by_role("button", name="Set this price").click()
    expect(page.get_by_text("keeps it until moved").first).to_be_visible()
    with scope.of(seller):
        price = Price.objects.get(superseded_at__isnull=True)
    assert [tier["up_to"] for tier in price.form["tiers"]] == ["1000", "5000", None]
