"""The ledger: each document moves the balance once, and the balance is what is owed."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Customer
from apps.core.refusals import Conflict, Refusal
from apps.invoicing import collecting, drafts, issuing, ledger, queries, rebilling, verifying
from apps.invoicing.models import Allocation, CreditNote, Invoice, Receipt, Refund
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER
from tests.lifecycle.worlds import WHO

BY: dict[str, Any] = {"now": OCTOBER, "actor": WHO}
OWED = (Invoice.Status.OPEN, Invoice.Status.UNCOLLECTIBLE)
another = count(1)


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller)


def invoiced(buyer: Customer, amount: str, *, days: int = 0, **terms: Any) -> Invoice:
    """Issue an invoice so many days after the first of October."""
    by = {**BY, "now": OCTOBER + timedelta(days=days)}
    draft = drafts.create(customer=buyer, **terms, **by)
    drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(amount), **by)
    return issuing.issue(invoice=draft, now=by["now"])


def told(buyer: Customer, **asked: Any) -> list[tuple[str, str, str, str]]:
    """Return what a statement in dollars says: what, number, amount, balance."""
    postings = ledger.statement(customer=buyer, currency="USD", **asked).postings
    return [(entry.kind, entry.number, str(entry.amount), str(entry.balance)) for entry in postings]


def test_each_document_moves_the_balance_once(buyer: Customer) -> None:
    first = invoiced(buyer, "100")
    collecting.mark_paid(invoice=first, amount=Decimal(40), reference="wire 7", **BY)
    collecting.give_credit(invoice=first, amount=Decimal(10), reason="a bad week", **BY)
    collecting.write_off(invoice=first, **BY)
    wrong = invoiced(buyer, "7", days=1)
    rebilling.void(invoice=wrong, rebill=False, now=OCTOBER + timedelta(days=2), actor=WHO)
    collecting.mark_paid(invoice=first, amount=Decimal(70), **{**BY, "now": OCTOBER + timedelta(days=3)})
    collecting.refund(customer=buyer, amount=Decimal(15), currency="USD", **{**BY, "now": OCTOBER + timedelta(days=4)})
    assert told(buyer) == [
        ("invoice", "INV-0001", "100.00", "100.00"),
        ("credit_note", "CN-0001", "-10.00", "90.00"),
        ("payment", "", "-40.00", "50.00"),
        ("invoice", "INV-0002", "7.00", "57.00"),
        ("void", "INV-0002", "-7.00", "50.00"),
        ("payment", "", "-70.00", "-20.00"),
        ("refund", "", "15.00", "-5.00"),
    ]
    credit, payment = ledger.statement(customer=buyer, currency="USD").postings[1:3]
    assert (payment.reference, payment.method, payment.invoice_number) == ("wire 7", "bank", "INV-0001")
    assert (credit.invoice_number, credit.invoice_key) == ("INV-0001", first.pk)


def test_nothing_happened_yet(buyer: Customer) -> None:
    drafts.create(customer=buyer, **BY)
    empty = ledger.statement(customer=buyer, currency="USD")
    assert (empty.opening, empty.closing, list(empty.postings)) == (0, 0, [])
    assert ledger.currencies_of(customer=buyer) == ["USD"]


def test_the_days_asked_for_stand_between_their_balances(buyer: Customer) -> None:
    for days, amount in enumerate(("10", "20", "40")):
        invoiced(buyer, amount, days=days)
    asked = ledger.statement(customer=buyer, currency="USD", starts_on=date(2026, 10, 2), ends_on=date(2026, 10, 2))
    assert (str(asked.opening), str(asked.closing)) == ("10.00", "30.00")
    assert [str(entry.balance) for entry in asked.postings] == ["30.00"]
    before = ledger.statement(customer=buyer, currency="USD", ends_on=date(2026, 9, 30))
    assert (before.opening, before.closing, list(before.postings)) == (0, 0, [])
    after = ledger.statement(customer=buyer, currency="USD", starts_on=date(2026, 10, 9))
    assert (str(after.opening), str(after.closing), list(after.postings)) == ("70.00", "70.00", [])


def test_days_are_the_organizations_own(seller: Organization, buyer: Customer) -> None:
    seller.timezone = "America/New_York"
    seller.save()
    buyer.refresh_from_db()
    wrong = invoiced(buyer, "10")
    rebilling.void(invoice=wrong, rebill=False, **BY)
    assert {entry.on for entry in ledger.statement(customer=buyer, currency="USD").postings} == {date(2026, 9, 30)}


def test_a_payment_stands_on_the_day_on_which_it_was_received(buyer: Customer) -> None:
    invoice = invoiced(buyer, "10", days=5)
    collecting.mark_paid(invoice=invoice, received_on=date(2026, 10, 3), now=OCTOBER + timedelta(days=9), actor=WHO)
    assert told(buyer) == [("payment", "", "-10.00", "-10.00"), ("invoice", "INV-0001", "10.00", "0.00")]


def test_page_by_page_it_is_the_same(buyer: Customer) -> None:
    for days in range(5):
        invoiced(buyer, "10", days=days)
    whole, cursor, pages = told(buyer), None, []
    while True:
        page = ledger.statement(customer=buyer, currency="USD", most=2, cursor=cursor)
        assert (str(page.opening), str(page.closing)) == ("0.00", "50.00")
        pages += [(entry.kind, entry.number, str(entry.amount), str(entry.balance)) for entry in page.postings]
        cursor = page.more_after
        if cursor is None:
            break
    assert pages == whole
    assert [entry.balance for entry in ledger.postings(customer=buyer, currency="USD")] == [10, 20, 30, 40, 50]


@pytest.mark.parametrize("cursor", ["", "x", "invoice:inv_00000000000000000000", "void:{public_id}"])
def test_a_cursor_of_another_list_is_refused(buyer: Customer, cursor: str) -> None:
    invoice = invoiced(buyer, "10")
    with pytest.raises(Refusal) as refused:
        ledger.statement(customer=buyer, currency="USD", cursor=cursor.format(public_id=invoice.public_id))
    assert (refused.value.code, refused.value.field) == ("invalid_cursor", "cursor")


def test_currencies_and_customers_are_kept_apart(seller: Organization, buyer: Customer) -> None:
    other = builders.customer(seller, "Contoso", currency="JPY")
    invoiced(buyer, "10")
    invoiced(other, "500")
    assert told(buyer) == [("invoice", "INV-0001", "10.00", "10.00")]
    assert ledger.currencies_of(customer=other) == ["JPY"]
    assert str(ledger.statement(customer=other, currency="JPY").closing) == "500"
    assert told(other) == []


def test_one_statement_reads_it(buyer: Customer) -> None:
    for days in range(4):
        collecting.mark_paid(invoice=invoiced(buyer, "10", days=days), **BY)
    with CaptureQueriesContext(connection) as captured:
        ledger.statement(customer=buyer, currency="USD", most=3)
    assert len(captured) == 1


class Till:
    """A customer to whom things happen; what may not be done then is left."""

    def __init__(self, seller: Organization) -> None:
        self.buyer = builders.customer(seller, f"Customer {next(another)}")
        self.days = 0

    @property
    def by(self) -> dict[str, Any]:
        """Say when and who, a day later each time."""
        self.days += 1
        return {"now": OCTOBER + timedelta(days=self.days), "actor": WHO}

    def chosen(self, place: int) -> Invoice | None:
        """Return one of the customer's invoices."""
        rows = list(Invoice.objects.filter(customer=self.buyer, number__isnull=False).order_by("pk"))
        return rows[place % len(rows)] if rows else None

    def invoice(self, minor: int, place: int) -> None:
        """Issue an invoice; every other one with a discount."""
        by = self.by
        draft = drafts.create(customer=self.buyer, **by)
        for amount in (Decimal(minor) / 100, Decimal(1)):
            drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=amount, **by)
        if place % 2:
            drafts.discount(invoice=draft, percent=Decimal("12.5"), reason="a friend", **by)
        issuing.issue(invoice=draft, now=by["now"])

    def void(self, minor: int, place: int) -> None:
        """Take one out of force."""
        self.on(place, lambda invoice: rebilling.void(invoice=invoice, rebill=bool(minor % 2), **self.by))

    def pay(self, minor: int, place: int) -> None:
        """Pay a part of one, or too much."""
        amount = Decimal(minor) / 100
        self.on(place, lambda invoice: collecting.mark_paid(invoice=invoice, amount=amount, **self.by))

    def credit(self, minor: int, place: int) -> None:
        """Credit a part of one out of goodwill."""
        amount = Decimal(minor) / 100
        self.on(place, lambda invoice: collecting.give_credit(invoice=invoice, amount=amount, reason="x", **self.by))

    def write_off(self, minor: int, place: int) -> None:
        """Give one up."""
        self.on(place, lambda invoice: collecting.write_off(invoice=invoice, **self.by))

    def refund(self, minor: int, place: int) -> None:
        """Pay a part of the balance back."""
        there = sum(money.minor for money in queries.balances(customer=self.buyer))
        if there:
            amount = Decimal(min(minor, there)) / 100
            collecting.refund(customer=self.buyer, amount=amount, currency="USD", **self.by)

    def on(self, place: int, deed: Callable[[Invoice], object]) -> None:
        """Do something to one of the invoices, where it may be done."""
        invoice = self.chosen(place)
        if invoice is not None:
            try:
                deed(invoice)
            except (Conflict, Refusal):
                return

    def settle_everything(self) -> None:
        """Pay what is owed, and pay back what is left over."""
        for invoice in Invoice.objects.filter(customer=self.buyer, status__in=OWED).order_by("pk"):
            collecting.mark_paid(invoice=invoice, **self.by)
        for money in queries.balances(customer=self.buyer):
            collecting.refund(customer=self.buyer, amount=money.amount, currency=money.currency, **self.by)

    def balance(self) -> Decimal:
        """Return what the postings come to, each added to those before."""
        statement = ledger.statement(customer=self.buyer, currency="USD")
        so_far = Decimal(0)
        for entry in statement.postings:
            so_far += entry.amount
            assert entry.balance == so_far
        assert statement.closing == so_far
        return so_far

    def owed(self) -> Decimal:
        """Return what the house says is owed: due on invoices, less what is left of credits."""
        owing = Invoice.objects.filter(customer=self.buyer, status__in=OWED)
        due = sum((invoice.amount_due.amount for invoice in owing), Decimal(0))
        return due - sum(money.amount for money in queries.balances(customer=self.buyer))

    def allocated(self) -> None:
        """Find every allocation on both of its sides: given by a credit, and taken by an invoice or a refund."""
        for rows, said in (
            (Invoice.objects.filter(customer=self.buyer), "settled_minor"),
            (Refund.objects.filter(customer=self.buyer), "amount_minor"),
        ):
            for row in rows:
                assert sum(use.amount_minor for use in row_uses(row)) == getattr(row, said)
        given = sum(
            rows.filter(customer=self.buyer).aggregate(sum=Sum(column))["sum"] or 0
            for rows, column in ((CreditNote.objects, "total_minor"), (Receipt.objects, "amount_minor"))
        )
        used = Allocation.objects.filter(receipt__customer=self.buyer) | Allocation.objects.filter(
            credit_note__customer=self.buyer
        )
        taken = used.aggregate(sum=Sum("amount_minor"))["sum"] or 0
        assert given - taken == sum(money.minor for money in queries.balances(customer=self.buyer))


