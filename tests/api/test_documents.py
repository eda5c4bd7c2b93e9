"""Drafts, voids, payments, goodwill and refunds through the API."""

from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.invoicing.models import CreditNote, Invoice, Receipt
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program, fault

LINES = [{"description": "Workshop", "quantity": "2", "unit_amount": "450"}]


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller)


@pytest.fixture
def draft(keeper: Program, buyer: Customer) -> str:
    """The id of a draft with a workshop on it."""
    answer = keeper.post("invoices", {"customer": buyer.public_id, "lines": LINES})
    assert (answer.status_code, answer.json()["status"]) == (201, "draft"), answer.content
    return str(answer.json()["id"])


@pytest.fixture
def issued(keeper: Program, draft: str) -> str:
    """The id of that draft once it is finalized."""
    assert keeper.post(f"invoices/{draft}/finalize", {}).json()["status"] == "open"
    return draft


@pytest.mark.parametrize("line", ["lin_00000000000000000000", "%00", "lin"])
def test_what_is_no_line_is_not_found(keeper: Program, draft: str, line: str) -> None:
    for verb in ("change", "remove"):
        assert fault(keeper.post(f"invoices/{draft}/lines/{line}/{verb}", {})) == (404, "not_found", None)


def test_what_needs_a_finalized_invoice_says_that_it_is_a_draft(keeper: Program, draft: str) -> None:
    credit = keeper.post("credit-notes", {"invoice": draft, "amount": "1", "reason": "sorry"})
    paid, given_up = (keeper.post(f"invoices/{draft}/{verb}", {}) for verb in ("mark-paid", "write-off"))
    for answer, end in ((credit, "nothing can be credited."), (paid, "nothing is due on it.")):
        assert answer.json()["detail"] == f"This invoice is a draft: {end}"
    assert given_up.json()["detail"] == "This invoice is a draft: only an open one can be given up."


def test_a_line_is_credited_once_in_one_request(keeper: Program, issued: str) -> None:
    line = Invoice.objects.get(public_id=issued).lines.get().public_id
    twice = [{"line": line, "amount": "1"}, {"line": line, "amount": "2"}]
    answer = keeper.post("credit-notes", {"invoice": issued, "lines": twice, "reason": "sorry"})
    assert fault(answer) == (400, "line_twice", "lines")
    assert not CreditNote.objects.exists()


def test_one_is_made_and_sent_at_once(keeper: Program, buyer: Customer) -> None:
    body = {"customer": buyer.public_id, "lines": LINES, "finalize": True, "notes": "Thanks", "payment_terms_days": 7}
    first = keeper.post("invoices", body, Idempotency_Key="job-1")
    again = keeper.post("invoices", body, Idempotency_Key="job-1")
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    answer = first.json()
    assert (answer["number"], answer["total"], answer["notes"], answer["cause"]) == (
        "INV-0001",
        "900.00",
        "Thanks",
        "manual",
    )
    assert Invoice.objects.count() == 1


def test_a_draft_is_written_on(keeper: Program, draft: str) -> None:
    added = keeper.post(f"invoices/{draft}/lines", {"description": "Travel", "unit_amount": "99.995"}).json()
    assert (added["total"], added["lines"][1]["amount"]) == ("1000.00", "100.00")
    line = added["lines"][1]["id"]
    changed = keeper.post(f"invoices/{draft}/lines/{line}/change", {"quantity": "2"}).json()
    assert changed["total"] == "1099.99"
    assert keeper.post(f"invoices/{draft}/lines/{line}/remove", {}).json()["total"] == "900.00"
    discounted = keeper.post(f"invoices/{draft}/discount", {"percent": "10", "reason": "a friend"}).json()
    assert (discounted["discount"], discounted["total"], discounted["discount_reason"]) == (
        "90.00",
        "810.00",
        "a friend",
    )
    assert keeper.post(f"invoices/{draft}/terms", {"days": 400}).status_code == 400
    assert keeper.post(f"invoices/{draft}/terms", {"days": 30, "notes": "Thanks"}).json()["notes"] == "Thanks"
    assert keeper.post(f"invoices/{draft}/recalculate", {}).json()["total"] == "810.00"


