"""What is wrong is taken back with a reason, and both facts stay to be seen."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.accounts.models import Customer, Role
from apps.invoicing.models import CreditNote
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, said, text
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER, Offer

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.fixture
def office(db: None) -> Organization:
    """An organization whose clock stands still, so that dates in sentences are known."""
    return builders.organization(mode="test", clock_at=NOW)


@pytest.fixture
def offer(office: Organization) -> Offer:
    with scope.of(office):
        return builders.usage_offer(office, now=SEPTEMBER)


@pytest.fixture
def buyer(office: Organization, offer: Offer) -> Customer:
    """A customer with one call in October, billed, and one in November, which is not."""
    with scope.of(office):
        customer = builders.customer(office)
        builders.subscribed(customer, offer)
        builders.close(office, OCTOBER)
        builders.used(customer, offer, "1", at=OCTOBER + timedelta(days=9))
        builders.close(office, NOVEMBER)
        builders.used(customer, offer, "1", at=NOVEMBER + timedelta(days=9))
    return customer


def events(office: Organization) -> list[Event]:
    with scope.of(office):
        return list(Event.objects.order_by("pk"))


def take_back(office: Organization, event: Event, reason: str = "entered twice") -> None:
    with scope.of(office):
        usage.reverse_event(
            organization=office, public_id=event.public_id, reason=reason, now=NOW, source="admin", actor="owner"
        )


def test_a_reason_takes_an_event_back_and_says_what_that_changes(
    owner: Client, office: Organization, buyer: Customer
) -> None:
    november = events(office)[-1]
    page = address("usage_event_take_back", november.pk)
    assert "the invoice of 1 Dec is made without it" in text(owner.get(page))
    response = owner.post(page, {"reason": "entered twice"})
    assert said(response) == ["Took back 1 Coaching call on 10 Nov: 95.00 less on the invoice of 1 Dec."]
    reversal = events(office)[-1]
    assert (reversal.reverses_id, reversal.note, reversal.source) == (november.pk, "entered twice", "admin")
    assert reversal.actor == "owner@northwind.example"


def test_no_reason_takes_nothing_back(owner: Client, office: Organization, buyer: Customer) -> None:
    event = events(office)[-1]
    response = owner.post(address("usage_event_take_back", event.pk), {"reason": "  "})
    assert errors(response)["reason"] == ["Say why this is taken back."]
    assert len(events(office)) == 2


def test_of_a_closed_period_the_page_says_before_that_a_credit_note_follows(
    owner: Client, office: Organization, buyer: Customer
) -> None:
    october, _ = events(office)
    page = address("usage_event_take_back", october.pk)
    before = text(owner.get(page))
    assert "Its period, 1 Oct – 1 Nov, is closed and was billed on INV-0002, which never changes." in before
    assert "What was billed too much comes back on a credit note of 1 Dec." in before
    (sentence,) = said(owner.post(page, {"reason": "never happened"}))
    assert sentence == (
        "Took back 1 Coaching call on 10 Oct: 95.00 less, which comes back on a credit note of 1 Dec, "
        "because its own period was billed already."
    )
    with scope.of(office):
        builders.close(office, DECEMBER)
        (note,) = CreditNote.objects.all()
    assert note.total.text() == "95.00"


def test_late_usage_that_is_on_no_invoice_yet_is_owed_to_nobody(
    owner: Client, office: Organization, offer: Offer, buyer: Customer
) -> None:
    with scope.of(office):
        late = builders.used(buyer, offer, "2", at=OCTOBER + timedelta(days=3), now=NOW)
    page = address("usage_event_take_back", late.pk)
    assert "is on no invoice yet: the invoice of 1 Dec is made without it" in text(owner.get(page))
    (sentence,) = said(owner.post(page, {"reason": "never happened"}))
    assert sentence == "Took back 2 calls (Coaching call) on 4 Oct: 190.00 less on the invoice of 1 Dec."


def test_once_is_enough(owner: Client, office: Organization, buyer: Customer) -> None:
    event = events(office)[-1]
    take_back(office, event)
    page = address("usage_event_take_back", event.pk)
    shown = owner.get(page)
    assert shown.context["form"] is None
    assert "owner took this back on 20 Nov 2026, 14:30: entered twice" in text(shown)
    assert said(owner.post(page, {"reason": "again"})) == ["This was taken back before. Nothing changed now."]
    reversal = events(office)[-1]
    assert "Record the usage again instead" in text(owner.get(address("usage_event_take_back", reversal.pk)))
    assert len(events(office)) == 3


def test_the_event_its_reversal_the_list_and_the_customer_show_it(
    owner: Client, office: Organization, buyer: Customer
) -> None:
    event = events(office)[-1]
    assert "Take back" in text(owner.get(address("usage_event_change", event.pk)))
    take_back(office, event)
    reversal = events(office)[-1]
    shown = owner.get(address("usage_event_change", event.pk))
    assert "This was taken back, so it no longer counts." in text(shown)
    assert address("usage_event_change", reversal.pk) in shown.content.decode()
    assert address("usage_event_take_back", event.pk) not in shown.content.decode()
    shown = owner.get(address("usage_event_change", reversal.pk))
    assert address("usage_event_change", event.pk) in shown.content.decode()
    listed = text(owner.get(address("usage_event_changelist")))
    assert "took back 1" in listed
    assert "taken back" in listed
    tab = owner.get(address("accounts_customer_usage", buyer.pk))
    assert tab.content.decode().count('class="tb-struck"') == 1
    assert "took back 1" in text(tab)
    assert "entered twice" in text(tab)


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("developer", 200), ("admin", 200), ("owner", 200)])
def test_who_may(sign_in: SignIn, office: Organization, buyer: Customer, role: str, status: int) -> None:
    event = events(office)[-1]
    client = sign_in(role)
    assert client.get(address("usage_event_take_back", event.pk)).status_code == status
    for page in (address("usage_event_change", event.pk), address("accounts_customer_usage", buyer.pk)):
        assert ("Take back" in text(client.get(page))) == (status == 200)


def test_undo_is_for_what_one_entered_oneself(sign_in: SignIn, office: Organization, buyer: Customer) -> None:
    event = events(office)[-1]
    owner, other = sign_in(Role.OWNER), sign_in(Role.ADMIN)
    undo = address("usage_event_undo", event.pk)
    assert owner.get(undo).status_code == 405
    assert other.post(undo)["Location"] == address("usage_event_take_back", event.pk)
    assert len(events(office)) == 2
    back = owner.post(undo, {"back": address("usage_event_changelist")})
    assert back["Location"] == address("usage_event_changelist")
    assert said(back) == ["Took back 1 Coaching call on 10 Nov: 95.00 less on the invoice of 1 Dec."]
    away = owner.post(undo, {"back": "https://elsewhere.example/"})
    assert away["Location"] == address("accounts_customer_usage", buyer.pk)
    assert said(away)[-1] == "This was taken back before. Nothing changed now."
    assert len(events(office)) == 3
