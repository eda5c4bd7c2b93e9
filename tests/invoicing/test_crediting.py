"""What was billed too much is given back: by a credit note against the very lines that charged it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Customer
from apps.delivery.credit_paper import credit_note_paper
from apps.invoicing import drafts, finalizing, queries, verifying
from apps.invoicing.models import Allocation, Charge, CreditLine, CreditNote, Invoice
from apps.outbox.models import Message
from apps.tenancy.models import AuditEntry, Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

DECEMBER = datetime(2026, 12, 1, tzinfo=OCTOBER.tzinfo)


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller, external_id="crm-1")


@pytest.fixture
def offer(seller: Organization, buyer: Customer) -> builders.Offer:
    made = builders.usage_offer(seller)
    builders.subscribed(buyer, made)
    return made


def use(buyer: Customer, offer: builders.Offer, *quantities: str, day: int = 3) -> list[Event]:
    at = SEPTEMBER + timedelta(days=day)
    return [builders.used(buyer, offer, quantity, at=at) for quantity in quantities]


def take_back(seller: Organization, event: Event, *, now: datetime) -> None:
    usage.reverse_event(
        organization=seller, public_id=event.public_id, reason="wrong", now=now, source="admin", actor="somebody"
    )


def amounts(invoices: Sequence[Invoice]) -> list[str]:
    return [invoice.total.text() for invoice in invoices]


def test_a_reversal_after_closing_is_credited_and_settles_the_unpaid_invoice(
    seller: Organization, buyer: Customer, offer: builders.Offer
) -> None:
    (wrong, _) = use(buyer, offer, "1", "2")
    (september,) = builders.close(seller, OCTOBER)
    take_back(seller, wrong, now=OCTOBER + timedelta(days=2))
    (october,) = builders.close(seller, NOVEMBER)
    note = CreditNote.objects.get()
    (line,) = note.lines.all()
    september.refresh_from_db()
    assert (note.number, note.total.text(), note.invoice, note.issued_on) == (
        "CN-0001",
        "95.00",
        september,
        NOVEMBER.date(),
    )
    assert line.charge is not None
    assert (line.line, line.amount_minor, line.charge.amount_minor) == (september.lines.get(), 9500, -9500)
    assert (september.amount_due.text(), september.status) == ("190.00", "open")
    assert (october.total.text(), october.credit.text()) == ("0.00", "0.00")
    assert sum(Charge.objects.values_list("amount_minor", flat=True)) == 2 * 9500
    assert Message.objects.get(topic="credit_note.issued").payload == {
        "credit_note": note.public_id,
        "number": "CN-0001",
        "customer": buyer.public_id,
        "invoice": september.public_id,
    }


def test_nothing_is_credited_twice(seller: Organization, buyer: Customer, offer: builders.Offer) -> None:
    (wrong,) = use(buyer, offer, "1")
    builders.close(seller, OCTOBER)
    take_back(seller, wrong, now=OCTOBER)
    builders.close(seller, DECEMBER)
    assert CreditNote.objects.count() == 1


def test_an_invoice_that_is_credited_whole_is_paid(
    seller: Organization, buyer: Customer, offer: builders.Offer
) -> None:
    (wrong,) = use(buyer, offer, "1")
    (september,) = builders.close(seller, OCTOBER)
    take_back(seller, wrong, now=OCTOBER)
    builders.close(seller, NOVEMBER)
    september.refresh_from_db()
    assert (september.status, september.amount_due.text(), september.paid_at) == ("paid", "0.00", NOVEMBER)
    assert Message.objects.filter(topic="invoice.paid", payload__invoice=september.public_id).exists()
    assert queries.balances(customer=buyer) == []


def test_what_the_invoice_does_not_ask_for_any_more_is_used_on_the_next_one(
    seller: Organization, buyer: Customer, offer: builders.Offer
) -> None:
    """Late usage raised January's bill; when the first events go, both documents are credited, the newest first."""
    first, _ = use(buyer, offer, "3", "1")
    (september,) = builders.close(seller, OCTOBER)
    Invoice.objects.filter(pk=september.pk).update(status="paid", paid_at=OCTOBER, settled_minor=september.total_minor)
    builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=5), now=OCTOBER + timedelta(days=1))
    (october,) = builders.close(seller, NOVEMBER)
    take_back(seller, first, now=NOVEMBER)
    builders.used(buyer, offer, "1", at=NOVEMBER + timedelta(days=1), now=NOVEMBER + timedelta(days=1))
    (november,) = builders.close(seller, DECEMBER)
    notes = list(CreditNote.objects.order_by("pk"))
    assert [(note.invoice, note.total.text()) for note in notes] == [(september, "95.00"), (october, "190.00")]
    october.refresh_from_db()
    assert october.status == "paid"
    assert (november.total.text(), november.credit.text(), november.amount_due.text()) == ("95.00", "95.00", "0.00")
    assert november.status == "paid"


