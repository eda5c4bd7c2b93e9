"""GET …/lines/{line}/explanation: why a line is what it is, and the events behind it, by page or as CSV."""

import csv
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.invoicing import drafts
from apps.invoicing.models import CreditNote, Invoice
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import move_clock
from tests.builders import NOVEMBER, OCTOBER
from tests.lifecycle.worlds import WHO


def recorded(program: Program, *quantities: str) -> list[str]:
    sent = [{"customer": "crm-1", "metric": "coaching-metric", "quantity": quantity} for quantity in quantities]
    return [program.post("usage", each).json()["id"] for each in sent]


def usage_line(invoice: Invoice) -> str:
    return f"invoices/{invoice.public_id}/lines/{invoice.lines.get(kind='usage').public_id}/explanation"


@pytest.fixture
def invoice(program: Program, seller: Organization, buyer: Customer) -> Invoice:
    """September: three events, one of them taken back."""
    _, gone, _ = recorded(program, "1", "5", "2")
    program.post(f"usage/{gone}/reverse", {"reason": "twice"})
    (closed,) = builders.close(seller, OCTOBER)
    move_clock(seller, OCTOBER)
    return closed


def test_a_line_is_explained_to_the_last_event(program: Program, invoice: Invoice) -> None:
    answer = program.get(usage_line(invoice)).json()
    assert (answer["quantity"], answer["event_count"], answer["metric"]["aggregation"]) == ("3", 2, "sum")
    assert [step["words"] for step in answer["steps"]] == ["3 × 95 = 285"]
    assert (answer["due"], answer["billed_before"], answer["difference"]) == ("285.00", "0.00", "285.00")
    assert answer["rounding"] == {"exact": "285", "to": "0.01", "mode": "half away from zero"}
    assert (answer["price"]["words"], answer["price"]["form"]["model"]) == ("95 per call, setup 45.00", "per_unit")
    assert (answer["checked"], answer["mismatches"], answer["earlier"]) == (True, [], [])
    events = answer["events"]["results"]
    told = [(event["quantity"], event["counted"], event["reverses"] is None) for event in events]
    assert told == [("5", False, False), ("2", True, True), ("5", False, True), ("1", True, True)]
    assert events[2]["reversed_by"] == events[0]["id"]


@pytest.mark.parametrize("line", ["lin_00000000000000000000", "%00", "lin", "😀"])
def test_what_is_no_line_is_not_found(program: Program, invoice: Invoice, line: str) -> None:
    for form in ("explanation", "explanation.csv"):
        answer = program.get(f"invoices/{invoice.public_id}/lines/{line}/{form}")
        assert fault(answer) == (404, "not_found", None)


def test_events_come_by_page(program: Program, invoice: Invoice) -> None:
    whole = [event["id"] for event in program.get(usage_line(invoice)).json()["events"]["results"]]
    first = program.get(usage_line(invoice), limit="3").json()["events"]
    cursor = first["next"].partition("cursor=")[2]
    second = program.get(usage_line(invoice), limit="3", cursor=cursor).json()["events"]
    assert [event["id"] for event in (*first["results"], *second["results"])] == whole
    assert second["next"] is None
    assert fault(program.get(usage_line(invoice), cursor="evt_nothing")) == (400, "invalid_cursor", "cursor")
    assert fault(program.get(usage_line(invoice), page="2"))[2] == "page"


def test_late_usage_is_told_with_what_was_billed_before(
    program: Program, invoice: Invoice, seller: Organization
) -> None:
    program.post(
        "usage",
        {"customer": "crm-1", "metric": "coaching-metric", "quantity": "4", "occurred_at": "2026-09-20T00:00:00Z"},
    )
    (october,) = builders.close(seller, NOVEMBER)
    line = october.lines.get(late=True)
    answer = program.get(f"invoices/{october.public_id}/lines/{line.public_id}/explanation").json()
    assert (answer["due"], answer["billed_before"], answer["difference"]) == ("665.00", "285.00", "380.00")
    assert [(each["amount"], each["invoice"]) for each in answer["earlier"]] == [("285.00", invoice.public_id)]
    assert [event["new"] for event in answer["events"]["results"]] == [True, False, False, False, False]


