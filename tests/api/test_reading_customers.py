"""GET /api/v1/customers: the list with its filters and pages, and one customer with its subscriptions."""

from datetime import timedelta
from typing import Any

from apps.accounts.models import Customer
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import DOOR, Program, fault
from tests.api.conftest import move_clock
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER


def test_a_customer_is_shown_with_its_items(program: Program, buyer: Customer) -> None:
    answer = program.get(f"customers/{buyer.public_id}").json()
    assert (answer["id"], answer["external_id"], answer["name"]) == (buyer.public_id, "crm-1", "Fabrikam")
    (subscription,) = answer["subscriptions"]
    assert (subscription["plan"]["key"], subscription["currency"]) == ("coaching", "USD")
    assert (subscription["status"], subscription["next_boundary_at"]) == ("active", "2026-10-01T00:00:00Z")
    (item,) = subscription["items"]
    assert item["add_on"]["key"] == "coaching-use"
    assert item["metric"] == "coaching-metric"
    assert (item["price"]["form"]["model"], item["price"]["form"]["unit_amount"]) == ("per_unit", "95")
    assert item["price"]["setup_fee"] == "45.00"
    assert item["current_period"] == {"starts_at": "2026-09-01T00:00:00Z", "ends_at": "2026-10-01T00:00:00Z"}
    recorded = program.post("usage", {"item": item["id"], "quantity": "1"})
    assert recorded.status_code == 201


def test_a_base_fee_is_an_item_without_an_add_on(program: Program, seller: Organization) -> None:
    buyer = builders.customer(seller)
    builders.subscribed(buyer, builders.usage_offer(seller, base="100"))
    items = program.get(f"customers/{buyer.public_id}").json()["subscriptions"][0]["items"]
    assert sorted((item["add_on"] is None, item["metric"], item["timing"]) for item in items) == [
        (False, "coaching-metric", "arrears"),
        (True, None, "advance"),
    ]


def test_the_current_period_is_told_before_anything_opened_it(
    program: Program, buyer: Customer, seller: Organization
) -> None:
    move_clock(seller, NOVEMBER + timedelta(days=3))
    (item,) = program.get(f"customers/{buyer.public_id}").json()["subscriptions"][0]["items"]
    assert item["current_period"] == {"starts_at": "2026-11-01T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"}


def test_an_item_that_is_yet_to_begin_has_no_current_period(program: Program, seller: Organization) -> None:
    buyer = builders.customer(seller)
    builders.subscribed(buyer, builders.usage_offer(seller), now=OCTOBER)
    (item,) = program.get(f"customers/{buyer.public_id}").json()["subscriptions"][0]["items"]
    assert item["current_period"] is None


def test_the_list_is_newest_first_and_cut_into_pages(program: Program, seller: Organization) -> None:
    for place in range(5):
        builders.customer(seller, f"Customer {place}")
    seen: list[str] = []
    address: str | None = DOOR + "customers?limit=2"
    pages = 0
    while address:
        answer = program.client.get(address, headers=program.headers).json()
        seen += [row["name"] for row in answer["results"]]
        address = answer["next"]
        pages += 1
    assert seen == [f"Customer {place}" for place in (4, 3, 2, 1, 0)]
    assert pages == 3


def test_a_page_stays_in_place_while_customers_arrive(program: Program, seller: Organization) -> None:
    first, *_ = [builders.customer(seller, name) for name in ("One", "Two", "Three")]
    page = program.get("customers", limit="2").json()
    builders.customer(seller, "Four")
    following = program.client.get(page["next"], headers=program.headers).json()
    assert [row["id"] for row in following["results"]] == [first.public_id]


def test_filters_find_by_your_key_and_by_e_mail(program: Program, seller: Organization) -> None:
    one = builders.customer(seller, "One", external_id="crm-1", email="One@Fabrikam.example")
    builders.customer(seller, "Two", external_id="crm-11")
    for query in ({"external_id": "crm-1"}, {"email": "one@fabrikam.EXAMPLE"}):
        assert [row["id"] for row in program.get("customers", **query).json()["results"]] == [one.public_id]
    assert program.get("customers", external_id="crm-2").json() == {"next": None, "results": []}


def test_a_parameter_that_means_nothing_is_refused(program: Program, seller: Organization) -> None:
    queries: list[tuple[dict[str, Any], str]] = [
        ({"externalid": "crm-1"}, "externalid"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "1_0"}, "limit"),
        ({"limit": "٢"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"limit": "9" * 50}, "limit"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "1"}, "cursor"),
        ({"cursor": "cus_00000000000000000000"}, "cursor"),
        ({"cursor": "inv_\x00"}, "cursor"),
        ({"email": "a\x00b"}, "email"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": ["a", "b"]}, "external_id"),
        ({"format": "xml"}, "format"),
    ]
    for query, field in queries:
        response = program.get("customers", **query)
        assert (response.status_code, fault(response)[2]) == (400, field), query


def test_a_customer_of_another_organization_does_not_exist(
    program: Program, seller: Organization, other_seller: Organization
) -> None:
    with scope.fresh(), scope.of(other_seller):
        theirs = builders.customer(other_seller, external_id="their-crm")
    foreign, unknown = (
        program.get(f"customers/{public_id}") for public_id in (theirs.public_id, "cus_00000000000000000000")
    )
    assert fault(foreign) == (404, "not_found", None)
    assert foreign.json() == unknown.json()
    assert fault(program.get("customers", cursor=theirs.public_id))[0] == 400
    assert program.get("customers").json()["results"] == []
    assert program.get("customers", external_id="their-crm").json()["results"] == []


def test_what_is_no_id_is_not_found(program: Program, seller: Organization) -> None:
    for bad in ("1", "cus_", "%00", "cus_%00", "ü", "x" * 1000, "CUS_00000000000000000000"):
        assert program.get(f"customers/{bad}").status_code == 404, bad


def test_the_number_of_queries_does_not_grow(
    program: Program, seller: Organization, django_assert_max_num_queries: Any
) -> None:
    buyer = builders.customer(seller)
    offers = [builders.usage_offer(seller, key=f"offer-{place}", base="5") for place in range(6)]
    for offer in offers:
        builders.subscribed(buyer, offer, now=SEPTEMBER)
        builders.customer(seller, f"Customer {offer.plan.key}")
    program.get("customers")
    with django_assert_max_num_queries(8):
        assert len(program.get(f"customers/{buyer.public_id}").json()["subscriptions"]) == 6
    move_clock(seller, NOVEMBER)
    with django_assert_max_num_queries(9):
        program.get(f"customers/{buyer.public_id}")
    with django_assert_max_num_queries(2):
        assert len(program.get("customers").json()["results"]) == 7


def test_answers_are_kept_out_of_caches(program: Program, buyer: Customer) -> None:
    response = program.get("customers")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
