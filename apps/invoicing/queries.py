"""Read charges and invoices."""

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import Abs, Coalesce
from msgspec import Struct

from apps.accounts.models import Customer
from apps.invoicing.models import (
    Allocation,
    Charge,
    CreditLine,
    CreditNote,
    Invoice,
    Kind,
    Line,
    Receipt,
    Run,
    RunLine,
)
from apps.rating.money import Money
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Organization

CREDITABLE = (Invoice.Status.OPEN, Invoice.Status.PAID, Invoice.Status.UNCOLLECTIBLE)


class Earlier(Struct, frozen=True):
    """What was billed for a period before: the sum in minor units, for what quantity, and in how many charges."""

    minor: int = 0
    quantity: Decimal = Decimal(0)
    revisions: int = 0


NOTHING = Earlier()


@dataclass(frozen=True)
class Billed:
    """What was billed for several periods, by period and kind."""

    sums: dict[tuple[int, str], Earlier] = field(default_factory=dict)

    def of(self, period: Period | None, kind: Kind) -> Earlier:
        """Return what was billed for a period; nothing for one that is yet to be opened."""
        return self.sums.get((period.id, kind), NOTHING) if period is not None else NOTHING


def billed(*, periods: Iterable[Period], but: Invoice | None = None) -> Billed:
    """Add up the charges of periods, but those on one draft."""
    sums: dict[tuple[int, str], Earlier] = {}
    charges = Charge.objects.filter(period__any_key={period.id for period in periods}).order_by("revision")
    if but is not None:
        charges = charges.exclude(line__invoice=but)
    for period, kind, minor, quantity in charges.values_list("period", "kind", "amount_minor", "quantity"):
        before = sums.get((period, kind), Earlier())
        sums[period, kind] = Earlier(before.minor + minor, quantity, before.revisions + 1)
    return Billed(sums)


def quantities_charged(*, periods: Iterable[Period]) -> dict[tuple[int, str, int], Decimal]:
    """Return the quantity that each charge of periods rates, by period, kind and revision."""
    rows = Charge.objects.filter(period__in=list(periods)).values_list("period", "kind", "revision", "quantity")
    return {(period, kind, revision): quantity for period, kind, revision, quantity in rows}


def items_charged_before(*, items: Iterable[Item]) -> set[int]:
    """Return the ids of those items that were charged for a billable period, and so for their setup fee."""
    keys = {item.id for item in items}
    if not keys:
        return set()
    rows = Charge.objects.filter(period__item__any_key=keys, period__billable=True)
    return set(rows.values_list("item", flat=True))


def facts_charged(*, periods: Iterable[int]) -> dict[int, int]:
    """Return, by period, how many facts the newest usage charge of each of these periods has seen."""
    rows = (
        Charge.objects.filter(period__in=list(periods), kind=Kind.USAGE)
        .order_by("period", "-revision")
        .distinct("period")
        .values_list("period", "fact_count")
    )
    return dict(rows)


@dataclass(frozen=True)
class Creditable:
    """A line of a finalized invoice, and how much of its amount and of its discount was credited before."""

    line: Line
    credited_minor: int
    discounted_minor: int

    @property
    def left_minor(self) -> int:
        """What is left of its amount, before its part of the discount."""
        return self.line.amount_minor - self.credited_minor

    @property
    def left_discount_minor(self) -> int:
        """What is left of its part of the discount."""
        return self.line.discount_minor - self.discounted_minor

    @property
    def left_net_minor(self) -> int:
        """What is left of it, after its part of the discount and before tax."""
        return self.left_minor - self.left_discount_minor


def creditable_lines(*, period: Period, kind: str) -> list[Creditable]:
    """Return the finalized lines that charged a period and of which something is left, the newest first."""
    rows = _creditable(Line.objects.filter(charge__period=period, charge__kind=kind))
    return sorted(rows, key=lambda entry: -entry.line.pk)


def creditable_lines_of(*, invoice: Invoice) -> list[Creditable]:
    """Return the lines of a finalized invoice of which something is left, in their order."""
    return sorted(_creditable(Line.objects.filter(invoice=invoice)), key=lambda entry: entry.line.position)


