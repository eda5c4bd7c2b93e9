"""What becomes of an open invoice and of a balance by hand: paid, given up, paid back; and goodwill."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from apps.accounts.models import Customer
from apps.core.refusals import Conflict, Refusal
from apps.invoicing import crediting, finalizing, queries, settling
from apps.invoicing.crediting import Part
from apps.invoicing.documents import hold, note
from apps.invoicing.models import CreditNote, Invoice, Method, Receipt, Refund
from apps.invoicing.queries import Creditable
from apps.outbox import operations as outbox
from apps.rating.money import Money, to_money
from apps.rating.split import split
from apps.tenancy import operations as tenancy

Status = Invoice.Status


@transaction.atomic
def mark_paid(
    *,
    invoice: Invoice,
    now: datetime,
    actor: str,
    amount: Decimal | None = None,
    method: str = Method.BANK,
    reference: str = "",
    received_on: date | None = None,
) -> Receipt:
    """Note that money came in for an invoice: all that is due unless an amount is said.

    Less leaves it open, more goes to the customer's balance. Raise Conflict where nothing is due on it, Refusal for an
    amount that is not above zero or a day ahead.
    """
    locked = hold(invoice=invoice)
    if locked.status not in (Status.OPEN, Status.UNCOLLECTIBLE):
        raise Conflict("nothing_due", f"{locked.as_it_stands}: nothing is due on it.")
    paid = locked.amount_due if amount is None else _money(amount, locked.currency)
    today = now.astimezone(locked.organization.zone).date()
    if received_on is not None and received_on > today:
        raise Refusal("received_ahead", "This day lies ahead.", field="received_on")
    receipt = Receipt.objects.create(
        organization_id=locked.organization_id,
        customer=locked.customer,
        currency=locked.currency,
        amount_minor=paid.minor,
        method=method,
        reference=reference,
        received_on=received_on or today,
        actor=actor,
        created_at=now,
    )
    settled = settling.settle(invoice=locked, source=receipt, most=paid.minor, now=now)
    told = {"receipt": receipt.public_id, "invoice": locked.public_id, "number": locked.number, "amount": paid.text()}
    outbox.append(
        organization=locked.organization,
        topic="payment.received",
        payload={**told, "currency": locked.currency, "customer": locked.customer.public_id},
        now=now,
    )
    if settled.status == Status.PAID:
        finalizing.announce(settled, "invoice.paid", now)
    note(
        invoice=locked,
        verb="marked paid",
        now=now,
        actor=actor,
        summary=f"{paid.text()} {paid.currency} by {receipt.get_method_display()}. {reference}",
    )
    return receipt


@transaction.atomic
def write_off(*, invoice: Invoice, now: datetime, actor: str, reason: str = "") -> Invoice:
    """Give an open invoice up: it stays owed, and nobody asks for it any more. Raise Conflict if it is not open."""
    locked = hold(invoice=invoice)
    if locked.status != Status.OPEN:
        raise Conflict("not_open", f"{locked.as_it_stands}: only an open one can be given up.")
    locked.status, locked.written_off_at = Status.UNCOLLECTIBLE, now
    locked.save(update_fields=["status", "written_off_at"])
    finalizing.announce(locked, "invoice.uncollectible", now)
    note(invoice=locked, verb="given up", now=now, actor=actor, summary=reason)
    return locked


@transaction.atomic
def refund(
    *,
    customer: Customer,
    amount: Decimal,
    currency: str,
    now: datetime,
    actor: str,
    method: str = Method.BANK,
    reference: str = "",
) -> Refund:
    """Note that a part of a customer's balance was paid back. Raise Refusal for more than there is."""
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    paid = _money(amount, currency)
    there = sum(left for _, left in queries.credits_left(customer=locked, currency=currency))
    if paid.minor > there:
        sentence = f"There are only {Money(there, currency).text()} {currency} to the customer's credit."
        raise Refusal("more_than_balance", sentence, field="amount")
    made = Refund.objects.create(
        organization_id=locked.organization_id,
        customer=locked,
        currency=currency,
        amount_minor=paid.minor,
        method=method,
        reference=reference,
        refunded_on=now.astimezone(locked.organization.zone).date(),
        actor=actor,
        created_at=now,
    )
    settling.pay_back(refund=made, now=now)
    told = {"refund": made.public_id, "customer": locked.public_id, "amount": paid.text(), "currency": currency}
    outbox.append(organization=locked.organization, topic="refund.made", payload=told, now=now)
    tenancy.record_audit(
        organization=locked.organization,
        actor=actor,
        verb="paid back",
        subject=locked,
        now=now,
        summary=f"{paid.text()} {currency}. {reference}".strip(),
    )
    return made


