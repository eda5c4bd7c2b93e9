"""Rate again what an invoice bills: a draft that is recalculated, or one that is voided and drafted anew."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from msgspec.structs import replace

from apps.core.refusals import Conflict
from apps.invoicing import assembling, crediting, drafting, drafts, finalizing, queries, taxing
from apps.invoicing.assembling import Due
from apps.invoicing.documents import hold, note
from apps.invoicing.models import Charge, Invoice, Kind, Line
from apps.invoicing.queries import Billed
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Period
from apps.subscriptions.timeline import stored
from apps.usage import queries as usage


@transaction.atomic
def recalculate(*, invoice: Invoice, now: datetime, actor: str) -> Invoice:
    """Rate a draft's periods again with all events so far, and replace what was measured.

    Lines by hand and the discount stay, and what another document charged further since: that was rated on top of it.
    What an earlier invoice billed too much is credited. Raise Conflict if it is no draft.
    """
    hold(invoice=invoice, with_subscription=True)
    draft = drafts.lock(invoice)
    further = set(drafts.charged_further(draft).values_list("period", "kind"))
    lines = draft.lines.filter(charge__isnull=False).select_related("charge").order_by("position")
    old = [line for line in lines if line.charge and (line.charge.period_id, line.charge.kind) not in further]
    periods = _locked({line.charge.period_id for line in old if line.charge is not None})
    billed = queries.billed(periods=periods.values(), but=draft)
    dues = _dues(old, periods, billed, draft)
    draft.lines.filter(pk__in=[line.pk for line in old]).delete()
    Charge.objects.filter(pk__in=[line.charge_id for line in old]).delete()
    kept = [(line, due) for line, due in zip(old, dues, strict=True) if due.difference.minor >= 0]
    crediting.credit(dues=[due for due in dues if due.difference.minor < 0], now=now)
    _write(draft, [(due, line.position) for line, due in kept], now)
    drafts.total_up_again(draft)
    note(invoice=draft, verb="recalculated", now=now, actor=actor, summary=f"{draft.total.text()} {draft.currency}.")
    return draft


def is_behind(*, invoice: Invoice) -> bool:
    """Say whether anything was recorded for a draft's periods since it was made: finalizing should offer to rate it."""
    charges = Charge.objects.filter(line__invoice=invoice, kind=Kind.USAGE).exclude(
        period__in=drafts.charged_further(invoice).filter(kind=Kind.USAGE).values("period")
    )
    seen = dict(charges.values_list("period", "fact_count"))
    facts = usage.fact_counts(periods=seen)
    return any(facts.get(period, 0) != count for period, count in seen.items())


def lines_taken_back_from(*, invoice: Invoice) -> list[Line]:
    """Return the lines whose usage was taken back after it was charged last, and is yet to be credited, in order."""
    usage_lines = invoice.lines.filter(charge__kind=Kind.USAGE).select_related("charge").order_by("position")
    by_line = {line: line.charge.period_id for line in usage_lines if line.charge is not None}
    newest = Charge.objects.filter(kind=Kind.USAGE, period__in=set(by_line.values()))
    newest = newest.order_by("period", "-revision").distinct("period")
    charged = dict(newest.values_list("period", "created_at"))
    taken_back = usage.newest_reversals(periods=charged)
    return [line for line, period in by_line.items() if period in taken_back and taken_back[period] > charged[period]]


@transaction.atomic
def void(*, invoice: Invoice, rebill: bool, now: datetime, actor: str, reason: str = "") -> Invoice | None:
    """Take an open, unpaid invoice out of force; it keeps its number. Return the draft in its place, if any.

    With `rebill` its charges are taken back and drafted anew at once; else what it billed is waived, and counts as
    billed. Raise Conflict where it is not open, or anything was paid or credited on it.
    """
    voided = hold(invoice=invoice, with_subscription=True)
    _check_voidable(voided)
    voided.status, voided.voided_at = Invoice.Status.VOID, now
    voided.save(update_fields=["status", "voided_at"])
    finalizing.announce(voided, "invoice.voided", now)
    note(
        invoice=voided,
        verb="voided",
        now=now,
        actor=actor,
        summary=f"{'Billed anew' if rebill else 'Waived'}. {reason}".strip(),
    )
    return _rebilled(voided, now, actor) if rebill else None


def _check_voidable(invoice: Invoice) -> None:
    if invoice.status != Invoice.Status.OPEN:
        raise Conflict("not_open", f"{invoice.as_it_stands}: only an open one can be voided.")
    if invoice.settled_minor or invoice.credit_notes.exists():
        raise Conflict(
            "partly_settled", f"Something was paid or credited on {invoice} already: issue a credit note instead."
        )


