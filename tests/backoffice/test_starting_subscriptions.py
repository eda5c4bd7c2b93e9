"""Start a subscription from the customer's page."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from apps.accounts.models import Customer
from apps.catalog import operations as catalog
from apps.invoicing.models import Invoice
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, filled, said, text
from tests.builders import SEPTEMBER, Offer

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.fixture
def office(db: None) -> Organization:
    return builders.organization(mode="test", clock_at=NOW)


@pytest.fixture
def offer(office: Organization) -> Offer:
    with scope.of(office):
        return builders.usage_offer(office, base="10", now=SEPTEMBER)


@pytest.fixture
def buyer(office: Organization, offer: Offer) -> Customer:
    with scope.of(office):
        return builders.customer(office)


@pytest.fixture
def form(buyer: Customer) -> str:
    return address("accounts_customer_start_subscription", buyer.pk)


def test_the_form_as_it_opens_starts_today_and_bills_what_is_due_in_advance(
    owner: Client, office: Organization, buyer: Customer, form: str
) -> None:
    response = owner.post(form, filled(owner, form))
    assert said(response) == ["Fabrikam is on Coaching plan from 20 Nov 2026."]
    with scope.of(office):
        subscription = Subscription.objects.get()
        invoice = Invoice.objects.get()
    assert subscription.starts_at == NOW
    assert invoice.total.text() == "10.00"
    page = text(owner.get(response["Location"]))
    assert "Coaching plan (base fee) 10 per month Negotiate in advance 20 Nov – 20 Dec" in page
    assert "95 per call" in page
    assert "Next invoice 20 Dec · $10.00 so far" in page


def test_an_earlier_day_starts_at_its_midnight(owner: Client, office: Organization, form: str) -> None:
    owner.post(form, filled(owner, form, starts_on="2026-11-01"))
    with scope.of(office):
        assert Subscription.objects.get().starts_at == datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"starts_on": "2036-11-21"}, "starts_on", "A subscription can start at most five years ahead."),
        ({"starts_on": "2026-01-01"}, "starts_on", "A subscription can start at most 90 days back."),
        ({"starts_on": "1st of May"}, "starts_on", "This is not a date. Write it like 2026-11-20."),
        ({"plan": ""}, "plan", "Choose a plan."),
        ({"plan": "pln_of_somebody_else"}, "plan", "There is no such plan."),
    ],
)
def test_refusals_stand_at_their_field(
    owner: Client, office: Organization, form: str, changes: dict[str, str], field: str, sentence: str
) -> None:
    assert errors(owner.post(form, filled(owner, form, **changes)))[field] == [sentence]
    with scope.of(office):
        assert not Subscription.objects.exists()


def test_a_plan_without_a_price_in_the_customer_currency_is_refused(owner: Client, office: Organization) -> None:
    with scope.of(office):
        builders.usage_offer(office, key="voip", base="10")
        customer = builders.customer(office, "Contoso", currency="EUR")
    page = address("accounts_customer_start_subscription", customer.pk)
    plan = owner.get(page).context["form"].fields["plan"].choices[-1][0]
    response = owner.post(page, filled(owner, page, plan=plan))
    assert errors(response)["plan"] == ["Voip plan has no price in EUR."]


def test_optional_add_ons_can_be_chosen_with_their_own_plan_only(
    owner: Client, office: Organization, offer: Offer, form: str
) -> None:
    with scope.of(office):
        add_on = catalog.create_add_on(organization=office, key="seat", name="Seat", kind="fixed", unit="seat", now=NOW)
        price = {"model": "per_unit", "unit_amount": "5"}
        catalog.set_price(organization=office, add_on=add_on, currency="USD", form=price, now=NOW)
        other = builders.usage_offer(office, key="voip")
        catalog.enable_add_on(plan=offer.plan, add_on=add_on, automatic=False)
    refused = owner.post(form, filled(owner, form, plan=other.plan.public_id, add_ons=[add_on.public_id]))
    assert errors(refused)["add_ons"] == ["Seat cannot be chosen with Voip plan."]
    owner.post(form, filled(owner, form, plan=offer.plan.public_id, add_ons=[add_on.public_id]))
    with scope.of(office):
        assert {str(item) for item in Subscription.objects.get().items.all()} == {
            "Coaching plan",
            "Coaching call",
            "Seat",
        }


def test_the_same_plan_twice_needs_a_tick(owner: Client, office: Organization, form: str) -> None:
    sent = filled(owner, form)
    owner.post(form, sent)
    again = owner.post(form, sent)
    assert "already" in errors(again)["plan"][0]
    owner.post(form, {**sent, "again": "on"})
    with scope.of(office):
        assert Subscription.objects.count() == 2


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("developer", 403), ("admin", 200), ("owner", 200)])
def test_who_may(sign_in: SignIn, form: str, role: str, status: int) -> None:
    assert sign_in(role).get(form).status_code == status
