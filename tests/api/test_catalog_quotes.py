"""POST /api/v1/prices/quote: what a quantity would cost by any price form, step by step, with nothing stored."""

import time
from typing import Any

import pytest

from apps.catalog.api.forms import FORMS
from apps.catalog.models import Price
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault

API_CALLS = {"model": "per_unit", "unit_amount": "0.01", "included_units": "10000"}


def test_a_quantity_is_rated_with_its_steps(program: Program) -> None:
    answer = program.post("prices/quote", {"form": API_CALLS, "quantity": 12000, "currency": "USD"})
    assert answer.status_code == 200
    assert answer.json() == {
        "amount": "20.00",
        "exact_amount": "20",
        "currency": "USD",
        "quantity": "12000",
        "billable_quantity": "2000",
        "steps": [
            {
                "kind": "included",
                "quantity": "10000",
                "unit_amount": "0",
                "up_to": "10000",
                "amount": "0",
                "words": "10000 included",
            },
            {
                "kind": "units",
                "quantity": "2000",
                "unit_amount": "0.01",
                "amount": "20",
                "words": "2000 × 0.01 = 20",
            },
        ],
        "warnings": [],
        "form": {**API_CALLS, "minimum_amount": None, "maximum_amount": None, "transform": None},
    }


QUOTES: list[tuple[str, str, str]] = [
    ("Per unit", "12000", "20.00"),
    ("Graduated", "12000", "220.00"),
    ("Volume", "100", "500.00"),
    ("Volume", "101", "414.00"),
    ("Package", "101", "10.00"),
    ("Stairstep", "5", "20.00"),
    ("Stairstep", "5.5", "90.00"),
    ("Percentage", "0", "0.00"),
    ("Per thousand", "1001", "5.00"),
    ("Per thousand", "40001", "8.20"),
]


@pytest.mark.parametrize(("name", "quantity", "amount"), QUOTES)
def test_every_model_is_rated(program: Program, name: str, quantity: str, amount: str) -> None:
    body = {"form": FORMS[name], "quantity": quantity, "currency": "USD"}
    assert program.post("prices/quote", body).json()["amount"] == amount


def test_transactions_are_rated_in_their_order(program: Program) -> None:
    form = {"model": "percentage", "rate_percent": "2", "fixed_amount": "0.30", "included_units": "100"}
    body = {"form": form, "transactions": ["60", 40, "5"], "currency": "EUR"}
    answer = program.post("prices/quote", body).json()
    assert (answer["quantity"], answer["amount"]) == ("105", "0.40")
    assert program.post("prices/quote", {**body, "quantity": "105"}).json() == answer
    one = {name: value for name, value in body.items() if name != "transactions"}
    assert program.post("prices/quote", {**one, "quantity": "105"}).json()["amount"] == "0.40"
    taken_back = {**body, "transactions": ["200", "-300"]}
    assert program.post("prices/quote", taken_back).json()["amount"] == "0.00"


def test_a_stored_price_is_rated_in_its_currency(program: Program, seller: Organization) -> None:
    builders.usage_offer(seller, setup_fee="45")
    price = Price.objects.get()
    answer = program.post("prices/quote", {"price": price.public_id, "quantity": "4"}).json()
    assert (answer["amount"], answer["currency"], answer["form"]) == ("380.00", "USD", price.form)
    other = program.post("prices/quote", {"price": price.public_id, "quantity": "4", "currency": "EUR"})
    assert fault(other) == (400, "currency_mismatch", "currency")


def test_without_a_currency_the_amount_is_exact(program: Program) -> None:
    form = {"model": "per_unit", "unit_amount": "0.000000000001"}
    answer = program.post("prices/quote", {"form": form, "quantity": "3"}).json()
    assert (answer["amount"], answer["currency"]) == ("0.000000000003", None)
    yen = program.post("prices/quote", {"form": {**form, "unit_amount": "0.5"}, "quantity": "3", "currency": "JPY"})
    assert (yen.json()["amount"], yen.json()["exact_amount"]) == ("2", "1.5")


