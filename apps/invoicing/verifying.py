"""What must hold between charges and what they charge for."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    Window,
)
from django.db.models.functions import Coalesce, Lag

from apps.catalog.models import AddOn
from apps.core.verifying import Check
from apps.invoicing import assembling, queries, taxing
from apps.invoicing.models import Allocation, Charge, CreditLine, CreditNote, Invoice, Kind, Line, Refund
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Period
from apps.subscriptions.timeline import stored
from apps.usage.models import Event

AT_ONCE = 1_000
BIG = BigIntegerField()
TURNED = timedelta(hours=2)  # so far at the most do two zones move against each other by turning their clocks


def charges_beyond_facts() -> Iterator[str]:
    """Yield the usage charges that saw more facts than there are, or fewer than the charge before them."""
    facts = _count(Event.objects.filter(period=OuterRef("period")))
    before = Window(Lag("fact_count"), partition_by=F("period"), order_by="revision")
    charges = Charge.objects.filter(kind=Kind.USAGE).annotate(facts=facts, before=before)
    wrong = charges.filter(
        Q(fact_count__gt=F("facts")) | Q(fact_count__lt=F("before")) | Q(event_count__gt=F("fact_count"))
    )
    for public_id, seen, there in wrong.values_list("public_id", "fact_count", "facts").iterator():
        yield f"charge {public_id} saw {seen} facts, its period has {there}"


def charges_short_of_facts() -> Iterator[str]:
    """Yield the first usage charges of periods that left out what had arrived when the period was closed."""
    on_time = _count(Event.objects.filter(period=OuterRef("period"), late=False))
    charges = Charge.objects.filter(kind=Kind.USAGE, revision=0).annotate(on_time=on_time)
    wrong = charges.exclude(period__status="current").filter(fact_count__lt=F("on_time"))
    for public_id, seen, there in wrong.values_list("public_id", "fact_count", "on_time").iterator():
        yield f"charge {public_id} saw {seen} facts, {there} had arrived on time"


def charges_off_documents() -> Iterator[str]:
    """Yield the charges that their line, or what was credited for them, does not say.

    What takes a charge back may say more than its documents, by what nobody was to pay any more: what void invoices
    billed of the same period, and what had been given back of it out of goodwill.
    """
    given = _sum_of(CreditLine.objects.filter(charge=OuterRef("pk")))
    charges = Charge.objects.annotate(said=Coalesce(F("line__amount_minor"), 0) - given).exclude(amount_minor=F("said"))
    void = Line.objects.filter(
        invoice__status=Invoice.Status.VOID, charge__period=OuterRef("period"), charge__kind=OuterRef("kind")
    )
    goodwill = CreditLine.objects.filter(
        charge=None, line__charge__period=OuterRef("period"), line__charge__kind=OuterRef("kind")
    )
    least = F("said") - _sum_of(void) - _sum_of(goodwill)
    wrong = charges.exclude(amount_minor__lt=0, amount_minor__range=(least, F("said")))
    for public_id, amount, said in wrong.values_list("public_id", "amount_minor", "said").iterator():
        yield f"charge {public_id} is {amount} in minor units, its documents say {said}"


def fees_not_as_due() -> Iterator[str]:
    """Yield the closed periods of fees for which something else was billed, less what was credited, than was due.

    What is to be credited may wait for the draft that it stands on.
    """
    related = ("price__plan", "item__add_on", "item__subscription__organization")
    closed = Period.objects.exclude(Q(status=Period.Status.CURRENT) | Q(item__add_on__kind=AddOn.Kind.USAGE))
    rows = (
        closed.filter(billable=True, returned_at__isnull=True)
        .select_related(*related)
        .order_by("pk")
        .iterator(chunk_size=AT_ONCE)
    )
    while periods := list(islice(rows, AT_ONCE)):
        billed = queries.billed(periods=periods)
        bought = timelines.quantities(items=[period.item for period in periods])
        drafts = Line.objects.filter(charge__period__in=periods, invoice__status=Invoice.Status.DRAFT)
        drafted = set(drafts.values_list("charge__period", flat=True))
        for period in periods:
            subscription = period.item.subscription
            due = assembling.flat_due(
                stored(period),
                bought.get(period.item_id, []),
                billed,
                subscription.currency,
                subscription.organization.zone,
            )
            missing = due.difference.minor
            if abs(missing) > _leeway(period, due.amount.minor) and not (missing < 0 and period.pk in drafted):
                yield f"period {period.public_id} is due {due.amount.minor} in minor units, billed {due.billed.minor}"


def documents_off_lines() -> Iterator[str]:
    """Yield the invoices and credit notes whose sums, or tax by rate, are not those of their lines."""
    for invoice in Invoice.objects.order_by("pk").prefetch_related("lines").iterator(chunk_size=AT_ONCE):
        yield from _off_sums(invoice, taxing.sums_of(_in_order(invoice), inclusive=invoice.tax_inclusive))
    notes = CreditNote.objects.order_by("invoice_id", "pk").prefetch_related("lines")
    for _, of_invoice in groupby(notes.iterator(chunk_size=AT_ONCE), key=attrgetter("invoice_id")):
        earlier: list[dict[str, Any]] = []
        for note in of_invoice:
            yield from _off_sums(
                note, taxing.credited_sums_of(_in_order(note), inclusive=note.tax_inclusive, earlier=earlier)
            )
            earlier += taxing.groups_of(note)


def _in_order(document: Invoice | CreditNote) -> list[Any]:
    return sorted(document.lines.all(), key=attrgetter("position"))


def _off_sums(document: Invoice | CreditNote, again: dict[str, Any]) -> Iterator[str]:
    stored = {name: getattr(document, name) for name in again}
    if _figures(stored) != _figures(again):
        name = document.number or document.public_id
        yield f"{name} says {_figures(stored)} in minor units, its lines say {_figures(again)}"


def _figures(sums: dict[str, Any]) -> tuple[int, int, int, list[tuple[str, int, int]]]:
    """Return the figures of a document's sums; what its tax groups are called beside that is told by its paper."""
    groups = [(group["rate"], group["base_minor"], group["tax_minor"]) for group in sums["tax_groups"]]
    return sums["subtotal_minor"], sums["tax_minor"], sums["total_minor"], groups


