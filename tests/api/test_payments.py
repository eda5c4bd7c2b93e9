"""Payments and refunds by API: what came in and went out, and what was used on what."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.invoicing import collecting, drafts, issuing
from apps.invoicing.models import Invoice, Receipt
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON

BY: dict[str, Any] = {"now": NOON, "actor": "owner@northwind.example"}


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller, external_id="crm-7")


@pytest.fixture
def invoice(buyer: Customer) -> Invoice:
    draft = drafts.create(customer=buyer, **BY)
    drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(10), **BY)
    return issuing.issue(invoice=draft, now=NOON)


@pytest.fixture
def payment(invoice: Invoice) -> Receipt:
    """12.50 for an invoice over 10.00."""
    return collecting.mark_paid(invoice=invoice, amount=Decimal("12.5"), reference="wire 7", **BY)


def test_a_payment_tells_what_it_was_used_on_and_what_is_left(
    program: Program, buyer: Customer, invoice: Invoice, payment: Receipt
) -> None:
    assert program.get(f"payments/{payment.public_id}").json() == {
        "id": payment.public_id,
        "customer": buyer.public_id,
        "currency": "USD",
        "amount": "12.50",
        "left": "2.50",
        "method": "bank",
        "reference": "wire 7",
        "received_on": "2026-09-10",
        "created_at": "2026-09-10T12:00:00Z",
        "allocations": [
            {"invoice": invoice.public_id, "refund": None, "amount": "10.00", "created_at": "2026-09-10T12:00:00Z"}
        ],
    }


def test_a_refund_tells_what_it_came_out_of(
    keeper: Program, buyer: Customer, invoice: Invoice, payment: Receipt
) -> None:
    note = collecting.give_credit(invoice=invoice, amount=Decimal(1), reason="Sorry", **BY)
    made = keeper.post(
        f"customers/{buyer.public_id}/refunds", {"amount": "3", "currency": "USD", "reference": "back"}
    ).json()
    assert keeper.get(f"refunds/{made['id']}").json() == made
    at = {"created_at": "2026-09-10T12:00:00Z"}
    assert made["allocations"] == [
        {"payment": None, "credit_note": note.public_id, "amount": "1.00", **at},
        {"payment": payment.public_id, "credit_note": None, "amount": "2.00", **at},
    ] or made["allocations"] == [
        {"payment": payment.public_id, "credit_note": None, "amount": "2.50", **at},
        {"payment": None, "credit_note": note.public_id, "amount": "0.50", **at},
    ]
    (listed,) = keeper.get("refunds", customer="crm-7").json()["results"]
    assert listed == {name: made[name] for name in made if name != "allocations"}
    used = keeper.get(f"payments/{payment.public_id}").json()
    assert [use["refund"] for use in used["allocations"]] == [None, made["id"]]


def test_lists_are_narrowed(program: Program, invoice: Invoice, payment: Receipt) -> None:
    found = [{}, {"customer": "crm-7"}, {"invoice": invoice.public_id}, {"month": "2026-09"}, {"currency": "USD"}]
    for query in found:
        results = program.get("payments", **query).json()["results"]
        assert [row["id"] for row in results] == [payment.public_id], query
    for query in ({"customer": "nobody"}, {"invoice": "inv_0"}, {"month": "2026-08"}, {"currency": "EUR"}):
        assert program.get("payments", **query).json()["results"] == [], query
    assert program.get("refunds", month="2026-09").json()["results"] == []


def test_lists_come_in_pages_and_cost_the_same(
    program: Program, buyer: Customer, invoice: Invoice, payment: Receipt, django_assert_max_num_queries: Any
) -> None:
    for days in range(3):
        by: dict[str, Any] = {**BY, "now": NOON + timedelta(days=days)}
        draft = drafts.create(customer=buyer, **by)
        drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(50), **by)
        collecting.mark_paid(invoice=issuing.issue(invoice=draft, now=by["now"]), **by)
    with django_assert_max_num_queries(6):
        page = program.get("payments", limit="3").json()
    assert len(page["results"]) == 3
    cursor = page["results"][-1]["id"]
    rest = program.get("payments", cursor=cursor).json()
    assert ([row["id"] for row in rest["results"]], rest["next"]) == ([payment.public_id], None)
    with django_assert_max_num_queries(7):
        program.get(f"payments/{payment.public_id}")


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("payments", {"month": "soon"}, (400, "month", "month")),
        ("payments", {"currency": "dollar"}, (400, "currency", "currency")),
        ("payments", {"method": "bank"}, (400, "unknown", "method")),
        ("refunds", {"invoice": "inv_1"}, (400, "unknown", "invoice")),
        ("payments/rec_00000000000000000000", {}, (404, "not_found", None)),
        ("refunds/rfd_00000000000000000000", {}, (404, "not_found", None)),
    ],
)
def test_what_is_asked_wrongly_is_named(
    program: Program, seller: Organization, path: str, query: dict[str, str], expected: tuple[int, str, str | None]
) -> None:
    assert fault(program.get(path, **query)) == expected


def test_an_unknown_payment_is_called_so(program: Program, seller: Organization) -> None:
    answer = program.get("payments/rec_00000000000000000000").json()
    assert answer["errors"][0]["detail"] == "There is no such payment."
