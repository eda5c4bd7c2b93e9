"""The price editor, used without a script: choose, fill, look, mend, save."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role
from apps.catalog.models import Price
from apps.subscriptions.models import Item
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, said, text
from tests.builders import Offer

PRICE = "/admin/catalog/price/add/"
TIERS = {
    "model": "graduated",
    "rows": "3",
    "tier_0_up_to": "1000",
    "tier_0_unit_amount": "0.1",
    "tier_1_up_to": "5000",
    "tier_1_unit_amount": "0.05",
    "tier_2_unit_amount": "0.01",
}
UNKNOWN = 999_999_999


@pytest.fixture
def offer(office: Organization) -> Offer:
    with scope.of(office):
        return builders.usage_offer(office, base="10")


def of(offer: Offer, **fields: str) -> dict[str, Any]:
    """Return what the editor sends for the price of an offer's add-on."""
    assert offer.add_on is not None
    return {"add_on": offer.add_on.pk, "plan": "", "currency": "USD", **fields}


def test_three_tiers_are_looked_at_and_saved(owner: Client, office: Organization, offer: Offer) -> None:
    page = text(owner.post(PRICE, of(offer, **TIERS, tried="7000", do="show")))
    assert "1,000 × 0.1 = $100.00 4,000 × 0.05 = $200.00 2,000 × 0.01 = $20.00" in page
    assert "7,000 $320.00" in page
    with scope.of(office):
        assert Price.objects.count() == 2
    response = owner.post(PRICE, of(offer, **TIERS, setup_fee="45"))
    assert response.status_code == 302, errors(response)
    with scope.of(office):
        price = Price.objects.get(superseded_at__isnull=True, add_on=offer.add_on)
        entry = AuditEntry.objects.get(verb="set price")
    assert [tier["up_to"] for tier in price.form["tiers"]] == ["1000", "5000", None]
    assert price.setup_fee_minor == 4500
    assert "0.1 per call up to 1,000, 0.05 per call up to 5,000, 0.01 per call beyond, setup 45.00" in entry.summary
    assert "keeps it until moved" in said(response)[0]


def test_a_mistake_in_the_second_tier_is_told_at_its_field(owner: Client, offer: Offer) -> None:
    for pressed in ("show", "save"):
        response = owner.post(PRICE, of(offer, **{**TIERS, "tier_1_up_to": "500"}, do=pressed))
        sentence = "This must be more than 1000, where the tier begins."
        assert errors(response) == {"tier_1_up_to": [sentence]}
        assert f"Tier 2, up to: {sentence}" in text(response)


def test_all_numbers_that_are_no_numbers_are_told_at_once(owner: Client, offer: Offer) -> None:
    wrong = {"tier_0_up_to": "1,000", "tier_1_unit_amount": "-1", "tier_2_unit_amount": "free"}
    assert set(errors(owner.post(PRICE, of(offer, **{**TIERS, **wrong})))) == set(wrong)


def test_a_dip_is_warned_of_but_may_be_set(owner: Client, offer: Offer) -> None:
    volume = of(offer, **{**TIERS, "model": "volume"})
    assert "1,000 cost $100.00, but 1,001 cost only $50.05" in text(owner.post(PRICE, {**volume, "do": "show"}))
    assert owner.post(PRICE, volume).status_code == 302


def test_rows_are_added_and_removed_by_buttons(owner: Client, office: Organization, offer: Offer) -> None:
    added = owner.post(PRICE, of(offer, **TIERS, do="add"))
    form = added.context["form"]
    assert form.row_count == 4
    assert not form.errors
    assert form["tier_1_up_to"].value() == "5000"
    removed = owner.post(PRICE, of(offer, **TIERS, do="remove-0")).context["form"]
    assert (removed.row_count, removed["tier_0_up_to"].value()) == (2, "5000")
    with scope.of(office):
        assert Price.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"model": "per_unit", "unit_amount": "0.001"}, "0.001 per call"),
        ({"model": "package", "package_size": "100", "package_amount": "5"}, "5 per block of 100"),
        (
            {"model": "stairstep", "tier_0_up_to": "10", "tier_0_flat_amount": "5", "tier_1_flat_amount": "9"},
            "9 beyond",
        ),
        ({"model": "percentage", "rate_percent": "2.9", "fixed_amount": "0.3"}, "2.9 % + 0.3 per transaction"),
    ],
)
def test_every_model_is_set_by_fields_alone(
    owner: Client, office: Organization, offer: Offer, fields: dict[str, str], words: str
) -> None:
    terms = {"included_units": "3", "minimum_amount": "1", "maximum_amount": "99", "divide_by": "10", "round": "up"}
    response = owner.post(PRICE, of(offer, **fields, **terms), follow=True)
    assert words in text(response), text(response)
    with scope.of(office):
        price = Price.objects.get(superseded_at__isnull=True, add_on=offer.add_on)
    assert price.form["transform"] == {"divide_by": "10", "round": "up"}
    again = owner.get(PRICE, {"add_on": str(price.add_on_id)}).context["form"]
    assert {name: again[name].value() for name in (*fields, *terms)} == {**fields, **terms}


