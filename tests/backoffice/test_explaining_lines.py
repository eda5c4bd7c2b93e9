"""Each line of an invoice unfolds to what it is made of, down to the events, with the sum proved on the page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Customer
from apps.backoffice.documents import event_pages
from apps.invoicing import drafts
from apps.invoicing.models import CreditNote, Invoice
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from tests import builders
from tests.backoffice.pages import address, text
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.lifecycle.worlds import WHO

TIERS = {
    "model": "graduated",
    "included_units": "10000",
    "tiers": [{"up_to": "50000", "unit_amount": "0.01"}, {"up_to": None, "unit_amount": "0.008"}],
}
NOON = SEPTEMBER + timedelta(days=9, hours=12)


@pytest.fixture
def offer(office: Organization) -> builders.Offer:
    with scope.of(office):
        return builders.usage_offer(office, key="api", name="API calls", form=TIERS)


@pytest.fixture
def invoice(office: Organization, offer: builders.Offer) -> Invoice:
    with scope.of(office):
        customer = builders.customer(office)
        builders.subscribed(customer, offer)
        for quantity in ("7000", "5000"):
            builders.used(customer, offer, quantity, at=NOON)
        (closed,) = builders.close(office, OCTOBER)
    return closed


def line_of(invoice: Invoice) -> int:
    with scope.of(invoice.organization):
        return invoice.lines.get().pk


def take_back(office: Organization, quantity: int) -> None:
    with scope.of(office):
        event = Event.objects.get(quantity=quantity, reverses_id__isnull=True)
        usage.reverse_event(
            organization=office, public_id=event.public_id, reason="twice", now=OCTOBER, source="admin", actor=WHO
        )


def test_a_line_unfolds_to_what_it_is_made_of(owner: Client, invoice: Invoice) -> None:
    page = text(owner.get(address("invoicing_invoice_change", invoice.pk)))
    assert "10,000 included · 2,000 × 0.01 = $20.00 · from 2 events see them , CSV · sum checked ✓" in page
    assert "Price of this period:" in page
    assert "per call" in page
    assert "10,000 included." in page


def test_the_events_prove_the_sum(owner: Client, invoice: Invoice, office: Organization) -> None:
    take_back(office, 7000)  # later: it was counted here
    page = text(owner.get(address("invoicing_line_events", line_of(invoice))))
    assert "Sum of the 2 events that count 12,000 calls 12,000 calls ✓ same" in page
    assert "Due for the whole period $20.00 $20.00 ✓ same" in page
    assert "7,000 yes taken back since" in page
    assert "Counts on this page 12,000 calls" in page


def test_what_is_taken_back_says_why(owner: Client, invoice: Invoice, office: Organization) -> None:
    take_back(office, 7000)
    with scope.of(office):
        builders.close(office, NOVEMBER)
        note = CreditNote.objects.get()
        line = note.lines.get()
    page = text(owner.get(address("invoicing_creditnote_change", note.pk)))
    assert "For the whole period $0.00 is due; $20.00 was billed before (INV-0001), so $20.00 is taken back." in page
    events = text(owner.get(address("invoicing_creditline_events", line.pk)))
    assert "Sum of the 1 event that counts 5,000 calls 5,000 calls ✓ same" in events
    assert "Taken back -$20.00 -$20.00 ✓ same" in events
    assert "7,000 no takes back new here" in events


def test_a_line_by_hand_says_who_added_it(owner: Client, office: Organization) -> None:
    with scope.of(office):
        draft = drafts.create(customer=builders.customer(office), now=OCTOBER, actor=WHO)
        line = drafts.add_line(
            invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(50), now=OCTOBER, actor=WHO
        )
    page = text(owner.get(address("invoicing_invoice_change", draft.pk)))
    assert f"Added by hand; nothing was measured for it. Added by {WHO} on 1 Oct 2026, 00:00." in page
    assert "Nothing is metered here" in text(owner.get(address("invoicing_line_events", line.pk)))


def test_a_figure_that_does_not_come_out_again_is_shown(owner: Client, invoice: Invoice, office: Organization) -> None:
    with scope.of(office):
        charge = invoice.lines.get().charge
        assert charge is not None
        builders.spoil(charge.price, {**TIERS, "included_units": "0"})
    page = text(owner.get(address("invoicing_invoice_change", invoice.pk)))
    assert "does not come out again" in page
    assert "Amount: 20.00 is stored, 120.00 comes out." in page


def test_many_events_come_by_page_and_as_a_file(
    owner: Client, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_pages, "PER_PAGE", 1)
    door = address("invoicing_line_events", line_of(invoice))
    first = owner.get(door)
    assert ("5,000 yes" in text(first), "7,000 yes" in text(first)) == (True, False)
    second = text(owner.get(door, {"cursor": first.context["next"]}))
    assert ("7,000 yes" in second, "Earlier ones" in second) == (True, False)
    assert owner.get(door, {"cursor": "evt_nothing"}).status_code == 404
    assert owner.post(door).status_code == 405
    file: Any = owner.get(address("invoicing_line_events_csv", line_of(invoice)))
    assert b"".join(file.streaming_content).count(b"\n") == 3


def test_an_invoice_of_many_lines_costs_as_many_queries(
    owner: Client, office: Organization, invoice: Invoice, django_assert_max_num_queries: Any
) -> None:
    with scope.of(office):
        draft = drafts.create(customer=Customer.objects.get(), now=OCTOBER, actor=WHO)
        for number in range(12):
            drafts.add_line(
                invoice=draft,
                description=f"Work {number}",
                quantity=Decimal(1),
                unit_amount=Decimal(50),
                now=OCTOBER,
                actor=WHO,
            )
    with django_assert_max_num_queries(30):
        owner.get(address("invoicing_invoice_change", draft.pk))
