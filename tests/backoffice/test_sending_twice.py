"""A form of a deed does it once, however often it is sent."""

from collections.abc import Iterator

import pytest
from django.test import Client

from apps.invoicing.models import CreditNote, Invoice, Receipt
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address, errors, filled, said, text
from tests.lifecycle import worlds
from tests.lifecycle.worlds import day

NOW = day("2026-10-02")


@pytest.fixture
def office(db: None) -> Organization:
    return builders.organization(mode="test", clock_at=NOW)


@pytest.fixture
def issued(office: Organization) -> Iterator[Invoice]:
    """September: 30.00 for the plan, 10.00 for a hundred calls."""
    with scope.of(office):
        world = worlds.world(office, timing="arrears")
        world.start()
        world.use("100", "2026-09-05")
        (invoice,) = builders.close(office, NOW)
        yield invoice


def test_a_form_that_is_sent_twice_does_its_deed_once(owner: Client, issued: Invoice) -> None:
    page = address("invoicing_invoice_credit", issued.pk)
    sent = filled(owner, page, how="part", amount="10", reason="sorry")
    first, again = owner.post(page, sent), owner.post(page, sent)
    assert (first.status_code, again.status_code, first["Location"]) == (302, 302, again["Location"])
    assert said(again)[-1] == "This form was sent before, and nothing is done twice. CN-0001 gives $10.00 back."
    other = owner.post(page, sent | {"amount": "11"})
    assert "This form was sent before with other figures, which stand." in text(other)
    assert CreditNote.objects.count() == 1
    assert owner.post(page, filled(owner, page, how="part", amount="10", reason="sorry")).status_code == 302
    assert CreditNote.objects.count() == 2


def test_a_form_that_was_refused_may_be_mended(owner: Client, issued: Invoice) -> None:
    page = address("invoicing_invoice_mark_paid", issued.pk)
    sent = filled(owner, page, amount="0")
    assert errors(owner.post(page, sent)) == {"amount": ["The amount must be above zero."]}
    assert owner.post(page, sent | {"amount": "15"}).status_code == 302
    assert Receipt.objects.get().amount_minor == 1500
