"""What staff are asked to look at twice before usage is saved: it is said at the field, and never blocks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Customer
from apps.catalog.models import Metric
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.backoffice.pages import address, errors, filled, said, text
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER, Offer

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.fixture
def office(db: None) -> Organization:
    return builders.organization(mode="test", clock_at=NOW)


@pytest.fixture
def offer(office: Organization) -> Offer:
    with scope.of(office):
        return builders.usage_offer(office, now=SEPTEMBER)


@pytest.fixture
def buyer(office: Organization, offer: Offer) -> Customer:
    """A customer with a call in October, which is billed."""
    with scope.of(office):
        customer = builders.customer(office)
        builders.subscribed(customer, offer)
        builders.close(office, OCTOBER)
        builders.used(customer, offer, "1", at=OCTOBER + timedelta(days=9))
        builders.close(office, NOVEMBER)
    return customer


@pytest.fixture
def form(buyer: Customer) -> str:
    return address("accounts_customer_add_usage", buyer.pk)


def count(office: Organization) -> int:
    with scope.of(office):
        return Event.objects.count()


def cautions(response: Any) -> list[str]:
    """Return the warnings at the fields of the page, which must be seen on it."""
    fields = response.context["form"].fields.values()
    sentences = [caution.sentence for field in fields for caution in getattr(field, "cautions", [])]
    assert all(sentence in text(response) for sentence in sentences)
    return sentences


def again(response: Any) -> dict[str, Any]:
    """Return what the form would send as it came back."""
    return {field.html_name: field.value() or "" for field in response.context["form"]}


def test_a_closed_period_names_its_invoice_and_where_this_lands(owner: Client, office: Organization, form: str) -> None:
    sent = filled(owner, form, day="2026-10-12")
    warned = owner.post(form, sent)
    (sentence,) = cautions(warned)
    assert sentence == (
        "The period 1 Oct – 1 Nov is closed and was billed on INV-0002. "
        "This lands on the invoice of 1 Dec, as late usage."
    )
    assert "Save anyway" in text(warned)
    assert count(office) == 1
    assert again(warned)["token"] == sent["token"]
    assert owner.post(form, again(warned)).status_code == 302
    assert count(office) == 2


def test_the_same_day_type_and_amount_is_shown_with_the_event_that_is_there(
    owner: Client, office: Organization, offer: Offer, buyer: Customer, form: str
) -> None:
    with scope.of(office):
        there = builders.used(buyer, offer, "2", at=NOVEMBER + timedelta(days=9))
    assert owner.post(form, filled(owner, form, day="2026-11-10", amount="3")).status_code == 302
    warned = owner.post(form, filled(owner, form, day="2026-11-10", amount="2"))
    (sentence,) = cautions(warned)
    assert sentence.startswith("2 calls (Coaching call) on 10 Nov is there already: recorded 10 Nov 2026, 00:00 by")
    assert address("usage_event_change", there.pk) in warned.content.decode()


def test_what_was_taken_back_is_not_there_any_more(
    owner: Client, office: Organization, offer: Offer, form: str
) -> None:
    owner.post(form, filled(owner, form))
    with scope.of(office):
        event = Event.objects.latest("pk")
    owner.post(address("usage_event_undo", event.pk))
    assert owner.post(form, filled(owner, form)).status_code == 302


def test_ten_times_the_largest_is_unusual_once_enough_is_known(
    owner: Client, office: Organization, offer: Offer, buyer: Customer, form: str
) -> None:
    with scope.of(office):
        builders.used(buyer, offer, "5", at=NOVEMBER + timedelta(days=2))
    assert owner.post(form, filled(owner, form, amount="60")).status_code == 302, "two events tell nothing yet"
    with scope.of(office):
        builders.used(buyer, offer, "4", at=NOVEMBER + timedelta(days=2))
    assert owner.post(form, filled(owner, form, amount="600")).status_code == 302
    warned = owner.post(form, filled(owner, form, amount="6001"))
    assert cautions(warned) == ["This is unusually much: of the last 5 the largest was 600."]


def test_an_amount_that_no_invoice_can_say_is_warned_of_and_can_be_saved(
    owner: Client, office: Organization, form: str
) -> None:
    warned = owner.post(form, filled(owner, form, amount="999999999999999"))
    assert cautions(warned) == [
        "With this the period comes to more than an invoice can say, so it could not be billed."
    ]
    assert owner.post(form, again(warned)).status_code == 302
    assert count(office) == 2


@pytest.mark.parametrize("changes", [{"amount": "2"}, {"day": "2026-10-13"}])
def test_other_figures_are_warned_of_anew(owner: Client, office: Organization, form: str, changes: Any) -> None:
    warned = owner.post(form, filled(owner, form, day="2026-10-12"))
    changed = owner.post(form, {**again(warned), **changes})
    assert len(cautions(changed)) == 1
    assert count(office) == 1
    assert owner.post(form, {**again(changed), "note": "by phone"}).status_code == 302


def test_a_warning_that_came_up_meanwhile_is_shown(
    owner: Client, office: Organization, offer: Offer, buyer: Customer, form: str
) -> None:
    warned = owner.post(form, filled(owner, form, day="2026-10-12"))
    with scope.of(office):
        builders.used(buyer, offer, "1", at=OCTOBER + timedelta(days=11, hours=9), now=NOW)
    assert len(cautions(owner.post(form, again(warned)))) == 2


def test_sending_a_saved_form_twice_warns_of_nothing(owner: Client, office: Organization, form: str) -> None:
    sent = filled(owner, form)
    owner.post(form, sent)
    assert "was saved before; sending the form twice added nothing" in said(owner.post(form, sent))[-1]
    assert count(office) == 2


def test_a_sum_is_corrected_by_a_negative_amount(owner: Client, office: Organization, form: str) -> None:
    assert "A negative amount, such as -2, corrects what was recorded too much." in text(owner.get(form))
    owner.post(form, filled(owner, form, amount="3"))
    response = owner.post(form, filled(owner, form, amount="-2"))
    assert said(response)[-1] == "-2 calls (Coaching call) on 20 Nov, -190.00, lands on the invoice of 1 Dec."


def test_a_correction_of_a_closed_period_says_that_it_is_credited(
    owner: Client, office: Organization, form: str
) -> None:
    warned = owner.post(form, filled(owner, form, day="2026-10-12", amount="-1"))
    (sentence,) = cautions(warned)
    assert "What was billed too much comes back on a credit note of 1 Dec." in sentence
    (told,) = said(owner.post(form, again(warned)))
    assert told == (
        "-1 calls (Coaching call) on 12 Oct, -95.00, which comes back on a credit note of 1 Dec, "
        "because its own period was billed already."
    )


@pytest.mark.parametrize(
    ("aggregation", "amount", "sentence"),
    [
        ("count", "-1", "The amount must not be negative: Coaching call is not added up."),
        ("max", "-1", "The amount must not be negative: Coaching call is not added up."),
        ("latest", "-1", "The amount must not be negative: Coaching call is not added up."),
        ("count", "0", "The amount must not be zero: that would record nothing."),
        ("max", "0", "The amount must not be zero: that would record nothing."),
    ],
)
def test_what_is_not_added_up_is_corrected_by_taking_back(
    owner: Client, office: Organization, form: str, aggregation: str, amount: str, sentence: str
) -> None:
    with scope.of(office):
        Metric.objects.update(aggregation=aggregation)
    response = owner.post(form, filled(owner, form, amount=amount))
    assert sentence in errors(response)["amount"][0]
    assert count(office) == 1


def test_the_last_value_may_be_zero(owner: Client, office: Organization, form: str) -> None:
    with scope.of(office):
        Metric.objects.update(aggregation="latest")
    assert owner.post(form, filled(owner, form, amount="0")).status_code == 302
    with scope.of(office):
        assert Event.objects.latest("pk").quantity == Decimal(0)
