"""Work a charge out again from what is stored: the events that it had seen, its pinned price, the quantities said then.

The very code that bills does it; nothing is written. What comes out is the same for ever, whatever was recorded since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from apps.invoicing import assembling
from apps.invoicing.assembling import Due
from apps.invoicing.models import Charge, Kind
from apps.invoicing.queries import Billed, Earlier
from apps.rating import pricing
from apps.rating.money import Money
from apps.rating.numbers import plain
from apps.rating.periods import Period as Stretch
from apps.subscriptions import queries as timelines
from apps.subscriptions.queries import Bought
from apps.subscriptions.timeline import Span, stored
from apps.usage import counted
from apps.usage import queries as usage
from apps.usage.queries import Usage

RELATED = (
    "period__price__plan",
    "period__price__add_on",
    "period__item__add_on__metric",
    "period__item__subscription__plan__product",
)


@dataclass(frozen=True)
class Marks:
    """Up to which id a usage charge had seen the facts of its period, and up to which the charge before it had."""

    last: int = counted.NOTHING
    before: int = counted.NOTHING


@dataclass(frozen=True)
class Billing:
    """A charge, and the bounds that its period had when it was made: a cut may have shortened it since."""

    charge: Charge
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Span:
        """The period as it was then."""
        span = stored(self.charge.period)
        if self.ends_at == span.span.ends_at:
            return span
        return replace(span, span=Stretch(self.starts_at, self.ends_at), fees_until=None)


@dataclass(frozen=True)
class Difference:
    """A figure that is not what comes out again."""

    figure: str
    stored: str
    again: str


def charges_before(*, charges: Sequence[Charge]) -> dict[int, list[Charge]]:
    """Return the charges of the same period and kind that came before each of these, in their order, by its key."""
    rows = Charge.objects.filter(period__any_key={charge.period_id for charge in charges})
    by_kind: dict[tuple[int, str], list[Charge]] = {}
    for row in rows.order_by("revision"):
        by_kind.setdefault((row.period_id, row.kind), []).append(row)
    return {
        charge.pk: [row for row in by_kind[charge.period_id, charge.kind] if row.revision < charge.revision]
        for charge in charges
    }


def marks_of(*, charges: Sequence[Charge], before: Mapping[int, Sequence[Charge]]) -> dict[int, Marks]:
    """Return what usage charges had seen, by their key, in one query; `before` are the charges before each."""
    metered = [charge for charge in charges if charge.kind == Kind.USAGE]
    seen = [(charge.period_id, charge.fact_count) for charge in metered]
    seen += [(charge.period_id, _last(before[charge.pk])) for charge in metered]
    found = counted.marks(seen=seen)
    lasts, firsts = found[: len(metered)], found[len(metered) :]
    return {
        charge.pk: Marks(last, min(first, last)) for charge, last, first in zip(metered, lasts, firsts, strict=True)
    }


def _last(before: Sequence[Charge]) -> int:
    """Return how many facts had been seen by then: what a void took back saw no fewer."""
    return max((charge.fact_count for charge in before), default=0)


def again(
    *,
    billings: Sequence[Billing],
    before: Mapping[int, Sequence[Charge]],
    marks: Mapping[int, Marks],
    currency: str,
    zone: ZoneInfo,
) -> dict[int, Due]:
    """Return what each charge's period owed when it was made, by the charge's key, in a few queries for all.

    The charges come with RELATED; no two are of the same period and kind.
    """
    metered = [each for each in billings if each.charge.kind == Kind.USAGE]
    periods = [each.charge.period for each in metered]
    up_to = {each.charge.period_id: marks[each.charge.pk].last for each in metered}
    measured = usage.usage_of(periods=periods, up_to=up_to)
    single = [each.charge.period for each in metered if each.span.billable and each.span.price.model.BY_TRANSACTION]
    transactions = usage.transactions_of_many(periods=single, up_to=up_to) if single else {}
    fees = [each.charge.period.item for each in billings if each.charge.kind in (Kind.FLAT, Kind.ONE_TIME)]
    bought = timelines.quantities(items=fees) if fees else {}
    return {
        each.charge.pk: _again(each, before[each.charge.pk], measured, transactions, bought, currency, zone)
        for each in billings
    }


def _again(
    billing: Billing,
    before: Sequence[Charge],
    measured: Mapping[int, Usage],
    transactions: Mapping[int, Sequence[Decimal]],
    bought: Mapping[int, Sequence[Bought]],
    currency: str,
    zone: ZoneInfo,
) -> Due:
    charge, span = billing.charge, billing.span
    billed = Billed({(charge.period_id, charge.kind): earlier_of(before)})
    if charge.kind == Kind.USAGE:
        return assembling.usage_due(
            span, measured[charge.period_id], billed, currency, zone, transactions.get(charge.period_id, ())
        )
    if charge.kind == Kind.SETUP:
        return assembling.setup_due(span, billed, currency)
    said = _said(bought.get(charge.item_id, ()), charge)
    return assembling.flat_due(span, said, billed, currency, zone)


def earlier_of(before: Sequence[Charge]) -> Earlier:
    """Add up the charges before one."""
    quantity = before[-1].quantity if before else Decimal(0)
    return Earlier(sum(charge.amount_minor for charge in before), quantity, len(before))


def _said(bought: Sequence[Bought], charge: Charge) -> Sequence[Bought]:
    """Return what had been said of the quantity: charges of before did not count it, so there it goes by the time."""
    if charge.fact_count:
        return bought[: charge.fact_count]
    return [each for each in bought if each.at <= charge.created_at]


def differences(charge: Charge, due: Due) -> list[Difference]:
    """Compare a charge with what comes out again, figure by figure."""
    pairs = [
        ("quantity", plain(charge.quantity), plain(due.quantity)),
        ("events", str(charge.event_count), str(due.event_count)),
        ("amount", Money(charge.amount_minor, charge.currency).text(), due.difference.text()),
        ("steps", _in_words(charge.steps), _in_words(due.told_steps)),
    ]
    if charge.kind == Kind.USAGE:
        pairs.append(("facts", str(charge.fact_count), str(due.fact_count)))
    return [Difference(name, kept, found) for name, kept, found in pairs if kept != found]


def _in_words(steps: Sequence[Mapping[str, str]]) -> str:
    return "; ".join(pricing.words(pricing.Step.from_json(step)) for step in steps)
