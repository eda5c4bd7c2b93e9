"""What pasted rows would do: what each would cost, where it lands, and what to look at twice before it is recorded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.backoffice.cautions import FEWEST_KNOWN, MOST_PERIODS, UNUSUAL
from apps.invoicing import additions
from apps.invoicing.additions import Addition, Foreseen
from apps.rating.money import Money
from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item, Period
from apps.tenancy.models import Organization
from apps.usage import measuring
from apps.usage import queries as usage
from apps.usage.imports.rows import Row
from apps.usage.imports.sheets import Sheet

MOST_LOOKED_AT = 50_000  # facts in the periods concerned; beyond, programs send, and nobody enters by hand

Content = tuple[int, date, Decimal]  # item, local day, amount


@dataclass
class Prospect:
    """What a row that can be recorded would do."""

    row: Row
    item: Item
    instant: datetime
    foreseen: Foreseen | None
    is_twice: bool = False
    largest: Decimal | None = None


def prospects(sheet: Sheet, *, organization: Organization, now: datetime) -> dict[int, Prospect]:
    """Return what each row that can be recorded would do, by the row's number, in a few queries for all."""
    rows = [row for row in sheet.rows if row.is_new and row.item_id is not None]
    items = timelines.items_by_id(ids={row.item_id for row in rows if row.item_id is not None})
    wanted = [_addition(row, items, now) for row in rows]
    foreseen = additions.foresee(additions=wanted)
    found = [
        Prospect(row, addition.item, addition.instant, each)
        for row, addition, each in zip(rows, wanted, foreseen, strict=True)
    ]
    _compare(found, organization.zone, now)
    return {prospect.row.number: prospect for prospect in found}


def sums(found: Mapping[int, Prospect]) -> list[Money]:
    """Add up what the rows add, by currency."""
    minor: Counter[str] = Counter()
    for prospect in found.values():
        adds = prospect.foreseen.adds if prospect.foreseen is not None else None
        if adds is not None:
            minor[adds.currency] += adds.minor
    return [Money(minor[currency], currency) for currency in sorted(minor)]


def _addition(row: Row, items: Mapping[int, Item], now: datetime) -> Addition:
    assert row.event is not None and row.item_id is not None, "only rows that can be recorded are asked about"
    return Addition(items[row.item_id], row.event.occurred_at or now, row.event.quantity)


def _compare(found: Sequence[Prospect], zone: ZoneInfo, now: datetime) -> None:
    """Note which rows are there already, and which are far larger than what their item knows."""
    periods, facts = _periods(found, now)
    if not periods or facts > MOST_LOOKED_AT:
        return
    amounts = list({_amount(prospect) for prospect in found})
    there: set[Content] = {
        (item, local_date(at, zone), quantity)
        for item, at, quantity in usage.quantities_alike(periods=periods, quantities=amounts)
    }
    known = usage.largest_of(periods=periods)
    for prospect in found:
        amount = _amount(prospect)
        prospect.is_twice = (prospect.item.pk, local_date(prospect.instant, zone), amount) in there
        many, largest = known.get(prospect.item.pk, (0, Decimal(0)))
        if many >= FEWEST_KNOWN and largest > 0 and abs(amount) > UNUSUAL * largest:
            prospect.largest = largest


def _periods(found: Sequence[Prospect], now: datetime) -> tuple[list[Period], int]:
    """Return the periods in which rows land and the newest of their items, as far as anything is recorded in them.

    Beside them how many facts that is; those of the former are known already.
    """
    landing = [prospect.foreseen for prospect in found if prospect.foreseen is not None]
    hit = {each.span.period.pk: (each.span.period, each.fact_count) for each in landing if each.span.period is not None}
    items = {prospect.item.pk: prospect.item for prospect in found}
    newest = timelines.newest_periods(items=items.values(), instant=now, most=MOST_PERIODS) if items else []
    others = [period for period in newest if period.pk not in hit]
    measured = measuring.so_far(periods=others) if others else {}
    counted = [*hit.values(), *((period, measured[period.pk].fact_count) for period in others)]
    return [period for period, facts in counted if facts], sum(facts for _, facts in counted)


def _amount(prospect: Prospect) -> Decimal:
    assert prospect.row.event is not None
    return prospect.row.event.quantity
