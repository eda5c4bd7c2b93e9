"""Staff begin a run and see it come to its end without touching anything."""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from apps.invoicing.models import Run
from apps.invoicing.runs import running
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import NOVEMBER, OCTOBER

pytestmark = pytest.mark.browser


def work(seller: Organization, **which: bool) -> None:
    with scope.of(seller):
        run = Run.objects.select_related("organization").get(**which)
    for _ in running.work(run=run, now=run.as_of, most=2):
        pass


def test_the_page_of_a_run_follows_it_to_its_end(page: Page) -> None:
    seller = builders.organization(mode="test", clock_at=OCTOBER)
    owner = builders.member(seller)
    with scope.of(seller):
        offer = builders.usage_offer(seller, base="100")
        for name in ("Fabrikam", "Contoso", "Tailspin"):
            builders.subscribed(builders.customer(seller, name), offer)
    page.goto("/")
    page.get_by_label("Email").fill(owner.user.email)
    page.get_by_label("Password").fill(builders.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/$"))
    page.goto("/admin/invoicing/run/")
    page.get_by_role("link", name="Close what is due").click()
    page.get_by_role("button", name="Bill now").click()
    expect(page.get_by_text("3 subscriptions", exact=True)).to_be_visible()
    shot(page, "running")
    work(seller, dry=False)
    expect(page.get_by_text("3 period ends, 3 invoices")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).not_to_be_visible()
    with scope.of(seller):
        Organization.objects.filter(pk=seller.pk).update(clock_at=NOVEMBER)
    page.goto("/admin/invoicing/run/begin/")
    shot(page, "begin")
    page.get_by_role("button", name="Dry run").click()
    work(seller, dry=True)
    expect(page.get_by_role("cell", name="Fabrikam")).to_be_visible()
    shot(page, "dry")
    page.goto("/admin/invoicing/run/")
    shot(page, "list")


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    for width in (1280, 390) if folder else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{folder}/run-{name}-{width}.png", full_page=True)
