"""What a customer owes, told as postings: every invoice, credit note, payment and refund moves the balance once.

Nothing of it is stored: one statement reads the documents' own tables. Above zero the customer owes, below zero it has
something to its credit: the sum of all postings is what its invoices still ask for, less what is left of its credits.
An invoice that is void is taken back by a posting of its own; one that was given up stays owed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from apps.accounts.models import Customer
from apps.core.refusals import Refusal
from apps.invoicing.models import CreditNote, Invoice, Receipt, Refund
from apps.rating.currencies import exponent
from apps.rating.exact import EXACT

AT_ONCE = 1_000
LONGEST_CURSOR = 40

# The last column orders what happened at one instant: what asks for money goes before what settles it.
POSTINGS = """
    SELECT 'invoice', i.id, i.public_id, i.issued_on, i.finalized_at, i.total_minor, i.number, '', '', i.id,
        i.public_id, i.number, 0
    FROM invoicing_invoice i
    WHERE i.organization_id = %(organization)s AND i.customer_id = %(customer)s AND i.currency = %(currency)s
        AND i.status <> 'draft'
    UNION ALL
    SELECT 'void', i.id, i.public_id, (i.voided_at AT TIME ZONE %(zone)s)::date, i.voided_at, -i.total_minor, i.number,
        '', '', i.id, i.public_id, i.number, 1
    FROM invoicing_invoice i
    WHERE i.organization_id = %(organization)s AND i.customer_id = %(customer)s AND i.currency = %(currency)s
        AND i.status = 'void'
    UNION ALL
    SELECT 'credit_note', c.id, c.public_id, c.issued_on, c.issued_at, -c.total_minor, c.number, '', '', i.id,
        i.public_id, i.number, 2
    FROM invoicing_creditnote c JOIN invoicing_invoice i ON i.id = c.invoice_id
    WHERE c.organization_id = %(organization)s AND c.customer_id = %(customer)s AND c.currency = %(currency)s
    UNION ALL
    SELECT 'payment', r.id, r.public_id, r.received_on, r.created_at, -r.amount_minor, '', r.method, r.reference, i.id,
        i.public_id, i.number, 3
    FROM invoicing_receipt r
    LEFT JOIN LATERAL (
        SELECT i.id, i.public_id, i.number FROM invoicing_allocation a JOIN invoicing_invoice i ON i.id = a.invoice_id
        WHERE a.receipt_id = r.id ORDER BY a.id LIMIT 1
    ) i ON TRUE
    WHERE r.organization_id = %(organization)s AND r.customer_id = %(customer)s AND r.currency = %(currency)s
    UNION ALL
    SELECT 'refund', f.id, f.public_id, f.refunded_on, f.created_at, f.amount_minor, '', f.method, f.reference, NULL,
        NULL, NULL, 4
    FROM invoicing_refund f
    WHERE f.organization_id = %(organization)s AND f.customer_id = %(customer)s AND f.currency = %(currency)s
"""
STATEMENT = f"""
    WITH posting (kind, id, public_id, posted_on, posted_at, minor, number, method, reference, invoice_id,
        invoice, invoice_number, turn) AS ({POSTINGS}),
    running AS (
        SELECT *, sum(minor) OVER places AS balance, row_number() OVER places AS place,
            posted_on >= coalesce(%(starts_on)s::date, '-infinity')
                AND posted_on <= coalesce(%(ends_on)s::date, 'infinity') AS asked
        FROM posting WINDOW places AS (ORDER BY posted_on, posted_at, turn, id)
    ),
    totals AS (
        SELECT coalesce(sum(minor) FILTER (WHERE posted_on < %(starts_on)s::date), 0) AS opening,
            coalesce(sum(minor) FILTER (WHERE posted_on <= coalesce(%(ends_on)s::date, 'infinity')), 0) AS closing,
            max(place) FILTER (WHERE kind = %(after_kind)s AND public_id = %(after_id)s) AS after_place
        FROM running
    )
    SELECT totals.opening, totals.closing, totals.after_place, kind, id, public_id, posted_on, minor, balance, number,
        method, reference, invoice_id, invoice, invoice_number
    FROM totals LEFT JOIN LATERAL (
        SELECT * FROM running WHERE asked AND place > coalesce(totals.after_place, 0) ORDER BY place LIMIT %(most)s
    ) shown ON TRUE
    ORDER BY place
