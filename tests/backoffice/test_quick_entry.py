"""Quick entry: customer, type, date, amount, Enter; and a list of what was just added, each with an undo."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Customer
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, said, text
from tests.builders import NOVEMBER, SEPTEMBER, Offer

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
PAGE = "/admin/usage/event/quick-entry/"


@pytest.fixture
def office(db: None) -> Organization:
    return builders.organization(mode="test", clock_at=NOW)


@pytest.fixture
def offer(office: Organization) -> Offer:
    with scope.of(office):
        return builders.usage_offer(office, now=SEPTEMBER)


@pytest.fixture
def buyer(office: Organization, offer: Offer) -> Customer:
    return buying(office, offer, "Fabrikam", external_id="crm-7")


def buying(office: Organization, offer: Offer, name: str, **details: Any) -> Customer:
    with scope.of(office):
        customer = builders.customer(office, name, **details)
        builders.subscribed(customer, offer, now=NOVEMBER)
    return customer


def sent(response: Any, **changes: Any) -> dict[str, Any]:
    """Return what the page would send, with some fields changed as by somebody without scripts."""
    who, form = response.context["who"], response.context["form"]
    fields = [*who, *form] if not who.meant.choices else [who["customer"], who["asked"], *form]
    values = {field.html_name: field.value() for field in fields}
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def quick(client: Client, **changes: Any) -> Any:
    return client.post(PAGE, sent(client.get(PAGE), **changes))


def events(office: Organization) -> list[Event]:
    with scope.of(office):
        return list(Event.objects.select_related("item__subscription").order_by("pk"))


def test_a_customer_and_enter_record_one_of_the_only_type_today(
    owner: Client, office: Organization, buyer: Customer
) -> None:
    response = quick(owner, customer="Fabrikam", note="by phone")
    assert said(response) == ["1 Coaching call on 20 Nov, 95.00, lands on the invoice of 1 Dec."]
    (event,) = events(office)
    assert (event.item.subscription.customer_id, event.note) == (buyer.pk, "by phone")
    kept = parse_qs(urlsplit(response["Location"]).query)
    assert kept == {"customer": [buyer.public_id], "day": ["2026-11-20"], "item": [event_item(office)]}
    opened = owner.get(response["Location"])
    values = sent(opened)
    assert (values["customer"], values["day"], values["amount"]) == ("Fabrikam · crm-7", "2026-11-20", "1")
    assert opened.context["form"].fields["amount"].widget.attrs["autofocus"]


def event_item(office: Organization) -> str:
    with scope.of(office):
        return str(Event.objects.select_related("item").latest("pk").item.public_id)


@pytest.mark.parametrize(
    "typed", ["fabrikam", "crm-7", "accounts@fabrikam.example", "Fabrikam · crm-7", " Fabrikam ", "public id"]
)
def test_a_whole_name_id_or_address_is_taken_at_once(
    owner: Client, office: Organization, buyer: Customer, typed: str
) -> None:
    assert quick(owner, customer=buyer.public_id if typed == "public id" else typed).status_code == 302
    assert len(events(office)) == 1


def test_a_part_of_one_name_is_asked_about_first(owner: Client, office: Organization, buyer: Customer) -> None:
    response = quick(owner, customer="brik")
    assert "This is taken to be Fabrikam. Save again if that is right." in text(response)
    assert not events(office)
    assert owner.post(PAGE, sent(response)).status_code == 302
    assert len(events(office)) == 1


def test_several_are_offered_to_choose_from(owner: Client, office: Organization, offer: Offer, buyer: Customer) -> None:
    other = buying(office, offer, "Fabrikam", email="second@fabrikam.example")
    response = quick(owner, customer="Fabrikam")
    assert "Several customers are meant by this. Choose one." in text(response)
    assert {one.pk for one in response.context["who"].shown_choices} == {buyer.pk, other.pk}
    assert owner.post(PAGE, sent(response, chosen=other.public_id)).status_code == 302
    (event,) = events(office)
    assert event.item.subscription.customer_id == other.pk


def test_a_choice_counts_only_for_the_text_it_was_made_for(
    owner: Client, office: Organization, offer: Offer, buyer: Customer
) -> None:
    other = buying(office, offer, "Contoso")
    page = owner.get(f"{PAGE}?customer={buyer.public_id}")
    owner.post(PAGE, sent(page, customer="Contoso"))
    (event,) = events(office)
    assert event.item.subscription.customer_id == other.pk


@pytest.mark.parametrize("typed", ["Nobody", "cus_00000000000000000000"])
def test_nobody_of_this_name(owner: Client, office: Organization, buyer: Customer, typed: str) -> None:
    response = quick(owner, customer=typed)
    assert response.context["who"].errors["customer"] == ["There is no such customer."]
    assert not events(office)


def test_of_several_types_one_is_chosen(owner: Client, office: Organization, buyer: Customer) -> None:
    with scope.of(office):
        mails = builders.usage_offer(office, key="mail", name="Mail", unit=("mail", "mails"))
        builders.subscribed(buyer, mails, now=NOVEMBER)
    response = quick(owner, customer="Fabrikam")
    assert errors(response)["item"] == ["Choose what was used."]
    choices = {name: value for value, name in response.context["form"].fields["item"].choices}
    assert sorted(choices) == ["", "Coaching call", "Mail"]
    assert owner.post(PAGE, sent(response, item=choices["Mail"])).status_code == 302


def test_the_type_shown_for_another_customer_is_not_swapped_silently(
    owner: Client, office: Organization, buyer: Customer
) -> None:
    with scope.of(office):
        mails = builders.usage_offer(office, key="mail", name="Mail", unit=("mail", "mails"))
    buying(office, mails, "Contoso")
    page = owner.get(f"{PAGE}?customer={buyer.public_id}")
    assert sent(page)["item"]
    response = owner.post(PAGE, sent(page, customer="Contoso"))
    assert errors(response)["item"] == ["Choose what was used."]
    assert not events(office)


def test_a_customer_without_usage_is_told_so(owner: Client, office: Organization, offer: Offer) -> None:
    with scope.of(office):
        builders.customer(office, "Contoso")
    response = quick(owner, customer="Contoso")
    assert errors(response)["item"] == ["This customer has no subscription with usage yet. Start one first."]


def test_warnings_come_first_as_on_the_customer_page(owner: Client, office: Organization, buyer: Customer) -> None:
    quick(owner, customer="Fabrikam")
    warned = quick(owner, customer="Fabrikam")
    assert "1 Coaching call on 20 Nov is there already" in text(warned)
    assert len(events(office)) == 1
    assert owner.post(PAGE, sent(warned)).status_code == 302
    assert len(events(office)) == 2


def test_the_list_is_of_this_person_and_undone_rows_are_struck_through(
    owner: Client, sign_in: SignIn, office: Organization, buyer: Customer
) -> None:
    quick(owner, customer="Fabrikam", amount="2")
    quick(owner, customer="Fabrikam", amount="3")
    rows = owner.get(PAGE).context["added"]
    assert [(row["amount"], row["adds"], str(row["customer"])) for row in rows] == [
        ("3", "285.00", "Fabrikam"),
        ("2", "190.00", "Fabrikam"),
    ]
    undone = owner.post(address("usage_event_undo", rows[1]["event"].pk), {"back": PAGE})
    assert undone["Location"] == PAGE
    page = owner.get(PAGE)
    assert "Took back 2 calls (Coaching call) on 20 Nov: 190.00 less on the invoice of 1 Dec." in text(page)
    assert [row["is_taken_back"] for row in page.context["added"]] == [False, True]
    assert page.content.decode().count('class="tb-struck"') == 1
    assert not sign_in("admin").get(PAGE).context["added"]


def test_a_long_list_and_many_events_cost_no_more(owner: Client, office: Organization, buyer: Customer) -> None:
    def measured(ask: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask().status_code in (200, 302)
        return len(captured)

    quick(owner, customer="Fabrikam", amount="101")
    opened, saved = measured(lambda: owner.get(PAGE)), measured(lambda: quick(owner, customer="Fabrikam", amount="102"))
    for amount in range(103, 110):
        quick(owner, customer="Fabrikam", amount=str(amount))
    assert len(owner.get(PAGE).context["added"]) == 9
    assert measured(lambda: owner.get(PAGE)) <= opened <= 20
    assert measured(lambda: quick(owner, customer="Fabrikam", amount="110")) <= saved <= 70


def test_the_sentence_after_saving_offers_to_undo_it(owner: Client, office: Organization, buyer: Customer) -> None:
    page = address("accounts_customer_add_usage", buyer.pk)
    form = {field.html_name: field.value() for field in owner.get(page).context["form"]}
    shown = owner.get(owner.post(page, {name: value for name, value in form.items() if value is not None})["Location"])
    (told,) = shown.context["told"]
    (event,) = events(office)
    assert told["undo"] == address("usage_event_undo", event.pk)
    assert 'method="post" action="' + told["undo"] in shown.content.decode()


def test_customers_are_suggested_with_what_they_have(
    owner: Client, office: Organization, offer: Offer, buyer: Customer
) -> None:
    buying(office, offer, "Fabulous")
    suggest = address("usage_event_customers")
    answer = owner.get(suggest, {"q": "fab"}).json()
    assert [one["label"] for one in answer["customers"]] == ["Fabrikam · crm-7", "Fabulous · accounts@fabulous.example"]
    (one,) = owner.get(suggest, {"q": "crm-7"}).json()["customers"]
    assert [kind["name"] for kind in one["types"]] == ["Coaching call"]
    assert one["only"] == one["types"][0]["id"]
    assert owner.get(suggest).json() == {"customers": [], "exact": False}


def test_nobody_of_another_organization_is_suggested_or_taken(owner: Client, office: Organization) -> None:
    theirs = builders.organization("southwind")
    with scope.of(theirs):
        foreign = buying(theirs, builders.usage_offer(theirs), "Canary", external_id="crm-9")
    suggest = address("usage_event_customers")
    for typed in ("Canary", "crm-9", foreign.public_id, foreign.email):
        assert owner.get(suggest, {"q": typed}).json()["customers"] == []
        assert quick(owner, customer=typed).context["who"].errors["customer"] == ["There is no such customer."]
    assert quick(owner, customer="x", asked="x", chosen=foreign.public_id).status_code == 200
    assert "Canary" not in text(owner.get(f"{PAGE}?customer={foreign.public_id}"))


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("developer", 200), ("admin", 200), ("owner", 200)])
def test_who_may(sign_in: SignIn, office: Organization, role: str, status: int) -> None:
    client = sign_in(role)
    assert client.get(PAGE).status_code == status
    assert client.get(address("usage_event_customers")).status_code == status
    assert (PAGE in client.get("/admin/").content.decode()) == (status == 200)
