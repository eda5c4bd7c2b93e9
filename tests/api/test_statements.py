"""The statement of a customer by API."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.invoicing import collecting, drafts, issuing
from apps.invoicing.models import Invoice
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON

WHO = "owner@northwind.example"


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller)


@pytest.fixture
def invoices(buyer: Customer) -> list[Invoice]:
    """Three invoices over 10.00, a day apart; the first is paid, 2.00 too much."""
    made = []
    for days in range(3):
        by: dict[str, Any] = {"now": NOON + timedelta(days=days), "actor": WHO}
        draft = drafts.create(customer=buyer, **by)
        drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(10), **by)
        made.append(issuing.issue(invoice=draft, now=by["now"]))
    collecting.mark_paid(invoice=made[0], amount=Decimal(12), reference="wire 7", now=NOON, actor=WHO)
    return made


def test_it_tells_what_moved_the_balance(program: Program, buyer: Customer, invoices: list[Invoice]) -> None:
    answer = program.get(f"customers/{buyer.public_id}/statement").json()
    assert (answer["customer"], answer["currency"], answer["opening"], answer["closing"], answer["next"]) == (
        buyer.public_id,
        "USD",
        "0.00",
        "18.00",
        None,
    )
    payment = answer["postings"][1]
    assert {name: payment[name] for name in ("kind", "on", "number", "invoice", "reference", "amount", "balance")} == {
        "kind": "payment",
        "on": "2026-09-10",
        "number": "",
        "invoice": invoices[0].public_id,
        "reference": "wire 7",
        "amount": "-12.00",
        "balance": "-2.00",
    }
    assert [entry["kind"] for entry in answer["postings"]] == ["invoice", "payment", "invoice", "invoice"]


def test_days_and_pages(program: Program, buyer: Customer, invoices: list[Invoice]) -> None:
    path = f"customers/{buyer.public_id}/statement"
    asked = {"from": "2026-09-11", "until": "2026-09-12", "currency": "USD", "limit": "1"}
    first = program.get(path, **asked).json()
    assert (first["opening"], first["closing"], first["from"], first["until"]) == (
        "-2.00",
        "18.00",
        "2026-09-11",
        "2026-09-12",
    )
    assert [entry["number"] for entry in first["postings"]] == ["INV-0002"]
    second = program.client.get(first["next"], headers=program.headers).json()
    assert ([entry["number"] for entry in second["postings"]], second["next"]) == (["INV-0003"], None)
    assert program.get(path, currency="EUR").json()["postings"] == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"from": "2026-09-31"}, (400, "invalid", "from")),
        ({"from": "2026-09-02", "until": "2026-09-01"}, (400, "before_from", "until")),
        ({"currency": "usd"}, (400, "currency", "currency")),
        ({"cursor": "invoice:inv_00000000000000000000"}, (400, "invalid_cursor", "cursor")),
        ({"cursor": "x"}, (400, "invalid_cursor", "cursor")),
        ({"month": "9"}, (400, "unknown", "month")),
    ],
)
def test_what_cannot_be_used_is_named(
    program: Program, buyer: Customer, asked: dict[str, str], expected: tuple[int, str, str]
) -> None:
    assert fault(program.get(f"customers/{buyer.public_id}/statement", **asked)) == expected


def test_another_organizations_customer_is_not_found(program: Program, other_seller: Organization) -> None:
    assert fault(program.get("customers/cus_00000000000000000000/statement")) == (404, "not_found", None)
