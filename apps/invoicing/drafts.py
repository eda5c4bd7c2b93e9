"""Write on drafts: lines by hand, discounts, terms and notes; and what is not about any subscription."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.accounts.models import Customer
from apps.core.refusals import Conflict, NotFound, Refusal
from apps.invoicing import drafting, taxing
from apps.invoicing.documents import hold, note
from apps.invoicing.models import Charge, Invoice, Kind, Line
from apps.rating.exact import EXACT
from apps.rating.money import AmountTooLarge, Money, to_money
from apps.rating.taxing import STANDARD
from apps.subscriptions import operations as subscriptions
from apps.tenancy.models import TAX_CATEGORY

LONGEST_TERMS = 365


@transaction.atomic
def create(*, customer: Customer, now: datetime, actor: str, currency: str | None = None) -> Invoice:
    """Begin an invoice about no subscription, in the customer's currency unless given: a draft without lines."""
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    invoice = Invoice.objects.create(
        organization_id=locked.organization_id,
        customer=locked,
        cause=Invoice.Cause.MANUAL,
        currency=currency or locked.currency,
        tax_inclusive=locked.organization.prices_include_tax,
        created_at=now,
    )
    note(invoice=invoice, verb="drafted", now=now, actor=actor)
    return invoice


@dataclass(frozen=True)
class ByHand:
    """A line to add by hand."""

    description: str
    unit_amount: Decimal
    quantity: Decimal = Decimal(1)
    tax_category: str | None = None


@transaction.atomic
def create_whole(
    *,
    customer: Customer,
    lines: Sequence[ByHand],
    now: datetime,
    actor: str,
    currency: str | None = None,
    notes: str = "",
    days: int | None = None,
) -> Invoice:
    """Draft an invoice about no subscription with its lines and terms. Raise as `add_line` and `set_terms` do."""
    draft = create(customer=customer, currency=currency, now=now, actor=actor)
    for line in lines:
        add_line(invoice=draft, now=now, actor=actor, **asdict(line))
    return set_terms(invoice=draft, days=days, notes=notes, now=now, actor=actor)


@transaction.atomic
def add_line(
    *,
    invoice: Invoice,
    description: str,
    quantity: Decimal,
    unit_amount: Decimal,
    now: datetime,
    actor: str,
    tax_category: str | None = None,
) -> Line:
    """Add a line by hand. Raise Conflict if the invoice is no draft, Refusal for an amount that no line can say.

    Raise Refusal as well for a tax category that no rate can have.
    """
    draft = lock(invoice)
    amount = priced(quantity, unit_amount, draft.currency)
    last = draft.lines.order_by("position").last()
    line = Line.objects.create(
        organization_id=draft.organization_id,
        invoice=draft,
        position=last.position + 1 if last is not None else 1,
        kind=Kind.MANUAL,
        description=description,
        quantity=quantity,
        unit_amount=unit_amount,
        amount_minor=amount.minor,
        tax_category=_category(tax_category or STANDARD),
        taxed_on=now.astimezone(draft.organization.zone).date(),
    )
    total_up_again(draft)
    note(
        invoice=draft,
        verb="line added",
        now=now,
        actor=actor,
        summary=f"{description}: {amount.text()} {draft.currency}.",
        line=line,
    )
    return line


@transaction.atomic
def change_line(
    *,
    line: Line,
    now: datetime,
    actor: str,
    description: str | None = None,
    quantity: Decimal | None = None,
    unit_amount: Decimal | None = None,
) -> Line:
    """Change a line that was added by hand; what is left out stays. Raise as `add_line`, Refusal for another line."""
    draft = lock(line.invoice)
    own = _by_hand(draft, line)
    own.description = own.description if description is None else description
    own.quantity = own.quantity if quantity is None else quantity
    own.unit_amount = own.unit_amount if unit_amount is None else unit_amount
    assert own.unit_amount is not None, "lines by hand have one"
    own.amount_minor = priced(own.quantity, own.unit_amount, draft.currency).minor
    own.discount_minor = 0
    own.save()
    total_up_again(draft)
    note(invoice=draft, verb="line changed", now=now, actor=actor, summary=f"{own.description}.", line=own)
    return own


@transaction.atomic
def remove_line(*, line: Line, now: datetime, actor: str) -> Invoice:
    """Take away a line that was added by hand. Raise Conflict if the invoice is no draft, Refusal for another line."""
    draft = lock(line.invoice)
    own = _by_hand(draft, line)
    note(invoice=draft, verb="line removed", now=now, actor=actor, summary=f"{own.description}.")
    own.delete()
    return total_up_again(draft)


@transaction.atomic
def discount(
    *,
    invoice: Invoice,
    now: datetime,
    actor: str,
    percent: Decimal | None = None,
    amount: Decimal | None = None,
    reason: str = "",
) -> Invoice:
    """Give a discount on a draft, in percent or as an amount before tax, with a reason; neither takes it off.

    It is spread over the lines and never takes more than there is. Raise Refusal naming what is wrong.
    """
    draft = lock(invoice)
    if percent is not None and amount is not None:
        raise Refusal("one_discount", "Give a percentage or an amount, not both.", field="amount")
    if percent is not None and not 0 < percent <= 100:
        raise Refusal("percent_out_of_range", "The percentage must be above 0 and at most 100.", field="percent")
    if amount is not None and amount <= 0:
        raise Refusal("amount_out_of_range", "The discount must be above zero.", field="amount")
    given = percent is not None or amount is not None
    if given and not reason.strip():
        raise Refusal("reason_missing", "Say why: the reason is printed on the invoice.", field="reason")
    draft.discount_percent = percent
    draft.discount_fixed_minor = None if amount is None else to_money(amount, draft.currency).minor
    draft.discount_reason = reason.strip() if given else ""
    total_up_again(draft)
    told = f"{Money(draft.discount_minor, draft.currency).text()} {draft.currency}: {reason}." if given else "None."
    note(invoice=draft, verb="discounted", now=now, actor=actor, summary=told)
    return draft