def test_a_correction_is_explained_too(program: Program, invoice: Invoice, seller: Organization) -> None:
    event = Event.objects.get(quantity=2, reverses_id__isnull=True)
    program.post(f"usage/{event.public_id}/reverse", {"reason": "=cmd()"})
    builders.close(seller, NOVEMBER)
    note = CreditNote.objects.get()
    (line,) = program.get(f"credit-notes/{note.public_id}").json()["lines"]
    door = f"credit-notes/{note.public_id}/lines/{line['id']}/explanation"
    answer = program.get(door).json()
    assert (answer["due"], answer["billed_before"], answer["difference"]) == ("95.00", "285.00", "-190.00")
    assert (answer["amount"], answer["kind"], answer["mismatches"]) == ("190.00", "usage", [])
    text = b"".join(program.get(f"{door}.csv").streaming_content).decode("utf-8-sig")
    assert "'=cmd()" in text


def test_all_events_come_as_a_file(program: Program, invoice: Invoice) -> None:
    response = program.get(f"{usage_line(invoice)}.csv")
    rows = list(csv.DictReader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert [(row["quantity"], row["counted"]) for row in rows] == [("1", "yes"), ("5", "no"), ("2", "yes"), ("5", "no")]
    assert response["Content-Type"].startswith("text/csv")
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("no-store", "nosniff")
    program.headers["Accept"] = "text/csv"
    again = program.get(usage_line(invoice))
    assert len(list(csv.reader(b"".join(again.streaming_content).decode().splitlines()))) == 5


def test_a_line_by_hand_says_so(program: Program, seller: Organization, buyer: Customer) -> None:
    draft = drafts.create(customer=buyer, now=OCTOBER, actor=WHO)
    line = drafts.add_line(
        invoice=draft, description="Work", quantity=Decimal(2), unit_amount=Decimal(50), now=OCTOBER, actor=WHO
    )
    answer = program.get(f"invoices/{draft.public_id}/lines/{line.public_id}/explanation").json()
    assert (answer["kind"], answer["due"], answer["price"], answer["metric"]) == ("manual", "100.00", None, None)
    assert [(each["by"], each["verb"]) for each in answer["written"]] == [(WHO, "added")]
    assert answer["events"] == {"next": None, "results": []}


def test_fees_have_no_events(program: Program, invoice: Invoice) -> None:
    setup = invoice.lines.get(kind="setup")
    door = f"invoices/{invoice.public_id}/lines/{setup.public_id}/explanation"
    answer = program.get(door).json()
    assert (answer["due"], answer["mismatches"], answer["events"]["results"]) == ("45.00", [], [])
    assert b"".join(program.get(f"{door}.csv").streaming_content).count(b"\n") == 1


def test_the_line_of_another_document_is_not_found(
    program: Program, invoice: Invoice, seller: Organization, other_seller: Organization
) -> None:
    with scope.of(seller):
        other = drafts.create(customer=invoice.customer, now=OCTOBER, actor=WHO)
    line = invoice.lines.get(kind="usage").public_id
    for document in (other.public_id, "inv_nothing"):
        for ending in ("explanation", "explanation.csv"):
            assert program.get(f"invoices/{document}/lines/{line}/{ending}").status_code == 404


def test_a_page_costs_as_many_queries_however_many_events(
    program: Program, invoice: Invoice, seller: Organization, django_assert_max_num_queries: Any
) -> None:
    buyer = Customer.objects.get()
    offer = builders.Offer(invoice.subscription.plan, invoice.lines.get(kind="usage").charge.item.add_on)  # type: ignore[union-attr]
    for minutes in range(30):
        builders.used(buyer, offer, "1", at=OCTOBER + timedelta(minutes=minutes))
    (october,) = builders.close(seller, NOVEMBER)
    door = usage_line(october)
    with django_assert_max_num_queries(14):
        program.get(door)