def _creditable(lines: QuerySet[Line]) -> list[Creditable]:
    rows = lines.filter(amount_minor__gt=0, invoice__status__in=CREDITABLE)
    rows = rows.select_related("invoice__organization", "invoice__customer")
    found = rows.annotate(
        credited=Coalesce(Sum("credit_lines__amount_minor"), 0),
        discounted=Coalesce(Sum("credit_lines__discount_minor"), 0),
    )
    entries = [Creditable(line, line.credited, line.discounted) for line in found]
    return [entry for entry in entries if entry.left_minor]


def on_drafts(*, period: Period, kind: str) -> int:
    """Return how much of what was billed for a period stands on drafts, in minor units."""
    lines = Line.objects.filter(charge__period=period, charge__kind=kind, invoice__status=Invoice.Status.DRAFT)
    return int(lines.aggregate(sum=Coalesce(Sum("amount_minor"), 0))["sum"])


def credits_left(*, customer: Customer, currency: str) -> list[tuple[CreditNote | Receipt, int]]:
    """Return credit notes and receipts of a customer that are not used up, the oldest first, with what is left."""
    notes = _left(CreditNote.objects.filter(customer=customer, currency=currency), "total_minor", "issued_at")
    receipts = _left(Receipt.objects.filter(customer=customer, currency=currency), "amount_minor", "created_at")
    return [(source, left) for _, source, left in sorted(notes + receipts, key=lambda entry: entry[0])]


def _left(rows: QuerySet[Any], given: str, since: str) -> list[tuple[tuple[datetime, int], Any, int]]:
    """Return what is left of credits, each with when it was given."""
    used = rows.annotate(used_minor=Coalesce(Sum("allocations__amount_minor"), 0))
    return [
        ((getattr(row, since), row.pk), row, getattr(row, given) - row.used_minor)
        for row in used.filter(used_minor__lt=F(given)).order_by("pk")
    ]


def credits_left_of(*, customers: Collection[int]) -> dict[tuple[int, str], list[tuple[CreditNote | Receipt, int]]]:
    """Return what `credits_left` does of many customers, named by their keys, by customer and currency."""
    notes = _left(CreditNote.objects.filter(customer__any_key=customers), "total_minor", "issued_at")
    receipts = _left(Receipt.objects.filter(customer__any_key=customers), "amount_minor", "created_at")
    found: dict[tuple[int, str], list[tuple[CreditNote | Receipt, int]]] = {}
    for _, source, left in sorted(notes + receipts, key=lambda entry: entry[0]):
        found.setdefault((source.customer_id, source.currency), []).append((source, left))
    return found


def balances(*, customer: Customer) -> list[Money]:
    """Return what a customer has to its credit, an amount for each currency in which there is some."""
    sums: dict[str, int] = {}
    for rows, given, since in (
        (CreditNote.objects.filter(customer=customer), "total_minor", "issued_at"),
        (Receipt.objects.filter(customer=customer), "amount_minor", "created_at"),
    ):
        for _, source, left in _left(rows, given, since):
            sums[source.currency] = sums.get(source.currency, 0) + left
    return [Money(minor, currency) for currency, minor in sorted(sums.items()) if minor]


def credit_notes(
    *, customer: str | None = None, invoice: str | None = None, currency: str | None = None, month: date | None = None
) -> QuerySet[CreditNote]:
    """Return credit notes with their invoice and customer; `customer` is a public id or an external id.

    `month` is the first day of the one in which they were issued.
    """
    rows = CreditNote.objects.select_related("customer", "invoice")
    if customer is not None:
        rows = rows.filter(Q(customer__public_id=customer) | Q(customer__external_id=customer))
    if currency is not None:
        rows = rows.filter(currency=currency)
    if month is not None:
        rows = rows.filter(issued_in(month))
    return rows if invoice is None else rows.filter(invoice__public_id=invoice)


def credit_lines_of(*, credit_note: CreditNote) -> list[CreditLine]:
    """Return a credit note's lines in their order, with the lines that they take back from."""
    return list(credit_note.lines.select_related("line", "credit_note").order_by("position"))