"""  # noqa: S608 - nothing in it comes from outside


class PostingKind(StrEnum):
    """What moved the balance."""

    INVOICE = "invoice"
    VOID = "void"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One document, and how it moved the balance; `balance` is what it came to with it.

    `document` is the document's public id and `key` its key. `invoice`, with its key and number, is the invoice that it
    is, that a credit note takes back from, or that a payment came in for; a refund is about none.
    """

    kind: PostingKind
    key: int
    document: str
    on: date
    amount: Decimal
    balance: Decimal
    number: str
    method: str
    reference: str
    invoice_key: int | None
    invoice: str | None
    invoice_number: str

    @property
    def cursor(self) -> str:
        """Name its place in the ledger."""
        return f"{self.kind}:{self.document}"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The postings of one currency from a day to a day, oldest first, between the balances before and after them.

    A bound that is None is open. `more_after` is the cursor of the next page; None on the last.
    """

    customer: Customer
    currency: str
    starts_on: date | None
    ends_on: date | None
    opening: Decimal
    closing: Decimal
    postings: Sequence[Posting]
    more_after: str | None


def statement(
    *,
    customer: Customer,
    currency: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    most: int = AT_ONCE,
    cursor: str | None = None,
) -> Statement:
    """Return what moved a customer's balance from a day to a day, both included, at most so much at once.

    Days are the organization's own. Raise Refusal for a cursor that names no posting of this currency.
    """
    after_kind, _, after_id = (cursor or "").partition(":")
    rows = _rows(
        {
            "organization": customer.organization_id,
            "customer": customer.pk,
            "currency": currency,
            "zone": customer.organization.timezone,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "after_kind": after_kind,
            "after_id": after_id,
            "most": most + 1,
        }
    )
    opening, closing, after_place = rows[0][:3]
    if cursor is not None and after_place is None:
        raise Refusal("invalid_cursor", "This cursor does not belong to this statement.", field="cursor")
    postings = [_posting(row[3:], currency) for row in rows if row[3] is not None]
    return Statement(
        customer=customer,
        currency=currency,
        starts_on=starts_on,
        ends_on=ends_on,
        opening=_major(opening, currency),
        closing=_major(closing, currency),
        postings=postings[:most],
        more_after=postings[most - 1].cursor if len(postings) > most else None,
    )


def postings(
    *, customer: Customer, currency: str, starts_on: date | None = None, ends_on: date | None = None
) -> Iterator[Posting]:
    """Yield all postings of a statement, page by page, however many they are."""
    cursor = None
    while True:
        page = statement(customer=customer, currency=currency, starts_on=starts_on, ends_on=ends_on, cursor=cursor)
        yield from page.postings
        cursor = page.more_after
        if cursor is None:
            return


def currencies_of(*, customer: Customer) -> list[str]:
    """Return the currencies in which a customer has anything in its ledger, and its own."""
    kinds: tuple[Any, ...] = (CreditNote, Receipt, Refund)
    found = Invoice.objects.filter(customer=customer).exclude(status=Invoice.Status.DRAFT).values_list("currency")
    found = found.union(*(kind.objects.filter(customer=customer).values_list("currency") for kind in kinds))
    return sorted({customer.currency} | {currency for (currency,) in found})


def _rows(asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _posting(row: Sequence[Any], currency: str) -> Posting:
    kind, key, document, on, minor, balance, number, method, reference, invoice_key, invoice, invoice_number = row
    return Posting(
        kind=PostingKind(kind),
        key=key,
        document=document,
        on=on,
        amount=_major(minor, currency),
        balance=_major(balance, currency),
        number=number or "",
        method=method,
        reference=reference,
        invoice_key=invoice_key,
        invoice=invoice,
        invoice_number=invoice_number or "",
    )


def _major(minor: int | Decimal, currency: str) -> Decimal:
    """Return a sum in major units: it may be more than one document can say."""
    return Decimal(minor).scaleb(-exponent(currency), context=EXACT)
