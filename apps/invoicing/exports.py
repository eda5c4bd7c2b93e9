"""Invoices, their lines and credit notes as tables, for spreadsheets and for the books: a row each, however many."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet

from apps.accounts.models import Customer
from apps.core.spreadsheets import Cell, Figure
from apps.invoicing.models import CreditNote, Invoice, Line
from apps.rating.money import Money
from apps.rating.numbers import plain

AT_ONCE = 500
BUYER = ("customer", "external_id", "customer_name", "country", "tax_id")
INVOICES = (
    *("number", "status", "issued_on", "due_on", "finalized_at", "paid_at", "voided_at", "written_off_at"),
    *(*BUYER, "currency", "subtotal", "tax", "total", "credit_applied", "settled", "amount_due"),
    *("discount", "tax_inclusive", "cause", "subscription", "id"),
)
LINES = (
    *("invoice_number", "status", "issued_on", *BUYER, "currency", "position", "kind", "description"),
    *("quantity", "unit", "unit_amount", "amount", "discount", "after_discount"),
    *("tax_inclusive", "tax_category", "tax_treatment", "tax_name", "tax_rate"),
    *("period_starts_at", "period_ends_at", "late", "id", "invoice"),
)
CREDIT_NOTES = (
    *("number", "kind", "issued_on", "invoice_number", *BUYER),
    *("currency", "subtotal", "tax", "total", "reason", "id", "invoice"),
)

_Row = TypeVar("_Row", bound=Model)


def invoices(*, rows: QuerySet[Invoice], zone: ZoneInfo) -> Iterator[Sequence[Cell]]:
    """Yield a row for each of these invoices and drafts, as INVOICES names the columns, in the order they were made.

    The customer is told as the document tells it, on a draft as it is now. Amounts are decimal, instants on the clock
    of the zone.
    """
    related = rows.select_related("customer", "subscription").defer("seller", "tax_groups", "notes")
    for invoice in _in_order(related):
        yield (
            invoice.number,
            invoice.status,
            invoice.issued_on,
            invoice.due_on,
            *(
                _local(at, zone)
                for at in (invoice.finalized_at, invoice.paid_at, invoice.voided_at, invoice.written_off_at)
            ),
            *_buyer(invoice.customer, invoice.buyer if invoice.number else None),
            invoice.currency,
            *(
                _figure(minor, invoice.currency)
                for minor in (
                    invoice.subtotal_minor,
                    invoice.tax_minor,
                    invoice.total_minor,
                    invoice.credit_minor,
                    invoice.settled_minor,
                    invoice.amount_due.minor,
                    invoice.discount_minor,
                )
            ),
            _said(invoice.tax_inclusive),
            invoice.cause,
            invoice.subscription.public_id if invoice.subscription is not None else None,
            invoice.public_id,
        )


def lines(*, rows: QuerySet[Invoice], zone: ZoneInfo) -> Iterator[Sequence[Cell]]:
    """Yield a row for each line of these invoices and drafts, as LINES names the columns, invoice by invoice.

    `amount` is before the line's part of the discount; both contain the tax where `tax_inclusive` says so.
    """
    related = rows.select_related("customer").defer("seller", "tax_groups", "notes")
    for invoices_at_once in _pieces(related):
        by_key = {invoice.pk: invoice for invoice in invoices_at_once}
        of_these = Line.objects.filter(invoice__in=list(by_key)).defer("steps").order_by("invoice_id", "position")
        for line in _by_slices(of_these):
            yield _line(line, by_key[line.invoice_id], zone)


def credit_notes(*, rows: QuerySet[CreditNote]) -> Iterator[Sequence[Cell]]:
    """Yield a row for each of these credit notes, as CREDIT_NOTES names the columns, in the order they were issued.

    Amounts are what is given back, above zero.
    """
    for note in _in_order(rows.select_related("customer", "invoice").defer("seller", "tax_groups", "invoice__seller")):
        yield (
            note.number,
            note.kind,
            note.issued_on,
            note.invoice.number,
            *_buyer(note.customer, note.buyer),
            note.currency,
            *(_figure(minor, note.currency) for minor in (note.subtotal_minor, note.tax_minor, note.total_minor)),
            note.reason,
            note.public_id,
            note.invoice.public_id,
        )


def _line(line: Line, invoice: Invoice, zone: ZoneInfo) -> Sequence[Cell]:
    return (
        invoice.number,
        invoice.status,
        invoice.issued_on,
        *_buyer(invoice.customer, invoice.buyer if invoice.number else None),
        invoice.currency,
        line.position,
        line.kind,
        line.description,
        Figure(plain(line.quantity)),
        line.unit,
        Figure(plain(line.unit_amount)) if line.unit_amount is not None else None,
        *(
            _figure(minor, invoice.currency)
            for minor in (line.amount_minor, line.discount_minor, line.amount_minor - line.discount_minor)
        ),
        _said(invoice.tax_inclusive),
        line.tax_category,
        line.tax_treatment,
        line.tax_name,
        Figure(plain(line.tax_rate)),
        _local(line.period_starts_at, zone),
        _local(line.period_ends_at, zone),
        _said(line.late),
        line.public_id,
        invoice.public_id,
    )


def _buyer(customer: Customer, snapshot: dict[str, Any] | None) -> Sequence[Cell]:
    """Tell the customer as a document does, and as it is now where there is none yet."""
    told = snapshot or {name: getattr(customer, name) for name in ("legal_name", "name", "country", "tax_id")}
    named = told["legal_name"] or told["name"]
    return customer.public_id, customer.external_id, named, told["country"], told["tax_id"]


def _said(truth: bool) -> str:
    return "yes" if truth else "no"


def _figure(minor: int, currency: str) -> Figure:
    return Figure(Money(minor, currency).text())


def _local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return at.astimezone(zone).replace(microsecond=0) if at is not None else None


def _in_order(rows: QuerySet[_Row]) -> Iterator[_Row]:
    for piece in _pieces(rows):
        yield from piece


def _pieces(rows: QuerySet[_Row]) -> Iterator[list[_Row]]:
    """Yield rows in the order they were made, some at a time: no cursor stays open in the database meanwhile."""
    last = 0
    while piece := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield piece
        last = piece[-1].pk


def _by_slices(rows: QuerySet[Line]) -> Iterator[Line]:
    """Yield the lines of some invoices, of which one alone may have more than are held at once."""
    start = 0
    while piece := list(rows[start : start + AT_ONCE]):
        yield from piece
        start += len(piece)