def credited_before(*, credit_note: CreditNote, lines: Iterable[Line]) -> list[CreditLine]:
    """Return what of lines had been credited before a credit note was issued.

    Notes of a customer are issued one after the other, so that their keys tell.
    """
    rows = CreditLine.objects.filter(line__any_key={line.pk for line in lines}, credit_note__lt=credit_note.pk)
    return list(rows.order_by("pk"))


def allocations_of(*, credit_note: CreditNote) -> list[Allocation]:
    """Return what a credit note was used on, in the order of use."""
    return list(credit_note.allocations.select_related("invoice", "refund", "credit_note").order_by("pk"))


def credit_notes_on(*, invoice: Invoice) -> list[CreditNote]:
    """Return the credit notes that take back from an invoice, oldest first."""
    return list(invoice.credit_notes.order_by("pk"))


def invoice_that_billed(*, period: Period, since: datetime | None = None) -> Invoice | None:
    """Return the newest invoice, or draft, with a line for the usage of a period; `since`: charged then or later."""
    lines = Line.objects.filter(charge__period=period, charge__kind=Kind.USAGE)
    if since is not None:
        lines = lines.filter(charge__created_at__gte=since)
    line = lines.order_by("-pk").select_related("invoice").first()
    return line.invoice if line is not None else None


def late_draft_of(*, subscription: Subscription) -> QuerySet[Invoice]:
    """Return the draft, if any, of usage that came after the end of a subscription."""
    return Invoice.objects.filter(subscription=subscription, cause=Invoice.Cause.LATE, status=Invoice.Status.DRAFT)


def invoices_of(*, customer: Customer) -> QuerySet[Invoice]:
    """Return a customer's invoices, newest first."""
    return Invoice.objects.filter(customer=customer).order_by("-pk")


def invoices(
    *, customer: str | None = None, status: str | None = None, currency: str | None = None, month: date | None = None
) -> QuerySet[Invoice]:
    """Return invoices with their customer and subscription; `customer` is a public id or an external id.

    `month` is the first day of the one in which they were issued.
    """
    rows = Invoice.objects.select_related("customer", "subscription")
    if customer is not None:
        rows = rows.filter(Q(customer__public_id=customer) | Q(customer__external_id=customer))
    if currency is not None:
        rows = rows.filter(currency=currency)
    if month is not None:
        rows = rows.filter(issued_in(month))
    return rows if status is None else rows.filter(status=status)


def issued_as(*, number: str) -> list[Invoice | CreditNote]:
    """Return what has a number in the open scope, with its organization and customer: an invoice, a credit note.

    Both only where the prefixes of their numbers were changed.
    """
    found: list[Invoice | CreditNote] = []
    for rows in (Invoice.objects.all(), CreditNote.objects.select_related("invoice")):
        found += rows.filter(number=number).select_related("organization", "customer")
    return found


def issued_in(month: date) -> Q:
    """Return the condition of what was issued in a month, given by its first day."""
    return in_month(month, "issued_on")


def in_month(month: date, column: str) -> Q:
    """Return the condition that a date lies in a month, given by its first day."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    return Q(**{f"{column}__gte": month, f"{column}__lte": last})


def id_of(*, pk: int) -> str | None:
    """Return the public id of an invoice."""
    return Invoice.objects.filter(pk=pk).values_list("public_id", flat=True).first()


def lines_of(*, invoice: Invoice) -> list[Line]:
    """Return an invoice's lines in their order."""
    return list(invoice.lines.order_by("position"))


def lines_by_invoice(*, invoices: Iterable[Invoice]) -> dict[int, list[Line]]:
    """Return the lines of each invoice in their order, by the invoice's key."""
    found: dict[int, list[Line]] = {invoice.pk: [] for invoice in invoices}
    for line in Line.objects.filter(invoice__in=list(found)).order_by("invoice", "position"):
        found[line.invoice_id].append(line)
    return found


