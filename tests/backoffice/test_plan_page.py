"""The plan page: what a customer pays, what the plan gives, what was, and who still has an older price."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role
from apps.catalog import operations as catalog
from apps.catalog.models import Feature, PlanAddOn, PlanFeature, Price, Product
from apps.invoicing import previews
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Item
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, said, text
from tests.builders import OCTOBER, SEPTEMBER, Offer

UNKNOWN = 999_999_999
PAGES = ["offer", "features", "included_units", "move_to_current_price", "archive", "restore"]


@pytest.fixture
def offer(office: Organization) -> Offer:
    """A plan of 10 a month, a trial of 14 days, an automatic usage add-on and one that may be chosen."""
    with scope.of(office):
        offer = builders.usage_offer(office, base="10", setup_fee="45")
        catalog.update(row=offer.plan, trial_days=14)
        support = catalog.create_add_on(
            organization=office, key="support", name="Support", kind="fixed", unit="seat", now=SEPTEMBER
        )
        catalog.enable_add_on(plan=offer.plan, add_on=support, automatic=False)
        form = {"model": "per_unit", "unit_amount": "7"}
        catalog.set_price(organization=office, add_on=support, currency="USD", form=form, now=SEPTEMBER)
    return offer


def reprice(office: Organization, offer: Offer, amount: str) -> Price:
    """Set another price of the offer's add-on, a month later."""
    with scope.of(office):
        form = {"model": "per_unit", "unit_amount": amount}
        return catalog.set_price(organization=office, add_on=offer.add_on, currency="USD", form=form, now=OCTOBER)


def sell(office: Organization, offer: Offer, *names: str) -> None:
    with scope.of(office):
        for name in names:
            builders.subscribed(builders.customer(office, name), offer)


def test_everything_a_customer_pays_is_on_one_page(owner: Client, offer: Offer) -> None:
    page = text(owner.get(address("catalog_plan_offer", offer.plan.pk)))
    assert "A customer who pays in USD" in page
    assert "Base fee comes with it 10 per month" in page
    assert "Coaching call comes with it 95 per call" in page
    assert "$45.00 each month, in arrears" in page
    assert "Support may be chosen 7 per period" in page
    assert "The first 14 days are free" in page
    assert "still" not in page


def test_a_currency_says_what_keeps_people_from_starting(owner: Client, office: Organization, offer: Offer) -> None:
    with scope.of(office):
        form = {"model": "per_unit", "unit_amount": "9"}
        catalog.set_price(organization=office, plan=offer.plan, currency="EUR", form=form, now=OCTOBER)
    page = text(owner.get(address("catalog_plan_offer", offer.plan.pk)))
    assert "Nobody can start in EUR yet: no price for Coaching call." in page


def test_a_plans_own_units_stand_before_the_add_ons(owner: Client, office: Organization, offer: Offer) -> None:
    assert offer.add_on is not None
    page = address("catalog_plan_included_units", offer.plan.pk)
    assert "Say how many units" in errors(owner.post(page, {"add_on": offer.add_on.pk, "units": ""}))["units"][0]
    response = owner.post(page, {"add_on": offer.add_on.pk, "units": "3"})
    assert said(response) == ["Coaching plan includes 3 calls from now on."]
    assert "95 per call, 3 included on this plan" in text(owner.get(response["Location"]))
    with scope.of(office):
        assert Price.objects.filter(plan=offer.plan, add_on=offer.add_on).get().form["included_units"] == "3"


def test_features_get_their_values(owner: Client, office: Organization, offer: Offer) -> None:
    product = offer.plan.product_id
    for name, kind in (("sso", "boolean"), ("seats", "number"), ("sla", "text")):
        sent = {"product": product, "name": name.upper(), "key": name, "kind": kind}
        assert owner.post(address("catalog_feature_add"), sent).status_code == 302
    with scope.of(office):
        field = {feature.key: f"feature_{feature.pk}" for feature in Feature.objects.all()}
    page = address("catalog_plan_features", offer.plan.pk)
    wrong = owner.post(page, {field["seats"]: "a few"})
    assert "This must be a number" in errors(wrong)[field["seats"]][0]
    owner.post(page, {field["sso"]: "yes", field["seats"]: "10000", field["sla"]: "Next day"})
    shown = text(owner.get(address("catalog_plan_offer", offer.plan.pk)))
    assert "SEATS seats 10,000 SLA sla Next day SSO sso yes" in shown
    owner.post(page, {field["sso"]: "no", field["seats"]: "", field["sla"]: "Next day"})
    with scope.of(office):
        values = dict(PlanFeature.objects.values_list("feature__key", "value"))
        entries = list(AuditEntry.objects.filter(verb="set features").order_by("pk").values_list("summary", flat=True))
    assert values == {"sso": False, "sla": "Next day"}
    assert entries == ["SEATS, SLA, SSO", "SEATS, SSO"]