def row_uses(row: Invoice | Refund) -> list[Allocation]:
    """Return what settles an invoice, or what a refund is paid out of."""
    return list(Allocation.objects.filter(**{"invoice" if isinstance(row, Invoice) else "refund": row}))


DEEDS = [Till.invoice, Till.invoice, Till.void, Till.pay, Till.credit, Till.write_off, Till.refund]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(1, 9999), st.integers(0, 5)), max_size=8))
def test_whatever_happens_the_postings_come_to_what_is_owed(
    seller: Organization, deeds: list[tuple[Callable[[Till, int, int], None], int, int]]
) -> None:
    till = Till(seller)
    till.invoice(5000, 0)
    for deed, minor, place in deeds:
        deed(till, minor, place)
        assert till.balance() == till.owed()
    till.allocated()
    till.settle_everything()
    assert till.balance() == till.owed() == 0
    till.allocated()


def settled_beside_allocations() -> list[str]:
    return [breach.rpartition(" says ")[2] for breach in verifying.settled_beside_allocations()]


def test_verifying_finds_what_settles_beside_its_allocations(buyer: Customer) -> None:
    first = invoiced(buyer, "100")
    collecting.mark_paid(invoice=first, amount=Decimal(150), **BY)
    collecting.refund(customer=buyer, amount=Decimal(50), currency="USD", **BY)
    second = invoiced(buyer, "20")
    assert settled_beside_allocations() == []
    Invoice.objects.filter(pk=second.pk).update(settled_minor=500)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Allocation.objects.filter(refund__isnull=False).update(amount_minor=4000)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert settled_beside_allocations() == [
        "500 in minor units, its allocations come to 0",
        "5000 in minor units, its allocations come to 4000",
    ]
