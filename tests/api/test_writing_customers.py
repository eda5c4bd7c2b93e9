"""POST and PATCH /api/v1/customers: made, changed, put away and taken back, each by the rules of BILLING §10."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from apps.accounts.models import Customer, Role
from apps.core.refusals import Refusal
from apps.invoicing.lifecycle import ending, starting
from apps.invoicing.models import Invoice
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON, MakeProgram

FABRIKAM = {"name": "Fabrikam", "email": "accounts@fabrikam.example"}
WHOLE = {
    **FABRIKAM,
    "external_id": "crm-1",
    "legal_name": "Fabrikam Ltd",
    "tax_id": "GB123456789",
    "tax_category": "reduced",
    "currency": "EUR",
    "locale": "en_GB",
    "payment_terms_days": 30,
    "address_line1": "1 High Street",
    "address_line2": "Back door",
    "postal_code": "N1 1AA",
    "city": "London",
    "region": "Greater London",
    "country": "GB",
}


def test_a_customer_is_created_and_read_back(keeper: Program, seller: Organization) -> None:
    created = keeper.post("customers", WHOLE)
    assert created.status_code == 201
    answer = created.json()
    assert {name: answer[name] for name in WHOLE} == WHOLE
    assert (answer["subscriptions"], answer["balances"], answer["archived_at"]) == ([], [], None)
    assert keeper.get(f"customers/{answer['id']}").json() == answer


def test_what_is_not_said_is_the_organizations(keeper: Program, seller: Organization) -> None:
    answer = keeper.post("customers", FABRIKAM).json()
    assert (answer["currency"], answer["tax_category"], answer["external_id"]) == ("USD", "standard", None)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": 5}, "name"),
        ({"email": "nobody"}, "email"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "cus_1"}, "external_id"),
        ({"external_id": "x" * 201}, "external_id"),
        ({"currency": "usd"}, "currency"),
        ({"currency": None}, "currency"),
        ({"locale": "xx_XX"}, "locale"),
        ({"payment_terms_days": 366}, "payment_terms_days"),
        ({"payment_terms_days": 1.5}, "payment_terms_days"),
        ({"payment_terms_days": -1}, "payment_terms_days"),
        ({"country": "gb"}, "country"),
        ({"country": "GBR"}, "country"),
        ({"id": "cus_00000000000000000000"}, "id"),
        ({"archived_at": None}, "archived_at"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    keeper: Program, seller: Organization, sent: Mapping[str, Any], field: str
) -> None:
    response = keeper.post("customers", {**FABRIKAM, **sent})
    assert (response.status_code, fault(response)[2]) == (400, field)
    assert not Customer.objects.exists()


def test_what_is_missing_is_named(keeper: Program, seller: Organization) -> None:
    errors = keeper.post("customers", {}).json()["errors"]
    assert {(error["code"], error["field"]) for error in errors} == {("required", "name"), ("required", "email")}


def test_an_external_id_is_taken_once(keeper: Program, seller: Organization, other_seller: Organization) -> None:
    with scope.fresh(), scope.of(other_seller):
        builders.customer(other_seller, external_id="crm-1")
    assert keeper.post("customers", {**FABRIKAM, "external_id": "crm-1"}).status_code == 201
    again = keeper.post("customers", {**FABRIKAM, "external_id": "crm-1"})
    assert fault(again) == (409, "external_id_taken", "external_id")
    other = keeper.post("customers", FABRIKAM).json()["id"]
    assert fault(keeper.patch(f"customers/{other}", {"external_id": "crm-1"}))[1] == "external_id_taken"
    assert Customer.objects.count() == 2


def test_a_request_sent_again_under_its_key_gets_the_first_answer(keeper: Program, seller: Organization) -> None:
    first = keeper.post("customers", {**FABRIKAM, "external_id": "crm-1"}, Idempotency_Key="k-1")
    keeper.patch(f"customers/{first.json()['id']}", {"name": "Renamed"})
    again = keeper.post("customers", {"external_id": "crm-1", **FABRIKAM}, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Customer.objects.count() == 1


def test_other_content_under_the_same_key_is_refused(keeper: Program, seller: Organization) -> None:
    keeper.post("customers", FABRIKAM, Idempotency_Key="k-1")
    other = keeper.post("customers", {**FABRIKAM, "name": "Other"}, Idempotency_Key="k-1")
    assert fault(other) == (409, "key_used_differently", "Idempotency-Key")
    assert Customer.objects.count() == 1


def test_a_refused_request_leaves_its_key_free(keeper: Program, seller: Organization) -> None:
    assert keeper.post("customers", {"name": "Fabrikam"}, Idempotency_Key="k-1").status_code == 400
    assert keeper.post("customers", FABRIKAM, Idempotency_Key="k-1").status_code == 201
    for bad in (" ", "ü", "x" * 256):
        response = keeper.post("customers", FABRIKAM, Idempotency_Key=bad)
        assert fault(response) == (400, "invalid", "Idempotency-Key"), bad


def test_what_is_changed_is_changed_and_the_rest_stays(keeper: Program, seller: Organization) -> None:
    made = keeper.post("customers", WHOLE).json()
    sent = {"name": "Contoso", "external_id": None, "payment_terms_days": None, "currency": "CHF", "city": ""}
    changed = keeper.patch(f"customers/{made['id']}", sent)
    assert changed.status_code == 200
    assert changed.json() == {**made, **sent}
    assert keeper.get(f"customers/{made['id']}").json() == {**made, **sent}


def test_a_change_is_noted_with_who_and_what(keeper: Program, seller: Organization) -> None:
    public_id = keeper.post("customers", FABRIKAM).json()["id"]
    keeper.patch(f"customers/{public_id}", {"name": "Contoso", "city": "Oslo"})
    keeper.patch(f"customers/{public_id}", {"name": "Contoso"})
    entries = AuditEntry.objects.filter(object_id=public_id).order_by("pk")
    assert [(entry.verb, entry.summary) for entry in entries] == [
        ("created", ""),
        ("changed", "city: nothing → Oslo; name: Fabrikam → Contoso"),
    ]
    assert {entry.actor[:4] for entry in entries} == {"key_"}


def test_the_currency_stays_while_something_is_sold_owed_or_credited(keeper: Program, buyer: Customer) -> None:
    response = keeper.patch(f"customers/{buyer.public_id}", {"currency": "EUR", "name": "Other"})
    assert fault(response) == (409, "currency_in_use", "currency")
    assert response.json()["detail"] == "The currency stays while the customer has a subscription."
    buyer.refresh_from_db()
    assert (buyer.currency, buyer.name) == ("USD", "Fabrikam")
    assert keeper.patch(f"customers/{buyer.public_id}", {"currency": "USD", "name": "Other"}).status_code == 200


def test_a_customer_with_live_subscriptions_is_not_put_away(keeper: Program, buyer: Customer) -> None:
    response = keeper.post(f"customers/{buyer.public_id}/archive", {})
    assert fault(response) == (409, "has_subscriptions", None)
    (subscription,) = keeper.get(f"customers/{buyer.public_id}").json()["subscriptions"]
    assert response.json()["subscriptions"] == [subscription["id"]]
    assert subscription["id"] in response.json()["detail"]
    buyer.refresh_from_db()
    assert buyer.archived_at is None


def test_what_is_over_holds_neither_the_currency_nor_the_customer(
    keeper: Program, buyer: Customer, seller: Organization
) -> None:
    ending.cancel(subscription=Subscription.objects.get(), when="now", now=NOON, actor="key_1")
    Invoice.objects.update(status="paid", paid_at=NOON, settled_minor=F("total_minor"))
    one = f"customers/{buyer.public_id}"
    assert keeper.patch(one, {"currency": "EUR"}).json()["currency"] == "EUR"
    assert keeper.post(f"{one}/archive", {}).status_code == 200


def test_an_open_invoice_and_a_balance_hold_the_currency(keeper: Program, seller: Organization) -> None:
    offer = builders.usage_offer(seller, base="100")
    buyer = builders.customer(seller)
    held = builders.subscribed(buyer, offer)
    ending.cancel(subscription=held, when="now", now=NOON, actor="key_1")
    one = f"customers/{buyer.public_id}"
    owing = keeper.patch(one, {"currency": "EUR"})
    assert owing.json()["detail"] == "The currency stays while the customer has an open invoice."
    Invoice.objects.update(status="paid", paid_at=NOON, settled_minor=F("total_minor"))
    assert keeper.patch(one, {"currency": "EUR"}).status_code == 200
    keeper.patch(one, {"currency": "USD"})
    again = builders.subscribed(buyer, offer, now=NOON, again=True)
    Invoice.objects.filter(status="open").update(status="paid", paid_at=NOON, settled_minor=F("total_minor"))
    ending.cancel(subscription=again, when="now", proration="prorate", now=NOON + timedelta(days=15), actor="key_1")
    in_credit = keeper.patch(one, {"currency": "EUR"})
    assert in_credit.json()["detail"] == "The currency stays while the customer has a balance."
    (balance,) = keeper.get(one).json()["balances"]
    assert balance == {"currency": "USD", "amount": "49.15"}


def test_an_archived_customer_is_listed_apart_and_starts_on_nothing(keeper: Program, seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    gone, there = builders.customer(seller, "Gone"), builders.customer(seller, "There")
    answer = keeper.post(f"customers/{gone.public_id}/archive", {})
    assert answer.status_code == 200
    assert answer.json()["archived_at"] is not None
    assert keeper.post(f"customers/{gone.public_id}/archive", {}).json() == answer.json()
    for archived, expected in (("true", [gone]), ("false", [there])):
        results = keeper.get("customers", archived=archived).json()["results"]
        assert [row["id"] for row in results] == [customer.public_id for customer in expected]
    with pytest.raises(Refusal) as refused:
        starting.start(organization=seller, customer=gone, plan=offer.plan, now=NOON)
    assert refused.value.code == "customer_archived"
    assert keeper.post(f"customers/{gone.public_id}/restore", {}).json()["archived_at"] is None
    assert builders.subscribed(gone, offer, now=NOON).customer_id == gone.pk


def test_who_may_not_manage_customers_changes_nothing(
    program_as: MakeProgram, seller: Organization, buyer: Customer
) -> None:
    for role in (Role.VIEWER, Role.DEVELOPER):
        program = program_as(role)
        one = f"customers/{buyer.public_id}"
        for response in (
            program.post("customers", FABRIKAM),
            program.patch(one, {"name": "Other"}),
            program.post(f"{one}/archive", {}),
            program.post(f"{one}/restore", {}),
        ):
            assert response.status_code == 403
    assert Customer.objects.get().name == "Fabrikam"


def test_another_organizations_customer_does_not_exist(
    keeper: Program, seller: Organization, other_seller: Organization
) -> None:
    with scope.fresh(), scope.of(other_seller):
        theirs = builders.customer(other_seller)
    one = f"customers/{theirs.public_id}"
    for response in (
        keeper.patch(one, {"name": "x"}),
        keeper.post(f"{one}/archive", {}),
        keeper.post(f"{one}/restore", {}),
    ):
        assert fault(response) == (404, "not_found", None)
    with scope.fresh(), scope.of(other_seller):
        theirs.refresh_from_db()
    assert theirs.name == "Fabrikam"


def test_the_number_of_queries_of_a_write_is_small(
    keeper: Program, seller: Organization, django_assert_max_num_queries: Any
) -> None:
    keeper.get("customers")
    with django_assert_max_num_queries(18):
        made = keeper.post("customers", WHOLE, Idempotency_Key="k-1").json()
    with django_assert_max_num_queries(23):
        keeper.patch(f"customers/{made['id']}", {"name": "Contoso", "currency": "USD"})