def test_older_prices_are_counted_and_moved_for_the_plan(owner: Client, office: Organization, offer: Offer) -> None:
    sell(office, offer, "Fabrikam", "Contoso")
    current = reprice(office, offer, "90")
    with scope.of(office):
        kept = Item.objects.get(add_on=offer.add_on, subscription__customer__name="Contoso")
        subscriptions.negotiate(item=kept, form={"model": "per_unit", "unit_amount": "1"}, now=OCTOBER)
    page = text(owner.get(address("catalog_plan_offer", offer.plan.pk)))
    assert "1 item on this plan still has an older price" in page
    assert "1 item on this plan has a price of its own" in page
    assert "Coaching call, USD 95 per call, setup 45.00 1 Sep 2026 1 Oct 2026 1" in page
    confirm = address("catalog_plan_move_to_current_price", offer.plan.pk)
    asked = text(owner.get(confirm))
    assert "Fabrikam Coaching call 95 per call 90 per call" in asked
    assert "Contoso" not in asked
    with scope.of(office):
        assert not Item.objects.filter(price=current).exists()
    assert said(owner.post(confirm)) == ["1 item follows the current price from the next period on."]
    with scope.of(office):
        assert Item.objects.get(price=current).subscription.customer.name == "Fabrikam"
        assert Item.objects.get(pk=kept.pk).price.negotiated
    assert "at the current price already" in text(owner.get(confirm))


def test_the_day_it_says_is_the_day_it_changes(owner: Client, office: Organization, offer: Offer) -> None:
    with scope.of(office):
        catalog.update(row=offer.plan, trial_days=0)
        buyer = builders.customer(office)
        subscription = builders.subscribed(buyer, offer)
        builders.used(buyer, offer, "1", at=SEPTEMBER)
        builders.close(office, OCTOBER)
    reprice(office, offer, "90")
    confirm = address("catalog_plan_move_to_current_price", offer.plan.pk)
    assert "90 per call 1 Nov" in text(owner.get(confirm))
    owner.post(confirm)
    with scope.of(office):
        subscription.refresh_from_db()
        for at, total in ((OCTOBER + timedelta(days=3), 10500), (OCTOBER + timedelta(days=33), 10000)):
            builders.used(buyer, offer, "1", at=at)
            preview = previews.next_invoice(subscription=subscription)
            assert preview is not None
            assert preview.invoice.total.minor == total
            builders.close(office, preview.bills_at)
            subscription.refresh_from_db()


def test_one_item_and_all_items_move_too(owner: Client, office: Organization, offer: Offer) -> None:
    sell(office, offer, "Fabrikam", "Contoso", "Adventure")
    current = reprice(office, offer, "90")
    with scope.of(office):
        one = Item.objects.get(add_on=offer.add_on, subscription__customer__name="Fabrikam")
    items = text(owner.get(address("subscriptions_item_changelist"), {"at": "older"}))
    assert items.count("older price") >= 3
    single = address("subscriptions_item_move_to_current_price", one.pk)
    assert "Move 1 to the current price" in text(owner.get(single))
    owner.post(single)
    with scope.of(office):
        assert list(Item.objects.filter(price=current)) == [one]
    everything = address("subscriptions_item_move_all")
    assert "Move 2 to the current price" in text(owner.get(everything))
    owner.post(everything)
    with scope.of(office):
        assert Item.objects.filter(price=current).count() == 3
        assert AuditEntry.objects.filter(verb="moved to current price", object_type="item").count() == 3


