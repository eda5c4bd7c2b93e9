"""Read charges and invoices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.accounts.models import Customer
from apps.invoicing.models import Allocation, Charge, CreditLine, CreditNote, Invoice, Kind, Line
from apps.rating.money import Money
from apps.subscriptions.models import Item, Period, Subscription


@dataclass(frozen=True)
class Earlier:
    """What was billed for a period before: the sum in minor units, for what quantity, and in how many charges."""

    minor: int = 0
    quantity: Decimal = Decimal(0)
    revisions: int = 0


@dataclass(frozen=True)
class Billed:
    """What was billed for several periods, by period and kind."""

    sums: dict[tuple[int, str], Earlier] = field(default_factory=dict)

    def of(self, period: Period | None, kind: Kind) -> Earlier:
        """Return what was billed for a period; nothing for one that is yet to be opened."""
        return self.sums.get((period.pk, kind), Earlier()) if period is not None else Earlier()


def billed(*, periods: Iterable[Period]) -> Billed:
    """Add up the charges of periods."""
    sums: dict[tuple[int, str], Earlier] = {}
    charges = Charge.objects.filter(period__in=list(periods)).order_by("revision")
    for period, kind, minor, quantity in charges.values_list("period", "kind", "amount_minor", "quantity"):
        before = sums.get((period, kind), Earlier())
        sums[period, kind] = Earlier(before.minor + minor, quantity, before.revisions + 1)
    return Billed(sums)


def items_charged_before(*, items: Iterable[Item]) -> set[int]:
    """Return the ids of those items that were charged for a billable period, and so for their setup fee."""
    return set(Charge.objects.filter(item__in=list(items), period__billable=True).values_list("item", flat=True))


def facts_charged(*, subscription: Subscription) -> dict[int, int]:
    """Return, by period, how many facts the newest usage charge of each period of a subscription has seen."""
    rows = (
        Charge.objects.filter(item__subscription=subscription, kind=Kind.USAGE)
        .order_by("period", "-revision")
        .distinct("period")
        .values_list("period", "fact_count")
    )
    return dict(rows)


def creditable_lines(*, period: Period, kind: str) -> list[tuple[Line, int]]:
    """Return the finalized lines that charged a period, the newest first, with what is left of each to take back."""
    rows = Line.objects.filter(charge__period=period, charge__kind=kind, amount_minor__gt=0)
    rows = rows.exclude(invoice__status=Invoice.Status.DRAFT).select_related(
        "invoice__organization", "invoice__customer"
    )
    credited = Coalesce(Sum("credit_lines__amount_minor"), 0)
    found = [(line, line.amount_minor - line.credited_minor) for line in rows.annotate(credited_minor=credited)]
    found.sort(key=lambda entry: entry[0].pk, reverse=True)
    return [(line, left) for line, left in found if left]


def credits_left(*, customer: Customer, currency: str) -> list[tuple[CreditNote, int]]:
    """Return a customer's credit notes in a currency that are not used up, the oldest first, with what is left."""
    used = Coalesce(Sum("allocations__amount_minor"), 0)
    rows = CreditNote.objects.filter(customer=customer, currency=currency).annotate(used_minor=used)
    left = rows.filter(used_minor__lt=F("total_minor")).order_by("pk")
    return [(note, note.total_minor - note.used_minor) for note in left]


def balances(*, customer: Customer) -> list[Money]:
    """Return what a customer has to its credit, an amount for each currency in which there is some."""
    used = Coalesce(Sum("allocations__amount_minor"), 0)
    rows = CreditNote.objects.filter(customer=customer).annotate(used_minor=used)
    sums: dict[str, int] = {}
    for note in rows.filter(used_minor__lt=F("total_minor")).order_by("currency"):
        sums[note.currency] = sums.get(note.currency, 0) + note.total_minor - note.used_minor
    return [Money(minor, currency) for currency, minor in sums.items()]


def credit_notes(*, customer: str | None = None, invoice: str | None = None) -> QuerySet[CreditNote]:
    """Return credit notes with their invoice and customer; `customer` is a public id or an external id."""
    rows = CreditNote.objects.select_related("customer", "invoice")
    if customer is not None:
        rows = rows.filter(Q(customer__public_id=customer) | Q(customer__external_id=customer))
    return rows if invoice is None else rows.filter(invoice__public_id=invoice)


def credit_lines_of(*, credit_note: CreditNote) -> list[CreditLine]:
    """Return a credit note's lines in their order, with the lines that they take back from."""
    return list(credit_note.lines.select_related("line", "credit_note").order_by("position"))


def allocations_of(*, credit_note: CreditNote) -> list[Allocation]:
    """Return what a credit note was used on, in the order of use."""
    return list(credit_note.allocations.select_related("invoice", "credit_note").order_by("pk"))


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


def invoices(*, customer: str | None = None, status: str | None = None) -> QuerySet[Invoice]:
    """Return invoices with their customer and subscription; `customer` is a public id or an external id."""
    rows = Invoice.objects.select_related("customer", "subscription")
    if customer is not None:
        rows = rows.filter(Q(customer__public_id=customer) | Q(customer__external_id=customer))
    return rows if status is None else rows.filter(status=status)


def lines_of(*, invoice: Invoice) -> list[Line]:
    """Return an invoice's lines in their order."""
    return list(invoice.lines.order_by("position"))


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
