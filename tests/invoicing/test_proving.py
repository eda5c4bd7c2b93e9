"""manage.py verify_invoice: every figure of an issued invoice comes out again, and what was tampered with is found."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.delivery.models import Document
from apps.invoicing import collecting, drafts, issuing
from apps.invoicing.models import Charge, Invoice, Line
from apps.subscriptions.models import Period
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER
from tests.lifecycle.worlds import WHO

NOON = SEPTEMBER + timedelta(days=3, hours=12)
PAPER = b"%PDF-1.7 the very bytes"


@pytest.fixture
def invoice(seller: Organization) -> Invoice:
    """Usage, a base fee, a setup fee, a line by hand and a discount, on a paper that is drawn."""
    buyer, offer = builders.customer(seller), builders.usage_offer(seller, setup_fee="45", base="20", timing="arrears")
    builders.subscribed(buyer, offer)
    for quantity in ("1", "2"):
        builders.used(buyer, offer, quantity, at=NOON)
    Organization.objects.update(auto_finalize=False)
    seller.refresh_from_db()
    (draft,) = builders.close(seller, OCTOBER)
    drafts.add_line(
        invoice=draft, description="Work", quantity=Decimal(2), unit_amount=Decimal(50), now=OCTOBER, actor=WHO
    )
    drafts.discount(invoice=draft, percent=Decimal(10), reason="New", now=OCTOBER, actor=WHO)
    issued = issuing.issue(invoice=draft, now=OCTOBER)
    digest = hashlib.sha256(PAPER).hexdigest()
    Document.objects.create(
        organization=seller, invoice=issued, content=PAPER, sha256=digest, pages=1, created_at=OCTOBER
    )
    return issued


def tamper(change: Callable[[], Any]) -> None:
    """Change rows past their triggers, as only somebody at the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        change()
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def proved(capsys: Any, *arguments: str) -> dict[str, Any]:
    with scope.fresh():
        try:
            call_command("verify_invoice", "INV-0001", "--json", *arguments)
        except SystemExit as end:
            assert end.code == 1
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def wrong(capsys: Any) -> list[str]:
    return [each["figure"] for each in proved(capsys)["figures"] if not each["holds"]]


def test_everything_comes_out_again(invoice: Invoice, capsys: Any, seller: Organization) -> None:
    told = proved(capsys)
    assert (told["holds"], told["number"], told["organization"]) == (True, "INV-0001", "northwind")
    figures = {each["figure"]: each["stored"] for each in told["figures"]}
    assert (figures["subtotal"], figures["discount"], figures["total"]) == ("405.00", "45.00", "405.00")
    assert "SHA-256 of the PDF" in figures


def test_it_is_said_in_a_table(invoice: Invoice, capsys: Any) -> None:
    with scope.fresh():
        call_command("verify_invoice", "INV-0001")
    printed = capsys.readouterr().out
    assert "INV-0001 of Northwind Studio, for Fabrikam, in USD" in printed
    assert "figures come out again. Next: nothing." in printed


def test_what_comes_later_changes_nothing(invoice: Invoice, seller: Organization, capsys: Any) -> None:
    event = Event.objects.filter(quantity=1).get()
    buyer = invoice.customer
    collecting.mark_paid(invoice=invoice, now=OCTOBER, actor=WHO, amount=Decimal(100))
    offer = builders.Offer(invoice.subscription.plan, event.item.add_on)  # type: ignore[union-attr]
    builders.used(buyer, offer, "7", at=NOON, now=OCTOBER)
    builders.close(seller, NOVEMBER)
    told = proved(capsys)
    assert told["holds"]
    assert {each["figure"]: each["stored"] for each in told["figures"]}["amount due"] == "305.00"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            lambda: Line.objects.filter(kind="usage").update(amount_minor=99999), "line 1, amount", id="amount"
        ),
        pytest.param(lambda: Line.objects.filter(kind="usage").update(quantity=9), "line 1, quantity", id="quantity"),
        pytest.param(
            lambda: Line.objects.filter(kind="usage").update(unit_amount=9), "line 1, unit price", id="unit price"
        ),
        pytest.param(lambda: Line.objects.filter(kind="usage").update(steps=[]), "line 1, steps", id="steps"),
        pytest.param(lambda: Line.objects.update(discount_minor=0), "line 1, part of the discount", id="discount"),
        pytest.param(lambda: Line.objects.update(tax_rate="0.1"), "total", id="tax rate"),
        pytest.param(
            lambda: Charge.objects.filter(kind="usage").update(event_count=1), "line 1, events", id="event count"
        ),
        pytest.param(lambda: Event.objects.filter(quantity=2).update(quantity=3), "line 1, quantity", id="event"),
        pytest.param(lambda: Event.objects.filter(quantity=2).delete(), "line 1, events", id="event gone"),
        pytest.param(
            lambda: Invoice.objects.update(subtotal_minor=1, total_minor=1, settled_minor=0), "subtotal", id="totals"
        ),
        pytest.param(lambda: Invoice.objects.update(credit_minor=1, settled_minor=1), "credit applied", id="credit"),
        pytest.param(
            lambda: Document.objects.update(content=b"another"), "SHA-256 of the PDF", id="bytes of the paper"
        ),
    ],
)
def test_what_was_tampered_with_is_found(invoice: Invoice, capsys: Any, change: Callable[[], Any], found: str) -> None:
    lines = list(invoice.lines.order_by("position"))
    place = next(line.position for line in lines if line.kind == "usage")
    tamper(change)
    assert found.replace("line 1", f"line {place}") in wrong(capsys)


def test_a_price_that_was_written_over_is_found(invoice: Invoice, capsys: Any) -> None:
    period = Period.objects.get(item__add_on__isnull=False, status="recorded")
    builders.spoil(period.price, {"model": "per_unit", "unit_amount": "96"})
    assert any(name.endswith("due for the period") for name in wrong(capsys))


def test_a_number_that_nobody_has_is_refused(invoice: Invoice, db: None) -> None:
    with scope.fresh(), pytest.raises(CommandError, match="no issued invoice INV-9"):
        call_command("verify_invoice", "INV-9")
    with scope.fresh(), pytest.raises(CommandError, match="no organization elsewhere"):
        call_command("verify_invoice", "INV-0001", "--organization", "elsewhere")


def test_a_number_of_two_organizations_asks_which(invoice: Invoice, capsys: Any) -> None:
    with scope.fresh():
        other = builders.organization("contoso")
        with scope.of(other):
            buyer, offer = builders.customer(other), builders.usage_offer(other)
            builders.subscribed(buyer, offer)
            builders.close(other, OCTOBER)
        with pytest.raises(CommandError, match="say which with --organization"):
            call_command("verify_invoice", "INV-0001")
    assert proved(capsys, "--organization", "contoso")["organization"] == "contoso"