def _leeway(period: Period, minor: int) -> int:
    """Return by how much a part may differ: it was measured on the clock of a zone that may be another now."""
    if (period.starts_at, period.ends_at) == (period.full_starts_at, period.full_ends_at):
        return 0
    return 1 + minor * TURNED // (period.ends_at - period.starts_at)


def settled_beside_allocations() -> Iterator[str]:
    """Yield the finalized invoices and the refunds whose allocations come to something else than they say.

    With both, the sum of a customer's postings is what its invoices still ask for, less what is left of its credits.
    """
    for rows, named, says in (
        (Invoice.objects.exclude(status=Invoice.Status.DRAFT), "invoice", "settled_minor"),
        (Refund.objects.all(), "refund", "amount_minor"),
    ):
        used = Allocation.objects.filter(**{named: OuterRef("pk")}).order_by().values(named)
        sums = Coalesce(Subquery(used.annotate(sum=Sum("amount_minor")).values("sum")), Value(0), output_field=BIG)
        wrong = rows.annotate(allocated=sums).exclude(**{says: F("allocated")})
        for public_id, said, allocated in wrong.values_list("public_id", says, "allocated").iterator():
            yield f"{named} {public_id} says {said} in minor units, its allocations come to {allocated}"


def _sum_of(lines: QuerySet[Any]) -> Coalesce:
    """Return the sum of lines of one organization as a part of a query; zero where there are none."""
    sums = lines.order_by().values("organization").annotate(sum=Sum("amount_minor")).values("sum")
    return Coalesce(Subquery(sums), Value(0), output_field=BIG)


def _count(facts: QuerySet[Event]) -> Coalesce:
    counted = facts.order_by().values("period").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


CHECKS = [
    Check(
        name="settled as allocated",
        holds="What settles an invoice, and what a refund pays back, is the sum of its allocations.",
        breaches=settled_beside_allocations,
        then="Restore these rows from a backup: no program of this house writes or changes them so.",
    ),
    Check(
        name="documents add up",
        holds="Subtotal, tax by rate and total of every document are those of its lines, to the last minor unit.",
        breaches=documents_off_lines,
        then="Restore these rows from a backup: no program of this house writes or changes them so.",
    ),
    Check(
        name="charges on documents",
        holds="Every charge stands on one line, and what takes back on credit notes, to the last minor unit.",
        breaches=charges_off_documents,
        then="Restore these rows from a backup: no program of this house writes or changes them so.",
    ),
    Check(
        name="fees billed as due",
        holds="For every closed period of a fee, what was billed less what was credited is what it owes.",
        breaches=fees_not_as_due,
        then="Look at the history of the item, and bill or credit the difference by hand.",
    ),
    Check(
        name="charged facts exist",
        holds="No charge saw more facts than its period has, nor fewer than the charge before it.",
        breaches=charges_beyond_facts,
        then="Events were lost: restore them from a backup before the next closing.",
    ),
    Check(
        name="nothing left out",
        holds="The first charge of a closed period saw everything that had arrived on time.",
        breaches=charges_short_of_facts,
        then="Recalculate these periods from their events and bill the difference.",
    ),
]