def test_a_draft_is_thrown_away(keeper: Program, draft: str) -> None:
    assert keeper.post(f"invoices/{draft}/discard", {}).json() == {"id": draft, "discarded": True}
    assert keeper.get(f"invoices/{draft}").status_code == 404


def test_one_is_voided_and_drafted_anew(keeper: Program, issued: str) -> None:
    anew = keeper.post(f"invoices/{issued}/void", {"rebill": True, "reason": "wrong name"}).json()
    assert (anew["status"], anew["rebills"], anew["total"]) == ("draft", issued, "900.00")
    assert keeper.get(f"invoices/{issued}").json()["status"] == "void"
    assert fault(keeper.post(f"invoices/{issued}/void", {"rebill": False})) == (409, "not_open", None)


def test_money_comes_in_and_too_much_goes_back(keeper: Program, buyer: Customer, issued: str) -> None:
    part = keeper.post(
        f"invoices/{issued}/mark-paid", {"amount": "400", "method": "cash", "reference": "till 3"}
    ).json()
    assert (part["status"], part["amount_due"]) == ("open", "500.00")
    assert keeper.post(f"invoices/{issued}/mark-paid", {"amount": "520"}).json()["status"] == "paid"
    assert Receipt.objects.count() == 2
    address = f"customers/{buyer.public_id}/refunds"
    refund = keeper.post(address, {"amount": "15", "currency": "USD"}, Idempotency_Key="back-1")
    assert (refund.status_code, refund.json()["amount"]) == (201, "15.00")
    assert keeper.get(f"customers/{buyer.public_id}").json()["balances"] == [{"currency": "USD", "amount": "5.00"}]
    assert fault(keeper.post(address, {"amount": "6", "currency": "USD"})) == (400, "more_than_balance", "amount")


def test_one_is_given_up(keeper: Program, issued: str) -> None:
    answer = keeper.post(f"invoices/{issued}/write-off", {"reason": "gone"}).json()
    assert (answer["status"], answer["amount_due"]) == ("uncollectible", "900.00")


def test_goodwill_by_amount_by_line_and_for_the_rest(keeper: Program, issued: str) -> None:
    line = keeper.get(f"invoices/{issued}").json()["lines"][0]["id"]
    first = keeper.post("credit-notes", {"invoice": issued, "amount": "100", "reason": "sorry"}, Idempotency_Key="g-1")
    assert (first.status_code, first.json()["number"], first.json()["kind"]) == (201, "CN-0001", "commercial")
    assert first.json()["allocations"][0]["invoice"] == issued
    second = keeper.post(
        "credit-notes", {"invoice": issued, "lines": [{"line": line, "amount": "50"}], "reason": "sorry"}
    )
    assert second.json()["total"] == "50.00"
    assert keeper.post("credit-notes", {"invoice": issued, "reason": "sorry"}).json()["total"] == "750.00"
    assert keeper.get(f"invoices/{issued}").json()["status"] == "paid"
    assert CreditNote.objects.count() == 3


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("invoices", {"customer": "none", "lines": LINES}, (400, "unknown_customer", "customer")),
        ("invoices", {"customer": "{buyer}", "lines": []}, (400, "min_length", "lines")),
        ("invoices/{draft}/discount", {"percent": "10"}, (400, "reason_missing", "reason")),
        ("invoices/{draft}/lines", {"description": "x", "unit_amount": "-1"}, (400, "amount_negative", "unit_amount")),
        ("invoices/{draft}/lines/lin_none/remove", {}, (404, "not_found", None)),
        ("invoices/{draft}/mark-paid", {}, (409, "nothing_due", None)),
        ("invoices/{draft}/void", {"rebill": True}, (409, "not_open", None)),
        ("invoices/{draft}/void", {}, (400, "required", "rebill")),
        ("credit-notes", {"invoice": "{draft}", "reason": "x"}, (409, "not_creditable", None)),
        ("credit-notes", {"invoice": "inv_none", "reason": "x"}, (400, "unknown_invoice", "invoice")),
    ],
)
def test_what_cannot_be_done_names_the_member(
    keeper: Program, buyer: Customer, draft: str, path: str, body: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    named = {"buyer": buyer.public_id, "draft": draft}
    sent = {name: value.format(**named) if isinstance(value, str) else value for name, value in body.items()}
    assert fault(keeper.post(path.format(**named), sent)) == expected