def test_what_was_typed_for_another_model_does_not_matter(owner: Client, offer: Offer) -> None:
    typed = {"model": "per_unit", "unit_amount": "1", "package_size": "many", "tier_0_up_to": "x"}
    assert owner.post(PRICE, of(offer, **typed)).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"unit_amount": "1,5"}, "unit_amount", "Write it without commas, such as 1000 or 0.01."),
        ({"unit_amount": "-1"}, "unit_amount", "This number must not be negative."),
        ({"unit_amount": "free"}, "unit_amount", "This must be a number"),
        ({"unit_amount": ""}, "unit_amount", "Say what one unit costs; 0 is allowed."),
        ({"model": ""}, "model", "Choose how it is priced."),
        ({"minimum_amount": "9", "maximum_amount": "8"}, "minimum_amount", "must not be above the maximum"),
        ({"divide_by": "0"}, "divide_by", "more than zero"),
        ({"setup_fee": "0.005"}, "setup_fee", "USD has 2 decimals."),
        ({"setup_fee": "0.5", "currency": "JPY"}, "setup_fee", "JPY has no decimals."),
        ({"setup_fee": "9" * 15, "currency": "CLF"}, "setup_fee", "too large"),
        ({"currency": "XXX"}, "currency", "Select a valid choice"),
        ({"add_on": "999999"}, "add_on", "Select a valid choice"),
    ],
)
def test_a_wrong_price_gets_a_sentence_at_its_field(
    owner: Client, office: Organization, offer: Offer, changes: dict[str, str], field: str, sentence: str
) -> None:
    response = owner.post(PRICE, {**of(offer, model="per_unit", unit_amount="1"), **changes})
    assert sentence in errors(response)[field][0]
    with scope.of(office):
        assert Price.objects.count() == 2


def test_amounts_that_no_invoice_could_hold_are_shown_all_the_same(owner: Client, offer: Offer) -> None:
    huge = of(offer, model="per_unit", unit_amount="9" * 15, tried="9" * 15, do="show")
    assert owner.post(PRICE, huge).status_code == 200


def test_a_percentage_needs_a_metric_that_sums(owner: Client, offer: Offer) -> None:
    base = {"plan": offer.plan.pk, "currency": "USD", "model": "percentage", "rate_percent": "3"}
    assert "sum" in errors(owner.post(PRICE, base))["model"][0]


def test_the_editor_begins_with_what_holds_now_and_leads_back_to_the_plan(owner: Client, offer: Offer) -> None:
    assert offer.add_on is not None
    page = owner.get(PRICE, {"add_on": offer.add_on.pk, "back": offer.plan.pk})
    assert page.context["form"]["unit_amount"].value() == "95"
    assert "Until now: 95 per call" in text(page)
    sent = of(offer, model="per_unit", unit_amount="90", back=str(offer.plan.pk))
    assert owner.post(PRICE, sent)["Location"] == address("catalog_plan_offer", offer.plan.pk)


def test_one_customer_gets_a_price_of_their_own(owner: Client, office: Organization, offer: Offer) -> None:
    with scope.of(office):
        subscription = builders.subscribed(builders.customer(office), offer)
        item = Item.objects.get(subscription=subscription, add_on=offer.add_on)
    page = address("subscriptions_item_negotiate", item.pk)
    tab = address("accounts_customer_subscription", subscription.customer_id)
    assert page in owner.get(tab).content.decode()
    assert "Until now: 95 per call" in text(owner.get(page))
    assert "where the tier begins" in errors(owner.post(page, {**TIERS, "tier_1_up_to": "5"}))["tier_1_up_to"][0]
    response = owner.post(page, {"model": "per_unit", "unit_amount": "80"})
    assert response["Location"] == tab
    with scope.of(office):
        item.refresh_from_db()
        assert item.price.negotiated
        assert Price.objects.filter(superseded_at__isnull=True, negotiated=False, add_on=offer.add_on).count() == 1
    assert "80 per call own price" in text(owner.get(tab))


@pytest.mark.parametrize("role", Role.values)
def test_who_may_set_prices(sign_in: SignIn, office: Organization, offer: Offer, role: str) -> None:
    with scope.of(office):
        builders.subscribed(builders.customer(office), offer)
        item = Item.objects.filter(add_on=offer.add_on).get()
    may = role in (Role.OWNER, Role.ADMIN)
    client = sign_in(role)
    for page in (PRICE, address("subscriptions_item_negotiate", item.pk)):
        assert (client.get(page).status_code == 200) == may
        assert (client.post(page, of(offer, model="per_unit", unit_amount="1")).status_code == 302) == may


def test_another_organizations_rows_are_unknown_here(owner: Client, office: Organization, offer: Offer) -> None:
    other = builders.organization("fabrikam")
    with scope.of(other):
        theirs = builders.usage_offer(other, key="canary", name="Canary")
        builders.subscribed(builders.customer(other, "Canary Ltd"), theirs)
        item = Item.objects.get()
    assert (
        "Select a valid choice" in errors(owner.post(PRICE, of(theirs, model="per_unit", unit_amount="1")))["add_on"][0]
    )
    for pk in (item.pk, UNKNOWN):
        assert owner.get(address("subscriptions_item_negotiate", pk)).status_code == 404
    back = owner.get(PRICE, {"plan": str(theirs.plan.pk), "back": str(theirs.plan.pk)})
    assert "Canary" not in text(back)


def test_looking_costs_the_same_however_many_tiers(owner: Client, offer: Offer) -> None:
    tiers = {f"tier_{row}_up_to": str(10 * (row + 1)) for row in range(99)}
    units = {f"tier_{row}_unit_amount": "1" for row in range(100)}
    counts = []
    for fields in (TIERS, {"model": "graduated", "rows": "100", **tiers, **units}):
        with CaptureQueriesContext(connection) as captured:
            page = owner.post(PRICE, of(offer, **fields, do="show"))
        assert not page.context["form"].errors
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20