@pytest.fixture
def credited(seller: Organization, buyer: Customer, offer: builders.Offer) -> CreditNote:
    """A credit note of 95.00 on a paid invoice: all of it is balance."""
    (wrong, _) = use(buyer, offer, "1", "2")
    (september,) = builders.close(seller, OCTOBER)
    Invoice.objects.filter(pk=september.pk).update(status="paid", paid_at=OCTOBER, settled_minor=september.total_minor)
    take_back(seller, wrong, now=OCTOBER)
    builders.close(seller, NOVEMBER)
    return CreditNote.objects.get()


def test_a_paid_invoice_is_credited_to_the_balance(buyer: Customer, credited: CreditNote) -> None:
    assert [money.text() for money in queries.balances(customer=buyer)] == ["95.00"]
    assert not Allocation.objects.exists()


def test_the_balance_is_used_up_by_the_next_invoices(
    seller: Organization, buyer: Customer, offer: builders.Offer, credited: CreditNote
) -> None:
    builders.used(buyer, offer, "0.5", at=NOVEMBER, now=NOVEMBER)
    (november,) = builders.close(seller, DECEMBER)
    assert (november.total.text(), november.credit.text(), november.status) == ("47.50", "47.50", "paid")
    assert [money.text() for money in queries.balances(customer=buyer)] == ["47.50"]


def test_what_stands_on_a_draft_waits_and_is_noted(
    seller: Organization, buyer: Customer, offer: builders.Offer
) -> None:
    Organization.objects.update(auto_finalize=False)
    seller.refresh_from_db()
    (wrong, _) = use(buyer, offer, "1", "2")
    (september,) = builders.close(seller, OCTOBER)
    take_back(seller, wrong, now=OCTOBER)
    builders.close(seller, NOVEMBER)
    assert not CreditNote.objects.exists()
    assert AuditEntry.objects.filter(verb="credit waits").count() == 1
    finalizing.finalize(invoice=september, now=NOVEMBER)
    builders.close(seller, DECEMBER)
    assert CreditNote.objects.get().invoice == september


def test_a_credit_note_is_frozen(seller: Organization, credited: CreditNote) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditNote.objects.update(total_minor=1, subtotal_minor=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditLine.objects.all().delete()
    with pytest.raises(IntegrityError, match="a charge on a finalized"), transaction.atomic():
        Charge.objects.filter(amount_minor__lt=0).update(amount_minor=0)


def copy_of(line: CreditLine, **changes: Any) -> CreditLine:
    values = {
        field.name: getattr(line, field.name) for field in line._meta.fields if field.name not in ("id", "public_id")
    }
    return CreditLine(**{**values, "position": 2, **changes})


@pytest.mark.parametrize(
    ("amount_minor", "refusal"), [(19001, "more than the line charged"), (1, "more than its credit")]
)
def test_no_more_is_taken_back_than_was_charged(
    seller: Organization, credited: CreditNote, amount_minor: int, refusal: str
) -> None:
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        copy_of(credited.lines.get(), amount_minor=amount_minor).save()


def test_no_more_is_used_than_there_is(seller: Organization, buyer: Customer, credited: CreditNote) -> None:
    invoice = credited.invoice
    with pytest.raises(IntegrityError, match="more than the credit note gives"), transaction.atomic():
        Allocation.objects.create(
            organization=seller, credit_note=credited, invoice=invoice, amount_minor=9501, created_at=NOVEMBER
        )


def test_what_was_given_for_nothing_is_taken_back_by_a_credit_note_of_nothing(
    seller: Organization, buyer: Customer, offer: builders.Offer
) -> None:
    seller.auto_finalize = False
    seller.save()
    (wrong,) = use(buyer, offer, "4")
    (draft,) = builders.close(seller, OCTOBER)
    drafts.discount(invoice=draft, percent=Decimal(100), reason="a gift", now=OCTOBER, actor="somebody")
    finalizing.finalize(invoice=draft, now=OCTOBER)
    take_back(seller, wrong, now=OCTOBER + timedelta(days=2))
    builders.close(seller, NOVEMBER)
    note = CreditNote.objects.get()
    assert (note.total.text(), note.lines.get().amount_minor, note.lines.get().discount_minor) == ("0.00", 38000, 38000)
    assert queries.balances(customer=buyer) == []
    assert credit_note_paper(credit_note=note).title
    assert [list(check.breaches()) for check in verifying.CHECKS] == [[]] * len(verifying.CHECKS)
