"""What one boundary of a subscription brings due: the one formula, due − billed (BILLING §1).

Closing and previews share this code; it reads and computes, and writes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils.functional import cached_property
from msgspec import Struct
from msgspec.structs import replace

from apps.catalog.models import Timing
from apps.invoicing import fees, queries
from apps.invoicing.models import Kind
from apps.invoicing.queries import Billed
from apps.rating import pricing
from apps.rating.money import Money, to_money
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Period, Subscription
from apps.subscriptions.queries import Bought
from apps.subscriptions.timeline import Span, stored
from apps.usage import queries as usage
from apps.usage import valuing
from apps.usage.queries import Usage


class Measure(Protocol):
    """Return the usage of each period by its id."""

    def __call__(self, *, periods: Iterable[Period]) -> dict[int, Usage]: ...


class Transactions(Protocol):
    """Return the quantities of each period's events in the order in which they are rated, by its id."""

    def __call__(self, *, periods: Sequence[Period]) -> Mapping[int, Sequence[Decimal]]: ...


@dataclass(frozen=True)
class Reading:
    """How usage is read: from all events, as closing does; from what was counted before; or as it will be."""

    measure: Measure = usage.usage_of
    transactions: Transactions = usage.transactions_of_many


EVENTS = Reading()


class Due(Struct, frozen=True, kw_only=True, dict=True):
    """What one period owes for one kind of charge: all of it, how much is billed already, and how it came about.

    `quantity` is the whole period's, `billed_quantity` the one that the newest charge before rated. `fact_count` is how
    many facts it has seen: of usage those of the period, of a fee what was said of the item's quantity. `told_steps` is
    the arithmetic as it is stored, on the charge and on the line. `is_late` where it bills usage that arrived after its
    period was closed.
    """

    span: Span
    kind: Kind
    quantity: Decimal
    amount: Money
    billed: Money
    billed_quantity: Decimal = Decimal(0)
    steps: tuple[pricing.Step, ...] = ()
    told_steps: list[dict[str, str]] = []
    event_count: int = 0
    fact_count: int = 0
    revision: int = 0
    is_late: bool = False

    @cached_property
    def difference(self) -> Money:
        """What is to be invoiced now."""
        return self.amount - self.billed