def _rebilled(voided: Invoice, now: datetime, actor: str) -> Invoice:
    old = list(voided.lines.select_related("charge").order_by("position"))
    periods = _locked({line.charge.period_id for line in old if line.charge is not None})
    _take_back([line.charge for line in old if line.charge is not None], periods, now)
    billed = queries.billed(periods=periods.values())
    measured = [line for line in old if line.charge is not None]
    dues = _dues(measured, periods, billed, voided)
    draft = Invoice.objects.create(
        organization_id=voided.organization_id,
        customer=voided.customer,
        subscription=voided.subscription,
        boundary_at=voided.boundary_at,
        cause=Invoice.Cause.REBILL,
        rebills_id=voided.pk,
        currency=voided.currency,
        payment_terms_days=voided.payment_terms_days,
        notes=voided.notes,
        discount_percent=voided.discount_percent,
        discount_fixed_minor=voided.discount_fixed_minor,
        discount_reason=voided.discount_reason,
        tax_inclusive=voided.tax_inclusive,
        created_at=now,
    )
    owed = [(due, line.position) for line, due in zip(measured, dues, strict=True) if due.difference.minor >= 0]
    crediting.credit(dues=[due for due in dues if due.difference.minor < 0], now=now)
    _write(draft, owed, now)
    for line in old:
        if line.charge is None:
            line.pk, line.public_id, line.invoice, line.discount_minor = None, Line().public_id, draft, 0
            line.save(force_insert=True)
            note(invoice=draft, verb="line kept", now=now, actor=actor, summary=f"From {voided}.", line=line)
    return drafts.total_up_again(draft)


def _take_back(charges: Sequence[Charge], periods: Mapping[int, Period], now: datetime) -> None:
    """Take charges of a void invoice back by charges below zero, on no document: it was never paid."""
    billed = queries.billed(periods=periods.values())
    before = queries.quantities_charged(periods=periods.values())
    seen = queries.facts_charged(periods=periods)  # late usage may have been charged since: no charge saw fewer facts
    for charge in charges:
        earlier = billed.of(periods[charge.period_id], Kind(charge.kind))
        added = charge.quantity - before.get((charge.period_id, charge.kind, charge.revision - 1), Decimal(0))
        Charge.objects.create(
            organization_id=charge.organization_id,
            period_id=charge.period_id,
            item_id=charge.item_id,
            kind=charge.kind,
            revision=earlier.revisions,
            amount_minor=-charge.amount_minor,
            currency=charge.currency,
            quantity=earlier.quantity - added,
            event_count=charge.event_count,
            fact_count=max(charge.fact_count, seen.get(charge.period_id, 0) if charge.kind == Kind.USAGE else 0),
            created_at=now,
        )


def _dues(lines: Sequence[Line], periods: Mapping[int, Period], billed: Billed, invoice: Invoice) -> list[Due]:
    """Return what each of these lines' periods owes by now for its kind, in their order."""
    zone = invoice.organization.zone
    metered = [period for period in periods.values() if period.item.is_usage]
    measured = usage.usage_of(periods=metered)
    bought = timelines.quantities(items=[period.item for period in periods.values() if not period.item.is_usage])
    dues = []
    for line in lines:
        assert line.charge is not None, "a line by hand owes nothing"
        period, kind = periods[line.charge.period_id], Kind(line.charge.kind)
        if kind == Kind.SETUP:
            due = assembling.setup_due(stored(period), billed, invoice.currency)
        elif kind == Kind.USAGE:
            due = assembling.usage_due(stored(period), measured[period.pk], billed, invoice.currency, zone)
        else:
            due = assembling.flat_due(stored(period), bought[period.item_id], billed, invoice.currency, zone)
        dues.append(replace(due, is_late=line.late))
    return dues


def _write(draft: Invoice, dues: Sequence[tuple[Due, int]], now: datetime) -> None:
    """Store charges and lines at their positions."""
    charges = Charge.objects.bulk_create([drafting.charge_of(due, now) for due, _ in dues])
    taxes, buyer = taxing.taxes_of(draft.organization), taxing.buyer_of(draft.customer)
    lines = [drafting.line_of(due, position, taxes=taxes, buyer=buyer) for due, position in dues]
    for line, charge in zip(lines, charges, strict=True):
        line.invoice, line.charge = draft, charge
    Line.objects.bulk_create(lines)


def _locked(ids: Iterable[int]) -> dict[int, Period]:
    related = ("price__plan", "item__price", "item__add_on__metric", "item__subscription__plan__product")
    rows = Period.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).select_related(*related)
    return {period.pk: period for period in rows.order_by("pk")}
