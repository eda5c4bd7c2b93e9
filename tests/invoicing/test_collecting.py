"""Money by hand: what comes in, what is given up, what is paid back, and goodwill."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Customer
from apps.core.refusals import Conflict, Refusal
from apps.invoicing import collecting, drafts, issuing, queries
from apps.invoicing.models import Allocation, CreditNote, Invoice, Receipt
from apps.outbox.models import Message
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER
from tests.lifecycle.worlds import WHO

BY: dict[str, Any] = {"now": OCTOBER, "actor": WHO}


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller)


def invoiced(buyer: Customer, *amounts: str, discount: str | None = None) -> Invoice:
    """Issue an invoice with a line for each amount."""
    draft = drafts.create(customer=buyer, **BY)
    for amount in amounts:
        drafts.add_line(invoice=draft, description=amount, quantity=Decimal(1), unit_amount=Decimal(amount), **BY)
    if discount is not None:
        drafts.discount(invoice=draft, percent=Decimal(discount), reason="sorry", **BY)
    return issuing.issue(invoice=draft, now=OCTOBER)


def balance(buyer: Customer) -> list[str]:
    """Return what stands to the customer's credit."""
    return [money.text() for money in queries.balances(customer=buyer)]


def test_paid_in_parts_it_is_paid_with_the_last(buyer: Customer) -> None:
    invoice = invoiced(buyer, "100")
    receipt = collecting.mark_paid(invoice=invoice, amount=Decimal(40), reference="wire 7", **BY)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due.text(), receipt.received_on) == ("open", "60.00", date(2026, 10, 1))
    collecting.mark_paid(invoice=invoice, method="cash", **BY)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.paid_at) == ("paid", OCTOBER)
    topics = list(Message.objects.order_by("id").values_list("topic", flat=True))
    assert topics == ["invoice.finalized", "payment.received", "payment.received", "invoice.paid"]
    with pytest.raises(Conflict, match="nothing is due"):
        collecting.mark_paid(invoice=invoice, **BY)


def test_what_was_paid_too_much_is_used_on_the_next_invoice_or_paid_back(buyer: Customer) -> None:
    collecting.mark_paid(invoice=invoiced(buyer, "100"), amount=Decimal(150), **BY)
    assert balance(buyer) == ["50.00"]
    second = invoiced(buyer, "20")
    assert (second.status, second.credit.text(), balance(buyer)) == ("paid", "20.00", ["30.00"])
    collecting.refund(customer=buyer, amount=Decimal(25), currency="USD", **BY)
    assert balance(buyer) == ["5.00"]
    with pytest.raises(Refusal, match=r"only 5\.00 USD"):
        collecting.refund(customer=buyer, amount=Decimal("5.01"), currency="USD", **BY)


def test_given_up_it_stays_owed_and_may_be_paid_after_all(buyer: Customer) -> None:
    invoice = invoiced(buyer, "100")
    collecting.write_off(invoice=invoice, reason="gone", **BY)
    with pytest.raises(Conflict, match="only an open one"):
        collecting.write_off(invoice=invoice, **BY)
    collecting.mark_paid(invoice=invoice, **BY)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.written_off_at) == ("paid", OCTOBER)


def test_goodwill_over_all_lines_is_in_proportion_and_settles_the_invoice(buyer: Customer) -> None:
    invoice = invoiced(buyer, "30", "60")
    note = collecting.give_credit(invoice=invoice, amount=Decimal(10), reason="a bad week", **BY)
    assert (note.kind, note.total.text(), note.reason) == ("commercial", "10.00", "a bad week")
    assert list(note.lines.order_by("position").values_list("amount_minor", flat=True)) == [333, 667]
    invoice.refresh_from_db()
    assert invoice.amount_due.text() == "80.00"


def test_goodwill_for_lines_and_for_all_that_is_left(buyer: Customer) -> None:
    invoice = invoiced(buyer, "30", "60")
    collecting.mark_paid(invoice=invoice, **BY)
    line = invoice.lines.get(description="60")
    collecting.give_credit(invoice=invoice, lines={line.public_id: Decimal(45)}, reason="x", **BY)
    with pytest.raises(Refusal, match=r"Only 15\.00 USD are left of 60"):
        collecting.give_credit(invoice=invoice, lines={line.public_id: Decimal(16)}, reason="x", **BY)
    assert collecting.give_credit(invoice=invoice, reason="x", **BY).total.text() == "45.00"
    with pytest.raises(Refusal, match="Nothing is left"):
        collecting.give_credit(invoice=invoice, reason="x", **BY)
    assert balance(buyer) == ["90.00"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.integers(1, 9999), min_size=1, max_size=4),
    percent=st.integers(1, 99),
    shares=st.lists(st.integers(1, 99), max_size=4),
)
def test_however_a_discounted_invoice_is_credited_it_comes_to_its_total(
    buyer: Customer, amounts: list[int], percent: int, shares: list[int]
) -> None:
    invoice = invoiced(buyer, *(str(Decimal(amount) / 100) for amount in amounts), discount=str(percent))
    left, notes = invoice.total_minor, 0
    for share in (*shares, 100):
        part = max(left * share // 100, min(left, 1))
        if not part:
            break
        note = collecting.give_credit(invoice=invoice, amount=Decimal(part) / 100, reason="x", **BY)
        assert note.total_minor == part
        left, notes = left - part, notes + part
    assert notes == invoice.total_minor


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_amounts_that_are_none_are_refused(buyer: Customer, amount: str) -> None:
    invoice = invoiced(buyer, "30")
    for attempt in (
        lambda: collecting.mark_paid(invoice=invoice, amount=Decimal(amount), **BY),
        lambda: collecting.give_credit(invoice=invoice, amount=Decimal(amount), reason="x", **BY),
        lambda: collecting.refund(customer=buyer, amount=Decimal(amount), currency="USD", **BY),
    ):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.field == "amount"
    assert not Receipt.objects.exists()
    assert not CreditNote.objects.exists()
    assert not Allocation.objects.exists()


def test_a_day_ahead_and_a_missing_reason_are_refused(buyer: Customer) -> None:
    invoice = invoiced(buyer, "30")
    with pytest.raises(Refusal, match="lies ahead"):
        collecting.mark_paid(invoice=invoice, received_on=OCTOBER.date() + timedelta(days=2), **BY)
    with pytest.raises(Refusal, match="Say why"):
        collecting.give_credit(invoice=invoice, reason=" ", **BY)
