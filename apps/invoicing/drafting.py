"""Write what is due as charges and as the lines of a draft."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from apps.core import bulk
from apps.invoicing import taxing
from apps.invoicing.assembling import Due
from apps.invoicing.models import Charge, Invoice, Kind, Line
from apps.rating import pricing
from apps.rating.exact import half_away
from apps.rating.split import split
from apps.rating.taxing import Buyer, Taxes
from apps.subscriptions.models import Item, Subscription
from apps.subscriptions.timeline import Span

# What is added to a catalog's name on the lines that need it; papers in other languages say it their way.
SETUP = ": setup fee, charged once"
LATE = ": late usage"
CHANGE = ": change of quantity"


def draft(
    *, subscription: Subscription, boundary_at: datetime, dues: Sequence[Due], cause: str, now: datetime
) -> Invoice:
    """Store a draft with a charge and a line for everything due; the caller holds the subscription's lock."""
    taxes = taxing.taxes_of(subscription.organization)
    drawn = draw(subscription=subscription, boundary_at=boundary_at, dues=dues, cause=cause, now=now, taxes=taxes)
    drawn.invoice.save(force_insert=True)
    Charge.objects.bulk_create(drawn.charges)
    drawn.tie()
    Line.objects.bulk_create(drawn.lines)
    return drawn.invoice


class Drawn(Struct, frozen=True):
    """A draft, its charges and its lines, unsaved."""

    invoice: Invoice
    charges: Sequence[Charge]
    lines: Sequence[Line]

    def tie(self) -> None:
        """Name invoice and charge on each line, once both have their keys."""
        for line, charge in zip(self.lines, self.charges, strict=True):
            line.invoice_id, line.charge_id = self.invoice.id, charge.id


def draw(
    *,
    subscription: Subscription,
    boundary_at: datetime,
    dues: Sequence[Due],
    cause: str,
    now: datetime,
    taxes: Taxes,
) -> Drawn:
    """Say everything due as a draft that adds up; reads and stores nothing."""
    organization, customer = subscription.organization, subscription.customer
    invoice = bulk.make(
        Invoice,
        organization_id=organization.id,
        customer_id=customer.id,
        subscription_id=subscription.id,
        boundary_at=boundary_at,
        cause=cause,
        currency=subscription.currency,
        tax_inclusive=taxes.inclusive,
        created_at=now,
    )
    bulk.hold(invoice, organization=organization, customer=customer, subscription=subscription)
    buyer = taxing.buyer_of(customer)
    lines = [line_of(due, position, taxes=taxes, buyer=buyer) for position, due in enumerate(dues, start=1)]
    total_up(invoice, lines)
    return Drawn(invoice, [charge_of(due, now) for due in dues], lines)


def line_of(due: Due, position: int, *, taxes: Taxes, buyer: Buyer) -> Line:
    """Say something due as an unsaved line; previews print the same."""
    item = due.span.item
    category, taxed_on = taxing.category_of(due), taxing.day_of(due, taxes)
    quantity = due.quantity - due.billed_quantity
    return bulk.make(
        Line,
        organization_id=item.organization_id,
        position=position,
        kind=due.kind,
        description=describe(due),
        quantity=quantity,
        unit=_unit(item, quantity) if due.kind == Kind.USAGE else "",
        unit_amount=unit_amount_of(due),
        amount_minor=due.difference.minor,
        tax_category=category,
        taxed_on=taxed_on,
        **taxing.columns_of(taxes.rate_for(category, buyer, taxed_on)),
        period_starts_at=due.span.span.starts_at,
        period_ends_at=due.span.span.ends_at,
        late=due.is_late,
        steps=due.told_steps,
    )


def describe(due: Due) -> str:
    """Name a line in plain words."""
    name = name_of(due.span)
    if due.kind == Kind.SETUP:
        return name + SETUP
    if due.is_late:
        return name + LATE
    return name + CHANGE if due.kind == Kind.FLAT and due.billed.minor else name


def name_of(span: Span) -> str:
    """Name what a span is billed for: the add-on, or the plan whose base fee it was."""
    add_on = span.item.add_on
    if add_on is not None:
        return add_on.name
    return (span.price.plan or span.item.subscription.plan).name


def total_up(invoice: Invoice, lines: Sequence[Line]) -> None:
    """Spread the invoice's discount over the lines, and set subtotal, tax by group and total from them."""
    invoice.discount_minor = _discount(invoice, sum(line.amount_minor for line in lines))
    parts = split(invoice.discount_minor, [line.amount_minor for line in lines])
    for line, part in zip(lines, parts, strict=True):
        line.discount_minor = part
    for name, value in taxing.sums_of(lines, inclusive=invoice.tax_inclusive).items():
        setattr(invoice, name, value)


def _discount(invoice: Invoice, amount_minor: int) -> int:
    """Return the discount on an amount: it never takes more than there is (BILLING §10)."""
    if invoice.discount_percent is not None:
        return half_away(amount_minor * Fraction(invoice.discount_percent) / 100)
    return min(invoice.discount_fixed_minor or 0, amount_minor)


def charge_of(due: Due, now: datetime) -> Charge:
    """Say the difference of something due as an unsaved charge; below zero it takes back."""
    assert due.span.period is not None, "only an opened period is charged"
    return bulk.make(
        Charge,
        organization_id=due.span.item.organization_id,
        period_id=due.span.period.id,
        item_id=due.span.item.id,
        kind=due.kind,
        revision=due.revision,
        amount_minor=due.difference.minor,
        currency=due.amount.currency,
        quantity=due.quantity,
        event_count=due.event_count,
        fact_count=due.fact_count,
        steps=due.told_steps,
        created_at=now,
    )


def _unit(item: Item, quantity: Decimal) -> str:
    add_on = item.add_on
    assert add_on is not None
    return add_on.unit if quantity == 1 else add_on.unit_plural


def unit_amount_of(due: Due) -> Decimal | None:
    """Return the one unit price behind an amount, if there is just one and nothing else was added to it."""
    if due.kind == Kind.SETUP:
        return due.amount.amount
    if due.is_late or due.billed.minor:
        return None
    priced = [step for step in due.steps if step.amount]
    if len(priced) == 1 and priced[0].kind == pricing.StepKind.UNITS:
        return priced[0].unit_amount
    return None