def test_nothing_is_stored(program: Program, seller: Organization, django_assert_max_num_queries: Any) -> None:
    body = {"form": API_CALLS, "quantity": "1"}
    program.post("prices/quote", body)
    with django_assert_max_num_queries(1) as seen:  # the key
        program.post("prices/quote", body)
    assert seen.captured_queries[0]["sql"].startswith("SELECT")


def test_where_more_units_cost_less_it_is_said(program: Program) -> None:
    answer = program.post("prices/quote", {"form": FORMS["Volume"], "quantity": "1"}).json()
    assert answer["warnings"] == ["100 cost 500, but 101 cost only 414: more units for less."]


MOST = "999999999999999.999999999999"
ABSURD = {"model": "per_unit", "unit_amount": MOST}


@pytest.mark.parametrize("currency", [{}, {"currency": "USD"}, {"currency": "JPY"}, {"currency": "CLF"}])
def test_more_than_an_invoice_can_hold_is_refused(program: Program, currency: dict[str, str]) -> None:
    tiny = {**ABSURD, "transform": {"divide_by": "0.000000000001", "round": "none"}}
    package = {"model": "package", "package_size": "0.000000000001", "package_amount": MOST}
    percentage = {"model": "percentage", "rate_percent": MOST, "fixed_amount": MOST}
    for form in (ABSURD, tiny, package, percentage):
        refused = program.post("prices/quote", {"form": form, "quantity": MOST, **currency})
        assert fault(refused) == (400, "too_large", "quantity"), form


def test_the_largest_amount_that_fits_is_told(program: Program) -> None:
    form = {"model": "per_unit", "unit_amount": "1"}
    body = {"form": form, "quantity": "999999999999999", "currency": "USD"}
    assert program.post("prices/quote", body).json()["amount"] == "999999999999999.00"


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"quantity": "1"}, "form_or_price", "form"),
    ({"form": API_CALLS, "price": "pri_00000000000000000000", "quantity": "1"}, "form_or_price", "form"),
    ({"price": "pri_00000000000000000000", "quantity": "1"}, "unknown_price", "price"),
    ({"price": "nothing", "quantity": "1"}, "unknown_price", "price"),
    ({"price": "a\x00b", "quantity": "1"}, "null_characters_not_allowed", "price"),
    ({"form": API_CALLS}, "required", "quantity"),
    ({"form": API_CALLS, "quantity": "many"}, "invalid_number", "quantity"),
    ({"form": API_CALLS, "quantity": "1" * 16}, "invalid_number", "quantity"),
    ({"form": API_CALLS, "quantity": None}, "null", "quantity"),
    ({"form": API_CALLS, "transactions": "5"}, "not_a_list", "transactions"),
    ({"form": API_CALLS, "transactions": ["5", "x"]}, "invalid_number", "transactions.1"),
    ({"form": API_CALLS, "transactions": ["5"] * 1001}, "max_length", "transactions"),
    ({"form": API_CALLS, "transactions": ["5", "6"], "quantity": "12"}, "other_quantity", "transactions"),
    ({"form": API_CALLS, "quantity": "1", "currency": "XXX"}, "currency", "currency"),
    ({"form": API_CALLS, "quantity": "1", "store": True}, "unknown", "store"),
]


@pytest.mark.parametrize(("body", "code", "field"), BAD)
def test_what_is_wrong_is_named(program: Program, body: dict[str, Any], code: str, field: str) -> None:
    assert fault(program.post("prices/quote", body)) == (400, code, field)


@pytest.mark.parametrize("model", ["graduated", "volume"])
def test_the_longest_form_is_rated_in_a_moment(program: Program, model: str) -> None:
    tiers = [{"up_to": str(end), "unit_amount": "1"} for end in range(1, 200)]
    form = {"model": model, "tiers": [*tiers, {"up_to": None, "unit_amount": "1"}]}
    began = time.monotonic()
    assert program.post("prices/quote", {"form": form, "quantity": "500"}).json()["amount"] == "500"
    assert time.monotonic() - began < 5