def test_things_are_archived_and_restored(owner: Client, office: Organization, offer: Offer) -> None:
    assert offer.add_on is not None
    with scope.of(office):
        feature = catalog.create_feature(
            organization=office, product=offer.plan.product, key="sso", name="SSO", now=SEPTEMBER
        )
        rows = [offer.plan, offer.add_on, offer.plan.product, offer.add_on.metric, feature]
    for row in rows:
        assert row is not None
        kind = row._meta.model_name
        page = address(f"catalog_{kind}_archive", row.pk)
        assert "Whoever has it keeps it" in text(owner.get(page))
        with scope.of(office):
            row.refresh_from_db()
        assert row.archived_at is None
        owner.post(page)
        assert "archived since" in text(owner.get(address(f"catalog_{kind}_change", row.pk))) or kind == "plan"
        listed = owner.get(address(f"catalog_{kind}_changelist"), {"offered": "no"})
        assert str(row) in text(listed)
        owner.post(address(f"catalog_{kind}_restore", row.pk))
        with scope.of(office):
            row.refresh_from_db()
        assert row.archived_at is None


def test_what_is_archived_cannot_be_chosen(owner: Client, office: Organization, offer: Offer) -> None:
    assert "Coaching call product" in text(owner.get(address("catalog_plan_add")))
    owner.post(address("catalog_product_archive", offer.plan.product_id), follow=True)
    assert "Coaching call product" not in text(owner.get(address("catalog_plan_add")))
    with scope.of(office):
        assert Product.objects.get().archived_at is not None


def test_an_add_on_stays_enabled_for_one_plan(owner: Client, office: Organization, offer: Offer) -> None:
    with scope.of(office):
        enabled = PlanAddOn.objects.get(add_on=offer.add_on)
    rows = {
        "plan_add_ons-TOTAL_FORMS": "1",
        "plan_add_ons-INITIAL_FORMS": "1",
        "plan_add_ons-0-id": enabled.pk,
        "plan_add_ons-0-plan": offer.plan.pk,
        "plan_add_ons-0-DELETE": "on",
    }
    page = address("catalog_plan_change", offer.plan.pk)
    sent = {"name": "Coaching plan", "alignment": "anniversary", "trial_days": "7", "after_trial": "convert", **rows}
    assert "must stay enabled for at least one plan" in text(owner.post(page, sent))
    with scope.of(office):
        second = builders.plan_of(office, offer.plan.product, key="second", base=None, timing="advance", now=SEPTEMBER)
        catalog.enable_add_on(plan=second, add_on=enabled.add_on)
    assert owner.post(page, sent).status_code == 302
    with scope.of(office):
        assert PlanAddOn.objects.get(add_on=offer.add_on).plan == second


@pytest.mark.parametrize("role", Role.values)
def test_who_may_do_what(sign_in: SignIn, office: Organization, offer: Offer, role: str) -> None:
    client, may = sign_in(role), role in (Role.OWNER, Role.ADMIN)
    for name in PAGES:
        answer = client.get(address(f"catalog_plan_{name}", offer.plan.pk))
        assert (answer.status_code == 200) == (may or name == "offer"), name
    assert ("New price" in text(client.get(address("catalog_plan_offer", offer.plan.pk)))) == may
    assert (client.get(address("subscriptions_item_move_all")).status_code == 200) == may


@pytest.mark.parametrize("name", PAGES)
def test_a_foreign_plan_looks_like_an_unknown_one(owner: Client, office: Organization, name: str) -> None:
    other = builders.organization("fabrikam")
    with scope.of(other):
        theirs = builders.usage_offer(other, key="canary").plan
    for pk in (theirs.pk, UNKNOWN):
        assert owner.get(address(f"catalog_plan_{name}", pk)).status_code == 404
        assert owner.post(address(f"catalog_plan_{name}", pk)).status_code == 404


@pytest.mark.parametrize("name", ["catalog_plan_offer", "catalog_plan_move_to_current_price", "subscriptions_item"])
def test_pages_cost_the_same_however_many_have_it(owner: Client, office: Organization, offer: Offer, name: str) -> None:
    page = address("subscriptions_item_changelist") if name == "subscriptions_item" else address(name, offer.plan.pk)
    sell(office, offer, "Fabrikam")
    reprice(office, offer, "90")

    def queries() -> int:
        owner.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert owner.get(page).status_code == 200
        return len(captured)

    few = queries()
    sell(office, offer, *(f"Customer {number}" for number in range(6)))
    reprice(office, offer, "85")
    assert queries() <= few <= 30
