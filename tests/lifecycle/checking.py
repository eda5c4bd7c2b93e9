"""What must hold of a subscription after each step of its life."""

from itertools import pairwise

from django.db.models import Sum

from apps.backoffice.management.commands.verify import CHECKS
from apps.invoicing import explanations, proving_credits
from apps.invoicing.models import Charge, CreditLine, CreditNote, Invoice, Kind, Line
from apps.subscriptions.models import Item, Period, Quantity, Subscription
from apps.usage.models import Event
from tests.lifecycle.reference import Reference


def chains() -> dict[Item, list[Period]]:
    found: dict[Item, list[Period]] = {}
    rows = Period.objects.select_related("item__add_on", "item__subscription__plan", "price")
    for period in rows.order_by("item_id", "starts_at"):
        found.setdefault(period.item, []).append(period)
    return found


def periods_tile_from_the_start_of_their_item() -> None:
    for item, chain in chains().items():
        assert [period.index for period in chain] == list(range(len(chain)))
        assert all(before.ends_at == after.starts_at for before, after in pairwise(chain)), item
        assert chain[0].starts_at == item.starts_at
    subscription = Subscription.objects.get()
    if subscription.status == "canceled":
        assert subscription.ends_at is not None
        for item, chain in chains().items():
            assert all(period.status != "current" for period in chain), item
            assert item.ends_at is not None and item.ends_at <= subscription.ends_at
            assert item.is_one_time or chain[-1].ends_at == item.ends_at, item


def each_moment_is_billed_once_unless_it_is_free(reference: Reference) -> None:
    _note_renewals(reference)
    found = chains()
    fees = [period for item, chain in found.items() if item.add_on is None for period in chain]
    for item, chain in found.items():
        for period in chain:
            free = reference.is_free(period)
            if not item.is_usage and not item.is_one_time:
                free = reference.is_covered(period, chain if item.add_on else fees) or free
            assert period.billable is not free, (item, period, period.status)
    for item, chain in found.items():
        billed = sum(1 for period in chain if period.billable)
        assert not item.is_one_time or billed <= 1


def what_was_billed_was_due(reference: Reference, *, strictly: bool) -> None:
    """Compare every closed period, kind by kind, with the reference; `strictly` nothing waits any more."""
    billed: dict[tuple[int, str], int] = {}
    for charge in Charge.objects.exclude(kind=Kind.SETUP).order_by("pk"):
        billed[charge.period_id, charge.kind] = billed.get((charge.period_id, charge.kind), 0) + charge.amount_minor
    assert all(minor >= 0 for minor in billed.values())
    drafted = set(Line.objects.filter(invoice__status="draft").values_list("charge__period", flat=True))
    late = set(Event.objects.filter(late=True).values_list("period", flat=True))
    said: dict[int, list[Quantity]] = {}
    for quantity in Quantity.objects.order_by("pk"):
        said.setdefault(quantity.item_id, []).append(quantity)
    for item, chain in chains().items():
        kind = Kind.USAGE if item.is_usage else Kind.ONE_TIME if item.is_one_time else Kind.FLAT
        for period in chain:
            if period.status == "current":
                continue
            due = reference.usage(period) if item.is_usage else reference.fee(period, said[item.pk])
            found = billed.get((period.pk, kind), 0)
            waits = not strictly and (period.pk in late or (period.pk in drafted and due < found))
            assert found == due or waits, f"{item} {period} ({period.status}): billed {found}, due {due}"


def the_books_hold() -> None:
    assert [breach for check in CHECKS for breach in check.breaches()] == []
    lines = Line.objects.aggregate(Sum("amount_minor"))["amount_minor__sum"] or 0
    credited = CreditLine.objects.aggregate(Sum("amount_minor"))["amount_minor__sum"] or 0
    assert lines - credited == (Charge.objects.aggregate(Sum("amount_minor"))["amount_minor__sum"] or 0)
    given = CreditNote.objects.values_list("invoice_id", "invoice__total_minor").annotate(Sum("total_minor"))
    assert all(sum_ <= total for _, total, sum_ in given.order_by())
    setups = Charge.objects.filter(kind=Kind.SETUP).order_by().values_list("item", flat=True)
    assert len(setups) == len(set(setups))


def every_line_comes_out_again() -> None:
    """Work out every charge on any document again from what is stored, and every figure of the credit notes."""
    told = [each for invoice in Invoice.objects.order_by("pk") for each in explanations.of_invoice(invoice=invoice)]
    wrong = [(each.line, each.billing, each.differences) for each in told if each.differences]
    assert not wrong, f"these come out otherwise: {wrong}"
    assert all(each.is_checked for each in told if each.charge is not None)
    for note in CreditNote.objects.select_related("organization", "invoice").order_by("pk"):
        off = [figure for figure in proving_credits.figures_of(note=note) if not figure.holds]
        assert not off, f"of {note} these come out otherwise: {off}"


def _note_renewals(reference: Reference) -> None:
    """Note when the subscription's cycle was begun anew: the base fee goes on with another interval."""
    bases = [item for item in chains() if item.add_on is None]
    for before, after in pairwise(sorted(bases, key=lambda item: item.pk)):
        if before.interval != after.interval and after.starts_at not in reference.renewals:
            reference.renewals.append(after.starts_at)