@transaction.atomic
def set_terms(
    *, invoice: Invoice, now: datetime, actor: str, days: int | None = None, notes: str | None = None
) -> Invoice:
    """Say in how many days a draft will be due, and what is printed below its lines; what is left out stays."""
    draft = lock(invoice)
    if days is not None:
        if not 0 <= days <= LONGEST_TERMS:
            raise Refusal("terms_out_of_range", f"Say 0 to {LONGEST_TERMS} days.", field="payment_terms_days")
        draft.payment_terms_days = days
    draft.notes = draft.notes if notes is None else notes
    draft.save(update_fields=["payment_terms_days", "notes"])
    note(invoice=draft, verb="changed", now=now, actor=actor)
    return draft


@transaction.atomic
def discard(*, invoice: Invoice, now: datetime, actor: str) -> None:
    """Throw a draft away: its periods are due again, with the next invoice. Raise Conflict if it is no draft.

    Raise Conflict as well where its periods were charged further since: that rests on what this draft charged.
    Of a subscription that has ended there is no next one: what is due again is drafted anew by the next closing.
    """
    hold(invoice=invoice, with_subscription=True)
    draft = lock(invoice)
    _check_newest(draft)
    charges = Charge.objects.filter(line__invoice=draft)
    ids, periods = list(charges.values_list("pk", flat=True)), list(charges.values_list("period", flat=True))
    draft.lines.all().delete()
    Charge.objects.filter(pk__in=ids).delete()
    subscriptions.return_periods(ids=periods, now=now)
    note(invoice=draft, verb="discarded", now=now, actor=actor, summary=f"{draft.total.text()} {draft.currency}.")
    draft.delete()


def lock(invoice: Invoice) -> Invoice:
    """Lock a draft and return it as it stands; raise Conflict if it is none any more."""
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("organization", "customer", "subscription")
    draft: Invoice | None = rows.filter(pk=invoice.pk).first()
    if draft is None:
        raise NotFound("not_found", "There is no such draft any more.")
    if draft.status != Invoice.Status.DRAFT:
        raise Conflict("not_a_draft", f"Invoice {draft.number} is finalized: it never changes.")
    return draft


def charged_further(draft: Invoice) -> QuerySet[Charge]:
    """Return the charges of others that were rated on top of what a draft charges: later ones of its periods' kinds."""
    own = Charge.objects.filter(line__invoice=draft)
    before = own.filter(period=OuterRef("period"), kind=OuterRef("kind"), revision__lt=OuterRef("revision"))
    return Charge.objects.filter(Exists(before), period__in=own.values("period")).exclude(line__invoice=draft)


def _check_newest(draft: Invoice) -> None:
    """Raise Conflict where something was charged on top of what a locked draft charges: that must not go."""
    found = charged_further(draft).order_by("pk").values_list("line__invoice__status", "line__invoice__number").first()
    if found is None:
        return
    status, number = found
    if status == Invoice.Status.DRAFT:
        where, then = "another draft", "finalize or discard that one first."
    else:
        where, then = number or "a credit note", "finalize this one; then it may be voided and billed anew."
    raise Conflict("billed_since", f"The same period was billed further on {where} since: {then}")


def total_up_again(draft: Invoice) -> Invoice:
    """Add up a locked draft after its lines or its discount changed, with the tax as it is by now."""
    lines = list(draft.lines.order_by("position"))
    taxing.tax_anew(draft, lines, taxing.taxes_of(draft.organization))
    drafting.total_up(draft, lines)
    Line.objects.bulk_update(lines, ["discount_minor", "taxed_on", *taxing.TAX_COLUMNS])
    draft.save()
    return draft


def priced(quantity: Decimal, unit_amount: Decimal, currency: str) -> Money:
    """Return what so many cost, rounded once; raise Refusal where no line could say it."""
    if quantity <= 0:
        raise Refusal("quantity_out_of_range", "The quantity must be above zero.", field="quantity")
    if unit_amount < 0:
        raise Refusal("amount_negative", "The amount must not be below zero: give a discount.", field="unit_amount")
    try:
        return to_money(EXACT.multiply(quantity, unit_amount), currency)
    except AmountTooLarge:
        raise Refusal("amount_too_large", "No invoice could say this amount.", field="unit_amount") from None


def _category(text: str) -> str:
    try:
        TAX_CATEGORY(text)
    except ValidationError as invalid:
        raise Refusal("invalid", str(invalid.message), field="tax_category") from None
    return text


def _by_hand(draft: Invoice, line: Line) -> Line:
    own: Line | None = draft.lines.filter(pk=line.pk).first()
    if own is None:
        raise NotFound("not_found", "There is no such line any more.")
    if own.kind != Kind.MANUAL:
        raise Refusal("line_measured", "What was measured is not changed by hand.", field="line")
    return own
