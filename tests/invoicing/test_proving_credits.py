"""manage.py verify_invoice of a credit note: every figure comes out again, and what was tampered with is found."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from apps.delivery.models import Document
from apps.invoicing import collecting, drafts, issuing, proving_credits, rebilling
from apps.invoicing.models import Allocation, Charge, CreditLine, CreditNote, Invoice, Line
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.invoicing.test_proving import tamper
from tests.lifecycle.worlds import WHO

NOON = SEPTEMBER + timedelta(days=3, hours=12)
LATER = OCTOBER + timedelta(days=4)
PAPER = b"%PDF-1.7 the very bytes"


@pytest.fixture
def invoice(seller: Organization) -> Invoice:
    """Three calls with a discount of a tenth and tax, of which 100.00 were paid before one was taken back."""
    builders.tax_rate(seller, "0.19")
    buyer, offer = builders.customer(seller), builders.usage_offer(seller, base="20", timing="arrears")
    builders.subscribed(buyer, offer)
    for quantity in ("1", "2"):
        builders.used(buyer, offer, quantity, at=NOON)
    Organization.objects.update(auto_finalize=False)
    seller.refresh_from_db()
    (draft,) = builders.close(seller, OCTOBER)
    drafts.discount(invoice=draft, percent=Decimal(10), reason="New", now=OCTOBER, actor=WHO)
    issued = issuing.issue(invoice=draft, now=OCTOBER)
    collecting.mark_paid(invoice=issued, amount=Decimal(100), now=OCTOBER, actor=WHO)
    Organization.objects.update(auto_finalize=True)
    seller.refresh_from_db()
    return issued


@pytest.fixture
def goodwill(invoice: Invoice) -> CreditNote:
    """33.33 over all lines: a round sum of none of them."""
    return collecting.give_credit(invoice=invoice, amount=Decimal("33.33"), reason="A slow week", now=LATER, actor=WHO)


@pytest.fixture
def correction(seller: Organization, goodwill: CreditNote) -> CreditNote:
    """One call of the three is taken back after the goodwill; more than is unpaid, so that the next invoice uses it."""
    take_back(seller, Event.objects.get(quantity=2))
    builders.close(seller, NOVEMBER)
    note = CreditNote.objects.latest("pk")
    digest = hashlib.sha256(PAPER).hexdigest()
    Document.objects.create(
        organization=seller, credit_note=note, content=PAPER, sha256=digest, pages=1, created_at=NOVEMBER
    )
    return note


def take_back(seller: Organization, event: Event) -> None:
    usage.reverse_event(
        organization=seller, public_id=event.public_id, reason="wrong", now=LATER, source="admin", actor=WHO
    )


def proved(capsys: Any, number: str, *arguments: str) -> dict[str, Any]:
    with scope.fresh():
        try:
            call_command("verify_invoice", number, "--json", *arguments)
        except SystemExit as end:
            assert end.code == 1
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def wrong(note: CreditNote) -> list[str]:
    fresh = CreditNote.objects.select_related("organization", "invoice").get(pk=note.pk)
    return [figure.name for figure in proving_credits.figures_of(note=fresh) if not figure.holds]


def test_a_correction_comes_out_again(correction: CreditNote, capsys: Any) -> None:
    told = proved(capsys, "CN-0002")
    assert (told["holds"], told["number"], told["credit_note"]) == (True, "CN-0002", correction.public_id)
    figures = {each["figure"]: each["stored"] for each in told["figures"]}
    assert (figures["line 1, amount"], figures["line 1, part of the discount"]) == ("190.00", "19.00")
    assert (figures["line 1, due for the period"], figures["line 1, charge"]) == ("95.00", "-190.00")
    assert (figures["subtotal"], figures["tax"], figures["total"]) == ("171.00", "32.49", "203.49")
    assert figures["used on INV-0001"] == "187.00" and "SHA-256 of the PDF" in figures
    assert figures["line 1, tax"] == "0.19 taxed standard VAT"


def test_goodwill_comes_out_again(correction: CreditNote, goodwill: CreditNote, capsys: Any) -> None:
    told = proved(capsys, "CN-0001")
    figures = {each["figure"]: each["stored"] for each in told["figures"]}
    assert (told["holds"], figures["total"]) == (True, "39.66")
    assert figures["as noted"] == "CN-0001: 39.66 USD. A slow week"


def test_it_is_said_in_a_table(correction: CreditNote, capsys: Any) -> None:
    with scope.fresh():
        call_command("verify_invoice", "CN-0002")
    printed = capsys.readouterr().out
    assert "CN-0002 of Northwind Studio, for Fabrikam, in USD" in printed
    assert "figures come out again. Next: nothing." in printed


def test_what_comes_later_changes_nothing(seller: Organization, correction: CreditNote) -> None:
    invoice = correction.invoice
    collecting.give_credit(invoice=invoice, reason="All of it", now=NOVEMBER, actor=WHO)
    left = sum(row.amount_minor for row in Allocation.objects.filter(credit_note=correction))
    assert left
    builders.close(seller, NOVEMBER + timedelta(days=31))
    assert [(note.number, wrong(note)) for note in CreditNote.objects.all()] == [
        ("CN-0001", []),
        ("CN-0002", []),
        ("CN-0003", []),
    ]


def test_what_is_shared_over_two_invoices_comes_out_again(seller: Organization) -> None:
    """Late usage was billed on a second invoice; then all of it is taken back, the newest line first."""
    buyer, offer = builders.customer(seller), builders.usage_offer(seller)
    builders.subscribed(buyer, offer)
    events = [builders.used(buyer, offer, "3", at=NOON)]
    builders.close(seller, OCTOBER)
    events.append(builders.used(buyer, offer, "2", at=NOON, now=LATER - timedelta(days=1)))
    builders.close(seller, NOVEMBER)
    for event in events:
        take_back(seller, event)
    builders.close(seller, NOVEMBER + timedelta(days=31))
    notes = list(CreditNote.objects.order_by("pk"))
    assert [note.total.text() for note in notes] == ["285.00", "190.00"]
    assert [wrong(note) for note in notes] == [[], []]
    older = notes[0].lines.get()
    tamper(lambda: CreditLine.objects.filter(pk=older.pk).update(amount_minor=older.amount_minor - 1))
    assert "line 1, amount" in wrong(notes[0])


def test_what_goodwill_gave_back_is_not_given_back_again(seller: Organization, goodwill: CreditNote) -> None:
    for event in list(Event.objects.all()):
        take_back(seller, event)
    builders.close(seller, NOVEMBER)
    note = CreditNote.objects.latest("pk")
    (line,) = note.lines.all()
    assert line.charge is not None and line.amount_minor < -line.charge.amount_minor
    assert (wrong(goodwill), wrong(note)) == ([], [])


def test_what_a_void_invoice_had_billed_is_not_given_back(seller: Organization) -> None:
    buyer, offer = builders.customer(seller), builders.usage_offer(seller)
    builders.subscribed(buyer, offer)
    events = [builders.used(buyer, offer, "3", at=NOON)]
    builders.close(seller, OCTOBER)
    events.append(builders.used(buyer, offer, "2", at=NOON, now=LATER - timedelta(days=1)))
    (late,) = builders.close(seller, NOVEMBER)
    rebilling.void(invoice=late, rebill=False, reason="", now=NOVEMBER, actor=WHO)
    for event in events:
        take_back(seller, event)
    builders.close(seller, NOVEMBER + timedelta(days=31))
    note = CreditNote.objects.get()
    assert (note.total.text(), wrong(note)) == ("285.00", [])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(lambda: lines().update(amount_minor=18999), "line 1, amount", id="amount"),
        pytest.param(lambda: lines().update(discount_minor=1), "line 1, part of the discount", id="discount"),
        pytest.param(lambda: lines().update(tax_rate="0.07"), "line 1, tax", id="tax rate"),
        pytest.param(lambda: lines().update(tax_rate="0.07"), "tax by rate", id="tax of another rate"),
        pytest.param(lambda: lines().update(description="Another"), "line 1, what", id="description"),
        pytest.param(lambda: lines().update(period_ends_at=LATER), "line 1, period", id="period"),
        pytest.param(lambda: charges().update(amount_minor=-1), "line 1, charge", id="charge"),
        pytest.param(lambda: charges().update(quantity=9), "line 1, quantity of the charge", id="quantity"),
        pytest.param(lambda: charges().update(event_count=9), "line 1, events", id="event count"),
        pytest.param(lambda: Event.objects.filter(quantity=1).update(quantity=2), "line 1, charge", id="event"),
        pytest.param(
            lambda: Event.objects.filter(quantity=1).update(quantity=2), "line 1, due for the period", id="due"
        ),
        pytest.param(
            lambda: notes().update(subtotal_minor=17101, total_minor=20350), "subtotal", id="subtotal and total"
        ),
        pytest.param(lambda: notes().update(tax_minor=3250, total_minor=20350), "tax", id="tax and total"),
        pytest.param(lambda: notes().update(tax_minor=3250, total_minor=20350), "total", id="total"),
        pytest.param(lambda: notes().update(issued_on=LATER.date()), "issued on", id="date"),
        pytest.param(lambda: notes().update(currency="EUR"), "currency", id="currency"),
        pytest.param(
            lambda: Allocation.objects.filter(credit_note__number="CN-0002", invoice__number="INV-0001").update(
                amount_minor=1
            ),
            "used on INV-0001",
            id="allocation",
        ),
        pytest.param(
            lambda: CreditNote.objects.filter(number="CN-0001").update(
                tax_minor=90000, total_minor=F("subtotal_minor") + 90000
            ),
            "tax credited of the invoice so far",
            id="more than the tax of the invoice",
        ),
        pytest.param(
            lambda: Invoice.objects.filter(number="INV-0002").update(settled_minor=F("settled_minor") + 1),
            "settled of INV-0002",
            id="what another invoice got of it",
        ),
        pytest.param(lambda: Document.objects.update(content=b"another"), "SHA-256 of the PDF", id="paper"),
    ],
)
def test_what_was_tampered_with_is_found(
    correction: CreditNote, capsys: Any, change: Callable[[], Any], found: str
) -> None:
    tamper(change)
    figures = proved(capsys, "CN-0002")["figures"]
    assert found in [each["figure"] for each in figures if not each["holds"]]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(lambda: of_goodwill().update(discount_minor=0), "line 1, part of the discount", id="discount"),
        pytest.param(lambda: of_goodwill().update(amount_minor=99999), "line 1, amount", id="more than was left"),
        pytest.param(
            lambda: CreditNote.objects.filter(number="CN-0001").update(reason="A slow month"), "as noted", id="reason"
        ),
        pytest.param(lambda: AuditEntry.objects.filter(verb="credited").delete(), "as noted", id="history"),
        pytest.param(
            lambda: Line.objects.filter(invoice__number="INV-0001").update(tax_name="GST"), "line 1, tax", id="original"
        ),
    ],
)
def test_goodwill_that_was_tampered_with_is_found(goodwill: CreditNote, change: Callable[[], Any], found: str) -> None:
    tamper(change)
    assert found in wrong(goodwill)


def lines() -> Any:
    return CreditLine.objects.filter(credit_note__number="CN-0002")


def charges() -> Any:
    return Charge.objects.filter(amount_minor__lt=0)


def notes() -> Any:
    return CreditNote.objects.filter(number="CN-0002")


def of_goodwill() -> Any:
    return CreditLine.objects.filter(credit_note__number="CN-0001", position=1)


def test_a_number_of_both_asks_which(correction: CreditNote, capsys: Any) -> None:
    """Prefixes may be changed, so that a number of an invoice comes again on a credit note."""
    tamper(lambda: CreditNote.objects.filter(number="CN-0002").update(number="INV-0001"))
    with scope.fresh(), pytest.raises(CommandError, match="say which with --kind"):
        call_command("verify_invoice", "INV-0001")
    assert proved(capsys, "INV-0001", "--kind", "credit_note")["credit_note"] == correction.public_id
    assert "invoice" in proved(capsys, "INV-0001", "--kind", "invoice")
    with scope.fresh(), pytest.raises(CommandError, match="no issued credit note CN-9"):
        call_command("verify_invoice", "CN-9", "--kind", "credit_note")