def line_of(*, organization: Organization, pk: int) -> Line | None:
    """Return a line of an organization with its invoice and customer; None where there is none of this key."""
    rows = Line.objects.filter(organization=organization, pk=pk)
    return rows.select_related("organization", "invoice__organization", "invoice__customer").first()


def credit_line_of(*, organization: Organization, pk: int) -> CreditLine | None:
    """Return a line of a credit note of an organization; None where there is none of this key."""
    rows = CreditLine.objects.filter(organization=organization, pk=pk)
    return rows.select_related("credit_note__organization").first()


def payments_on(*, invoice: Invoice) -> list[Allocation]:
    """Return what of money that came in was used on an invoice, oldest first."""
    rows = invoice.allocations.filter(receipt__isnull=False).select_related("receipt")
    return list(rows.order_by("pk"))


def invoice_in_place_of(*, invoice: Invoice) -> Invoice | None:
    """Return the invoice, or draft, that stands in the place of a voided one."""
    return Invoice.objects.filter(rebills_id=invoice.pk).first()


def voided_before(*, invoice: Invoice) -> Invoice | None:
    """Return the voided invoice in whose place one stands."""
    return Invoice.objects.filter(pk=invoice.rebills_id).first() if invoice.rebills_id is not None else None


def invoices_of_subscription(*, subscription: Subscription) -> QuerySet[Invoice]:
    """Return a subscription's invoices and drafts, newest first."""
    return Invoice.objects.filter(subscription=subscription).order_by("-pk")


def invoices_by_period(*, periods: Iterable[Period]) -> dict[int, list[Invoice]]:
    """Return the invoices and drafts with a line for each of these periods, oldest first, by the period's id."""
    found: dict[int, list[Invoice]] = {}
    lines = Line.objects.filter(charge__period__in=list(periods)).select_related("charge", "invoice")
    for line in lines.order_by("invoice_id", "position"):
        assert line.charge is not None, "the lines were found by their charges"
        invoices = found.setdefault(line.charge.period_id, [])
        if line.invoice not in invoices:
            invoices.append(line.invoice)
    return found


def runs() -> QuerySet[Run]:
    """Return the runs, newest first."""
    return Run.objects.order_by("-pk")


def run_at_work() -> Run | None:
    """Return the run that is closing what is due; dry ones do not."""
    return Run.objects.filter(status=Run.Status.RUNNING, dry=False).select_related("organization").first()


def runs_at_work() -> list[Run]:
    """Return the runs that are not done, dry ones too, oldest first."""
    return list(Run.objects.filter(status=Run.Status.RUNNING).select_related("organization").order_by("pk"))


def last_run() -> Run | None:
    """Return the newest run that was not dry."""
    return runs().filter(dry=False).first()


def run_lines_by_change(*, run: Run) -> QuerySet[RunLine]:
    """Return what a dry run found out: what would be parked, then the largest change to the period before."""
    change = Abs(F("total_minor") - F("previous_minor")).desc(nulls_last=True)
    parked = Case(When(reason="", then=1), default=0)
    return RunLine.objects.filter(run=run).select_related("customer", "subscription").order_by(parked, change, "pk")


def run_lines(*, run: Run) -> QuerySet[RunLine]:
    """Return what a dry run found out, in the order in which it did."""
    return RunLine.objects.filter(run=run).select_related("customer", "subscription").order_by("pk")


def last_totals(*, subscriptions: Iterable[Subscription]) -> dict[int, int]:
    """Return what the newest invoice of a boundary of each subscription comes to, by the subscription's key.

    Where it was voided, the one in its place counts, if there is any.
    """
    rows = Invoice.objects.filter(subscription__in=list(subscriptions)).exclude(status=Invoice.Status.VOID)
    ends = (Invoice.Cause.CYCLE, Invoice.Cause.REBILL)
    replaced = Invoice.objects.filter(pk=OuterRef("rebills_id"), cause__in=ends)
    rows = rows.filter(Q(cause=Invoice.Cause.CYCLE) | Exists(replaced))
    newest = rows.order_by("subscription", "-boundary_at", "-pk").distinct("subscription")
    return {int(pk or 0): total for pk, total in newest.values_list("subscription", "total_minor")}