class Boundary(Struct, frozen=True, kw_only=True, dict=True):
    """The spans that meet at a boundary: those that end there, those that begin, and closed ones with late usage.

    Of those that begin only what is paid in advance is there. `standing` are those that go on and whose fee was billed
    at their beginning: it may have changed since. `returned` are due again: the draft that billed them was discarded.
    """

    ending: Sequence[Span]
    starting: Sequence[Span]
    late: Sequence[Period]
    standing: Sequence[Span] = ()
    returned: Sequence[Span] = ()

    @cached_property
    def metered(self) -> list[Span]:
        """The spans whose usage is due."""
        return [span for span in (*self.ending, *self.returned) if span.item.is_usage]

    @cached_property
    def fees(self) -> list[Span]:
        """The spans whose fee may be due."""
        return [span for span in (*self.ending, *self.starting, *self.standing, *self.returned) if _is_fee(span)]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of the periods and items that meet at boundaries, of one subscription or of many, by their ids.

    `charged` are the items that were charged before, `transactions` what a price by transaction looks at.
    """

    measured: Mapping[int, Usage]
    bought: Mapping[int, Sequence[Bought]]
    billed: Billed
    charged: Collection[int]
    transactions: Mapping[int, Sequence[Decimal]]


def assemble(*, subscription: Subscription, boundary: Boundary, zone: ZoneInfo, reading: Reading) -> list[Due]:
    """Return what is due at a boundary, in the order of the invoice: items as they were added, setup fees after."""
    facts = gather(boundaries=[boundary], measure=reading.measure, transactions=reading.transactions)
    return dues_of(boundary=boundary, facts=facts, currency=subscription.currency, zone=zone)


def gather(
    *, boundaries: Sequence[Boundary], measure: Measure, transactions: Transactions = usage.transactions_of_many
) -> Facts:
    """Read what has to be known of boundaries, of however many, in a few queries."""
    metered = [span for boundary in boundaries for span in boundary.metered]
    flat = [span for boundary in boundaries for span in boundary.fees]
    late = [period for boundary in boundaries for period in boundary.late]
    setups = [span.item for span in (*metered, *flat) if span.price.setup_fee_minor]
    single = [span.period for span in (*metered, *map(stored, late)) if span.period is not None and _is_single(span)]
    return Facts(
        measured=measure(periods=[span.period for span in metered if span.period is not None] + late),
        bought=timelines.quantities(items=[span.item for span in flat]),
        billed=queries.billed(periods=[s.period for s in (*metered, *flat) if s.period is not None] + late),
        charged=queries.items_charged_before(items=setups),
        transactions=transactions(periods=single) if single else {},
    )


def dues_of(*, boundary: Boundary, facts: Facts, currency: str, zone: ZoneInfo) -> list[Due]:
    """Price what meets at a boundary; reads nothing that the facts hold."""
    measured, billed = facts.measured, facts.billed
    metered = [span for span in boundary.metered if span.billable or _measured(span, measured).event_count]
    again, ending, starting = ({*map(id, spans)} for spans in (boundary.returned, boundary.ending, boundary.starting))
    priced = [
        (span, flat_due(span, facts.bought[span.item.id], billed, currency, zone))
        for span in boundary.fees
        if span.item.timing == Timing.ADVANCE or id(span) in ending or id(span) in again
    ]
    dues = [
        due
        for span, due in priced
        if id(span) in again or _is_due(due, ends=id(span) in ending, begins=id(span) in starting)
    ]
    dues += [
        usage_due(span, _measured(span, measured), billed, currency, zone, _transactions(span, facts))
        for span in metered
    ]
    dues += setup_dues(dues, facts.charged, currency)
    dues.sort(key=lambda due: (due.span.item.id, due.kind == Kind.SETUP))
    for span in map(stored, boundary.late):
        due = usage_due(span, _measured(span, measured), billed, currency, zone, _transactions(span, facts))
        dues.append(replace(due, is_late=True))
    return dues


def owed(dues: Iterable[Due]) -> list[Due]:
    """Leave out periods that owe less than was billed: an invoice has no negative line, a credit note settles them."""
    return [due for due in dues if due.difference.minor >= 0]


def usage_due(
    span: Span,
    measured: Usage,
    billed: Billed,
    currency: str,
    zone: ZoneInfo,
    transactions: Sequence[Decimal] | None = None,
) -> Due:
    """Rate what a period measured. Its share scales minimum and maximum, never quantities (BILLING §2)."""
    rating = valuing.rated(span, measured, zone, transactions=transactions)
    earlier = billed.of(span.period, Kind.USAGE)
    return Due(
        span=span,
        kind=Kind.USAGE,
        quantity=measured.quantity,
        amount=to_money(rating.amount, currency),
        billed=Money(earlier.minor, currency),
        billed_quantity=earlier.quantity,
        steps=rating.steps,
        told_steps=[step.to_json() for step in rating.steps],
        event_count=measured.event_count,
        fact_count=measured.fact_count,
        revision=earlier.revisions,
    )


def flat_due(span: Span, bought: Sequence[Bought], billed: Billed, currency: str, zone: ZoneInfo) -> Due:
    """Price a fee for the quantities bought, each for its share of the full period."""
    kind = Kind.ONE_TIME if span.item.is_one_time else Kind.FLAT
    fee = fees.fee_of(span=span, bought=bought, zone=zone)
    earlier = billed.of(span.period, kind)
    return Due(
        span=span,
        kind=kind,
        quantity=fee.quantity,
        amount=to_money(fee.amount, currency),
        billed=Money(earlier.minor, currency),
        billed_quantity=earlier.quantity,
        steps=fee.steps,
        told_steps=fee.told_steps,
        fact_count=len(bought),
        revision=earlier.revisions,
    )


def setup_dues(dues: Iterable[Due], charged: Collection[int], currency: str) -> list[Due]:
    """Add the setup fee of every item on its first billable invoice: once per item, not per unit (BILLING §6).

    `charged` are the items that were charged before.
    """
    first: dict[int, Due] = {}
    for due in dues:
        if due.span.billable and due.span.price.setup_fee_minor:
            first.setdefault(due.span.item.id, due)
    return [setup_due(due.span, Billed(), currency) for item, due in first.items() if item not in charged]


def setup_due(span: Span, billed: Billed, currency: str) -> Due:
    """Say what a setup fee comes to."""
    earlier = billed.of(span.period, Kind.SETUP)
    return Due(
        span=span,
        kind=Kind.SETUP,
        quantity=Decimal(1),
        amount=Money(span.price.setup_fee_minor, currency),
        billed=Money(earlier.minor, currency),
        revision=earlier.revisions,
    )


def _measured(span: Span, measured: Mapping[int, Usage]) -> Usage:
    return measured[span.period.id] if span.period is not None else Usage()


def _is_single(span: Span) -> bool:
    """Say whether a price looks at the single transactions of a span."""
    return span.billable and span.price.model.BY_TRANSACTION


def _transactions(span: Span, facts: Facts) -> Sequence[Decimal] | None:
    return facts.transactions.get(span.period.id) if span.period is not None else None


def _is_fee(span: Span) -> bool:
    return span.billable and not span.item.is_usage


def _is_due(due: Due, *, ends: bool, begins: bool) -> bool:
    """Say whether a fee is due: in arrears at the end; in advance at the beginning, and whenever it changed since.

    What has begun and was never billed waits for the boundary at which it began, unless it ends first.
    """
    if due.span.item.timing == Timing.ARREARS:
        return ends
    if begins and not due.revision:
        return True
    return bool(due.difference.minor) and (ends or due.revision > 0)
