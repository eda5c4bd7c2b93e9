"""Add usage by hand: date, usage type, amount, Enter."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Customer, Role
from apps.catalog import operations as catalog
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, filled, said, text
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER, Offer

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
STARTED = datetime(2026, 9, 1, 15, tzinfo=UTC)


@pytest.fixture
def office(db: None) -> Organization:
    """An organization whose clock stands still, so that dates in sentences are known."""
    return builders.organization(mode="test", clock_at=NOW)


@pytest.fixture
def offer(office: Organization) -> Offer:
    with scope.of(office):
        return builders.usage_offer(office, setup_fee="45", now=SEPTEMBER)


@pytest.fixture
def buyer(office: Organization, offer: Offer) -> Customer:
    """A customer whose subscription began on the afternoon of 1 September; two months are billed."""
    with scope.of(office):
        customer = builders.customer(office)
        builders.subscribed(customer, offer, now=STARTED)
        builders.close(office, OCTOBER)
        builders.close(office, NOVEMBER)
    return customer


@pytest.fixture
def form(buyer: Customer) -> str:
    return address("accounts_customer_add_usage", buyer.pk)


def anyway(client: Client, page: str, sent: dict[str, Any]) -> Any:
    """Send a form, and once more when it comes back with warnings."""
    warned = client.post(page, sent)
    assert warned.context["form"].warned
    return client.post(page, {**sent, "seen": warned.context["form"]["seen"].value()})


def events(office: Organization) -> list[Event]:
    with scope.of(office):
        return list(Event.objects.select_related("period").order_by("pk"))


def test_enter_on_the_form_as_it_opens_records_one_of_it_today(owner: Client, office: Organization, form: str) -> None:
    response = owner.post(form, filled(owner, form))
    assert said(response) == ["1 Coaching call on 20 Nov, 95.00, lands on the invoice of 1 Dec."]
    (event,) = events(office)
    assert (event.quantity, event.occurred_at, event.actor) == (Decimal(1), NOW, "owner@northwind.example")


def test_the_form_stays_open_for_the_next_and_keeps_date_and_type(owner: Client, form: str) -> None:
    opened = owner.get(owner.post(form, filled(owner, form, day="2026-11-18"))["Location"]).context["form"]
    assert str(opened["day"].value()) == "2026-11-18"
    assert opened["amount"].value() == "1"
    assert opened["item"].value() == opened.fields["item"].choices[0][0]


def test_an_amount_beyond_any_invoice_leaves_the_customers_pages_open(
    owner: Client, buyer: Customer, form: str
) -> None:
    response = anyway(owner, form, filled(owner, form, amount="999999999999999"))
    assert "more than an invoice can say" in said(response)[0]
    for page in ("change", "subscription", "usage", "invoices", "next_invoice", "add_usage"):
        shown = owner.get(address(f"accounts_customer_{page}", buyer.pk))
        assert shown.status_code == 200
        assert "comes to more than an invoice can say" in text(shown)


def test_four_calls_by_hand_are_380_on_the_preview(owner: Client, buyer: Customer, form: str) -> None:
    for day in (3, 5, 12, 20):
        owner.post(form, filled(owner, form, day=f"2026-11-{day:02d}"))
    preview = text(owner.get(address("accounts_customer_next_invoice", buyer.pk)))
    assert "Preview, not an invoice." in preview
    assert "4 calls" in preview
    assert "$380.00" in preview
    assert "will be issued on 1 Dec 2026" in preview


def test_several_at_once_are_named_in_units(owner: Client, form: str) -> None:
    response = owner.post(form, filled(owner, form, amount="1.5", note="by phone"))
    assert said(response) == ["1.5 calls (Coaching call) on 20 Nov, 142.50, lands on the invoice of 1 Dec."]


def test_a_day_in_a_closed_period_is_accepted_and_says_where_it_lands(
    owner: Client, office: Organization, form: str
) -> None:
    response = anyway(owner, form, filled(owner, form, day="2026-10-12"))
    (sentence,) = said(response)
    assert sentence == (
        "1 Coaching call on 12 Oct, 95.00, lands on the invoice of 1 Dec as late usage, "
        "because its own period is closed."
    )
    assert events(office)[0].late


def test_usage_on_the_first_day_is_accepted_though_it_began_in_the_afternoon(
    owner: Client, office: Organization, form: str
) -> None:
    assert anyway(owner, form, filled(owner, form, day="2026-09-01")).status_code == 302
    assert events(office)[0].occurred_at == STARTED


def test_a_day_is_taken_at_its_noon_in_the_organization_zone(db: None, sign_in: SignIn, office: Organization) -> None:
    with scope.of(office):
        Organization.objects.filter(pk=office.pk).update(timezone="Pacific/Auckland")
        office.refresh_from_db()
        offer = builders.usage_offer(office)
        customer = builders.customer(office)
        builders.subscribed(customer, offer, now=SEPTEMBER)
    client = sign_in(Role.OWNER)
    page = address("accounts_customer_add_usage", customer.pk)
    assert str(filled(client, page)["day"]) == "2026-11-21"  # today is tomorrow in Auckland
    client.post(page, filled(client, page, day="2026-11-01"))
    (event,) = events(office)
    assert event.occurred_at == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert event.period.starts_at <= event.occurred_at < event.period.ends_at


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"day": "2026-08-31"}, "day", "The subscription only begins on 2026-09-01 at 15:00."),
        ({"day": "2026-11-21"}, "day", "This day has not come yet."),
        ({"day": "2025-11-20"}, "day", "This is more than 90 days ago, which is too late to record."),
        ({"day": "soon"}, "day", "This is not a date. Write it like 2026-11-20."),
        ({"day": ""}, "day", "Say on which day this was used."),
        ({"amount": "0"}, "amount", "The amount must not be zero: that would record nothing."),
        ({"amount": "-0.0"}, "amount", "The amount must not be zero: that would record nothing."),
        ({"amount": "1,000"}, "amount", "Write the amount without commas, such as 1000 or 1.5."),
        ({"amount": "NaN"}, "amount", "This must be a number such as 12 or 12.5"),
        ({"amount": "1e3"}, "amount", "This must be a number such as 12 or 12.5"),
        ({"amount": "9" * 16}, "amount", "This number is too large"),
        ({"amount": "0.0000000000001"}, "amount", "This number has too many decimals"),
        ({"amount": ""}, "amount", "Say how much was used."),
        ({"item": "itm_of_somebody_else"}, "item", "This customer has no such usage type."),
        ({"item": ""}, "item", "Choose what was used."),
        ({"note": "x" * 501}, "note", "at most 500"),
        ({"token": "old"}, "token", "This form is out of date. Load the page again."),
    ],
)
def test_what_cannot_be_billed_gets_a_sentence_at_its_field(
    owner: Client, office: Organization, form: str, changes: dict[str, str], field: str, sentence: str
) -> None:
    response = owner.post(form, filled(owner, form, **changes))
    assert response.status_code == 200
    (told,) = errors(response)[field]
    assert sentence in told
    assert told in text(response)
    assert not events(office)


def test_sending_the_form_twice_stores_one(owner: Client, office: Organization, form: str) -> None:
    sent = filled(owner, form)
    owner.post(form, sent)
    again = owner.post(form, sent)
    assert said(again)[-1] == "1 Coaching call on 20 Nov was saved before; sending the form twice added nothing."
    assert len(events(office)) == 1


def test_the_same_form_with_other_content_is_refused(owner: Client, office: Organization, form: str) -> None:
    sent = filled(owner, form)
    owner.post(form, sent)
    response = owner.post(form, {**sent, "amount": "2"})
    assert "saved before with other figures" in text(response)
    assert len(events(office)) == 1


def test_without_a_subscription_the_page_says_what_to_do(owner: Client, office: Organization, offer: Offer) -> None:
    with scope.of(office):
        customer = builders.customer(office, "Contoso")
    page = address("accounts_customer_add_usage", customer.pk)
    assert "Start a subscription first" in text(owner.get(page))
    response = owner.post(page, filled(owner, page, item="itm_any"))
    assert errors(response)["item"] == ["This customer has no subscription with usage yet. Start one first."]


def test_only_the_customer_own_add_ons_are_offered_and_none_is_preselected_among_several(
    owner: Client, office: Organization, buyer: Customer, form: str
) -> None:
    with scope.of(office):
        other = builders.usage_offer(office, key="mail", name="Mail", unit=("mail", "mails"))
    choices = owner.get(form).context["form"].fields["item"].choices
    assert [name for _, name in choices] == ["Coaching call"]
    with scope.of(office):
        builders.subscribed(buyer, other, now=NOVEMBER)
    choices = owner.get(form).context["form"].fields["item"].choices
    assert [name for _, name in choices] == ["", "Coaching call", "Mail"]


def test_a_price_with_included_units_adds_nothing_until_they_are_used(owner: Client, office: Organization) -> None:
    with scope.of(office):
        offer = builders.usage_offer(office, key="api", name="API calls")
        assert offer.add_on is not None
        form: dict[str, Any] = {"model": "per_unit", "unit_amount": "0.01", "included_units": "10000"}
        catalog.set_price(organization=office, add_on=offer.add_on, currency="USD", form=form, now=SEPTEMBER)
        customer = builders.customer(office)
        builders.subscribed(customer, offer, now=NOW - timedelta(days=3))
    page = address("accounts_customer_add_usage", customer.pk)
    first = owner.post(page, filled(owner, page, amount="8214"))
    assert said(first)[-1].startswith("8,214 calls (API calls) on 20 Nov, 0.00, lands on the invoice of")
    second = owner.post(page, filled(owner, page, amount="3786"))
    assert said(second)[-1].startswith("3,786 calls (API calls) on 20 Nov, 20.00, lands on the invoice of")


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("developer", 200), ("admin", 200), ("owner", 200)])
def test_who_may(sign_in: SignIn, form: str, role: str, status: int) -> None:
    assert sign_in(role).get(form).status_code == status