@transaction.atomic
def give_credit(
    *,
    invoice: Invoice,
    now: datetime,
    actor: str,
    reason: str,
    amount: Decimal | None = None,
    lines: Mapping[str, Decimal] | None = None,
) -> CreditNote:
    """Credit an invoice out of goodwill: amounts of its lines by their ids, an amount over all, or all that is left.

    Amounts are after discount, and before tax unless those of the invoice include it; what was measured stays billed.
    Raise Conflict where the invoice is not finalized or is void, Refusal for more than is left or without a reason.
    """
    locked = hold(invoice=invoice)
    if locked.status not in queries.CREDITABLE:
        raise Conflict("not_creditable", f"{locked.as_it_stands}: nothing can be credited.")
    if not reason.strip():
        raise Refusal("reason_missing", "Say why: the reason is printed on the credit note.", field="reason")
    left = queries.creditable_lines_of(invoice=locked)
    parts = _of_lines(left, lines, locked) if lines is not None else _over_all(left, amount, locked)
    issued = crediting.issue(
        invoice=locked, parts=parts, kind=CreditNote.Kind.COMMERCIAL, reason=reason.strip(), now=now
    )
    note(invoice=locked, verb="credited", now=now, actor=actor, summary=crediting.summary_of(issued))
    return issued


def _of_lines(left: list[Creditable], lines: Mapping[str, Decimal], invoice: Invoice) -> list[Part]:
    by_id = {entry.line.public_id: entry for entry in left}
    parts = []
    for public_id, amount in lines.items():
        entry = by_id.get(public_id)
        if entry is None:
            raise Refusal("unknown_line", f"There is nothing left of a line {public_id} here.", field="lines")
        parts.append(_part(entry, _money(amount, invoice.currency, field="lines").minor, field="lines"))
    if not parts:
        raise Refusal("no_lines", "Name a line at least.", field="lines")
    return parts


def _over_all(left: list[Creditable], amount: Decimal | None, invoice: Invoice) -> list[Part]:
    nets = [entry.left_net_minor for entry in left]
    given = sum(nets) if amount is None else _money(amount, invoice.currency).minor
    if given > sum(nets):
        there = Money(sum(nets), invoice.currency)
        what = "with tax" if invoice.tax_inclusive else "before tax"
        raise Refusal("more_than_left", f"Only {there.text()} {there.currency} {what} are left.", field="amount")
    if not given:
        raise Refusal("nothing_left", "Nothing is left to credit on this invoice.", field="amount")
    shares = zip(left, split(given, nets), strict=True)
    return [_part(entry, share, field="amount") for entry, share in shares if share]


def _part(entry: Creditable, net_minor: int, *, field: str) -> Part:
    """Take so much of a line after its discount; raise Refusal where that is more than is left."""
    if net_minor > entry.left_net_minor:
        there = Money(entry.left_net_minor, entry.line.invoice.currency)
        sentence = f"Only {there.text()} {there.currency} are left of {entry.line.description}."
        raise Refusal("more_than_left", sentence, field=field)
    return crediting.part_of_net(entry, net_minor)


def _money(amount: Decimal, currency: str, *, field: str = "amount") -> Money:
    if amount <= 0:
        raise Refusal("amount_out_of_range", "The amount must be above zero.", field=field)
    money = to_money(amount, currency)
    if money.amount != amount:
        raise Refusal("amount_too_fine", f"{currency} has no such small amounts.", field=field)
    return money
