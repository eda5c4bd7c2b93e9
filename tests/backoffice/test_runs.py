"""The pages of runs: begin one, see how far it is, stop and resume it, and read what a dry one found out."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.invoicing.models import Invoice, Run
from apps.invoicing.runs import running
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, text
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER


@pytest.fixture
def due(office: Organization) -> Organization:
    """It is October, and September of Fabrikam is due: two calls."""
    with scope.of(office):
        Organization.objects.filter(pk=office.pk).update(mode="test", clock_at=OCTOBER)
        office.refresh_from_db()
        offer, buyer = builders.usage_offer(office), builders.customer(office)
        builders.subscribed(buyer, offer)
        builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=2))
    return office


def test_a_run_is_begun_stopped_resumed_and_watched(owner: Client, due: Organization, inside: None) -> None:
    assert "1 subscription is due now" in text(owner.get(address("invoicing_run_begin")))
    owner.post(address("invoicing_run_begin"))
    run = Run.objects.get()
    page = owner.get(address("invoicing_run_change", run.pk))
    assert "Left 1 subscription" in text(page)
    assert address("invoicing_run_progress", run.pk) in page.content.decode()
    owner.post(address("invoicing_run_stop", run.pk))
    assert "Nothing is closed by itself" in text(owner.get(address("invoicing_run_change", run.pk)))
    owner.post(address("invoicing_run_resume", run.pk))
    running.tick(organization=due, now=OCTOBER)
    told = text(owner.get(address("invoicing_run_progress", run.pk)))
    assert "Closed 1 period end, 1 invoice" in told
    assert "$190.00" in told
    assert "data-over" in owner.get(address("invoicing_run_progress", run.pk)).content.decode()


def test_a_dry_run_shows_who_would_be_billed_what(owner: Client, due: Organization, inside: None) -> None:
    builders.close(due, OCTOBER)
    Organization.objects.filter(pk=due.pk).update(clock_at=NOVEMBER)
    owner.post(address("invoicing_run_begin"), {"dry": "yes"})
    run = Run.objects.get(dry=True)
    for _ in running.work(run=run, now=NOVEMBER):
        pass
    said = text(owner.get(address("invoicing_run_change", run.pk)))
    assert "Fabrikam 1 Nov 2026 $0.00 -$190.00" in said
    assert Invoice.objects.count() == 1


def test_a_run_speaks_of_the_time_of_its_organization(owner: Client, due: Organization, inside: None) -> None:
    Organization.objects.filter(pk=due.pk).update(timezone="Asia/Tokyo")
    run = running.start(organization=due, as_of=OCTOBER, now=OCTOBER, by="somebody")
    for page in (address("invoicing_run_changelist"), address("invoicing_run_change", run.pk)):
        assert "Run of 1 Oct 2026, 09:00" in text(owner.get(page))
    assert "due by 1 Oct 2026, 09:00" in text(owner.get(page))


def test_who_may_not_bill_may_look(sign_in: SignIn, due: Organization, inside: None) -> None:
    run = running.start(organization=due, as_of=OCTOBER, now=OCTOBER, by="somebody")
    viewer = sign_in(Role.VIEWER)
    assert viewer.get(address("invoicing_run_begin")).status_code == 403
    assert viewer.post(address("invoicing_run_stop", run.pk)).status_code == 403
    page = viewer.get(address("invoicing_run_change", run.pk))
    assert (page.status_code, "Stop" in text(page)) == (200, False)
