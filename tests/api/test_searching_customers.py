"""GET /api/v1/customers?search=: by the words of name, e-mail address and external id, through an index."""

import pytest
from django.db import connection

from apps.accounts import queries
from apps.accounts.models import Customer
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program
from tests.builders import SEPTEMBER


@pytest.fixture
def named(seller: Organization) -> None:
    builders.customer(seller, "Northwind Coaching Ltd", email="bills@northwind.example", external_id="crm-4411")
    builders.customer(seller, "Müller & Söhne", email="Rechnung@mueller.example", external_id="crm-4412")
    builders.customer(seller, "Fabrikam", email="accounts@fabrikam.example")


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("northwind", ["Northwind Coaching Ltd"]),
        ("NORTH", ["Northwind Coaching Ltd"]),
        ("coach", ["Northwind Coaching Ltd"]),
        ("ltd north", ["Northwind Coaching Ltd"]),
        ("north fabrikam", []),
        ("wind", []),
        ("MÜLL", ["Müller & Söhne"]),
        ("rechnung@mueller.example", ["Müller & Söhne"]),
        ("mueller", ["Müller & Söhne"]),
        ("crm-44", ["Müller & Söhne", "Northwind Coaching Ltd"]),
        ("crm-4411", ["Northwind Coaching Ltd"]),
        ("accounts", ["Fabrikam"]),
        ("example", ["Fabrikam", "Müller & Söhne", "Northwind Coaching Ltd"]),
        ("north'wind", []),
        ("' | 'x", []),
        ("north:*", ["Northwind Coaching Ltd"]),
        ("\\", []),
        ("&", []),
        ("!fabrikam", ["Fabrikam"]),
        ("日本", []),
    ],
)
def test_words_and_beginnings_of_words_are_found(program: Program, search: str, found: list[str]) -> None:
    assert [row["name"] for row in program.get("customers", search=search).json()["results"]] == found


@pytest.mark.usefixtures("named")
def test_a_search_goes_with_filters_and_pages(program: Program) -> None:
    page = program.get("customers", search="example", archived="false", limit="2").json()
    assert [row["name"] for row in page["results"]] == ["Fabrikam", "Müller & Söhne"]
    following = program.client.get(page["next"], headers=program.headers).json()
    assert [row["name"] for row in following["results"]] == ["Northwind Coaching Ltd"]
    assert program.get("customers", search="example", archived="true").json()["results"] == []


@pytest.mark.usefixtures("named")
def test_a_search_that_is_empty_or_too_long_is_refused(program: Program) -> None:
    for search in ("", "  ", "x" * 201, "a\x00b"):
        assert program.get("customers", search=search).status_code == 400, search


def test_among_many_the_index_finds_them(seller: Organization) -> None:
    rows = [
        Customer(
            organization=seller,
            name=f"Company {place:x}",
            email=f"bills@company-{place:x}.example",
            external_id=f"crm-{place}",
            currency="USD",
            created_at=SEPTEMBER,
        )
        for place in range(3000)
    ]
    Customer.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_customer")
        cursor.execute("SET LOCAL enable_seqscan = off")  # else it reads so few rows one by one
        cursor.execute("SET LOCAL enable_indexscan = off")
    found = {
        "customer_words": queries.customers(search="crm-2999"),
        "customer_external_id_once": queries.customers(external_id="crm-2999"),
        "customer_email": queries.customers(email="BILLS@company-bb7.example"),
    }
    for index, customers in found.items():
        asked = customers.order_by("-pk")[:51]
        assert [customer.external_id for customer in asked] == ["crm-2999"]
        assert index in asked.explain(), asked.explain()
