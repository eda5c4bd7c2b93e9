"""From rows to events: find whom and what each means, and give it its key, a few queries for thousands of rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from apps.tenancy.models import Organization
from apps.usage.imports import keys, lines
from apps.usage.imports.customers import Customers, Found
from apps.usage.imports.keys import Tally
from apps.usage.imports.layout import Field
from apps.usage.imports.lines import UsageLine, UsageLines
from apps.usage.imports.rows import Row
from apps.usage.recording import NewEvent, Outcome

FIELDS: Mapping[str | None, Field] = {
    "customer": Field.CUSTOMER,
    "item": Field.TYPE,
    "occurred_at": Field.DATE,
    "quantity": Field.AMOUNT,
    "idempotency_key": Field.KEY,
}
USED_DIFFERENTLY = "This key was recorded before for something else. Write another key."


@dataclass
class Planner:
    """What is known of an organization's customers while its rows are gone through."""

    organization: Organization
    tally: Tally
    customers: Customers = field(default_factory=Customers)
    usage_lines: UsageLines = field(default_factory=UsageLines)

    def plan(self, rows: Iterable[Row], *, now: datetime) -> None:
        """Give each row that can be recorded its event; what keeps a row from it is added to its faults."""
        rows = list(rows)
        found = self.customers.find({row.customer for row in rows if row.customer})
        buyers = {each.buyers[0].id for each in found.values() if len(each.buyers) == 1}
        held = self.usage_lines.of(buyers)
        for row in rows:
            self._resolve(row, found.get(row.customer), held, now)
        self._key([row for row in rows if row.event is not None])

    def _resolve(self, row: Row, found: Found | None, held: Mapping[int, Sequence[UsageLine]], now: datetime) -> None:
        if found is None:
            return
        if len(found.buyers) != 1:
            row.find(Field.CUSTOMER, found.fault)
            return
        (buyer,) = found.buyers
        row.customer_name = buyer.name
        if not row.type:
            return
        candidates = lines.named(held[buyer.id], row.type)
        if not candidates:
            row.find(Field.TYPE, lines.none_named(buyer.name, held[buyer.id]))
            return
        row.type_name = candidates[0].name
        if row.when is None:
            return
        alive, instant = lines.meant(candidates, row.when, now, self.organization.zone)
        add_ons = {line.add_on for line in alive}
        if len(add_ons) > 1 and alive[0].lives_at(instant):
            row.find(Field.TYPE, lines.several_named(buyer.name, sorted(add_ons)))
            return
        # Several of one add-on are left to recording, which looks first whether the row was recorded before.
        self._write(row, buyer.public_id, alive[-1], instant)

    def _write(self, row: Row, customer: str, line: UsageLine, instant: datetime) -> None:
        row.type_name, row.item_id = line.name, line.item_id
        if row.faults or row.when is None or row.amount is None:
            return
        by_item = row.type == line.public_id
        row.event = NewEvent(
            quantity=row.amount,
            item=line.public_id if by_item else None,
            customer=None if by_item else customer,
            add_on=None if by_item else line.add_on,
            occurred_at=instant,
            day=None if isinstance(row.when, datetime) else row.when,
            idempotency_key=row.key,
            note=row.note,
        )

    def _key(self, rows: Sequence[Row]) -> None:
        unkeyed = [(row, row.event) for row in rows if row.event is not None and row.key is None]
        contents = [keys.content_of(event) for _, event in unkeyed]
        for (row, event), content, number in zip(unkeyed, contents, self.tally.count(contents), strict=True):
            row.event = msgspec.structs.replace(event, idempotency_key=keys.key_of(content, number))


def judge(row: Row, outcome: Outcome) -> None:
    """Note on a row that it was recorded before, or why recording refuses it.

    A key that was made of what the row says can only have been used for that.
    """
    refusal = outcome.refusal
    if refusal is None or (refusal.code == "key_used_differently" and row.key is None):
        row.before = outcome.repeated or refusal is not None
        return
    sentence = refusal.sentence
    if refusal.code == "ambiguous_item":
        sentence = lines.several_named(row.customer_name, refusal.extra["items"])
    elif refusal.code == "key_used_differently":
        sentence = USED_DIFFERENTLY
    row.find(FIELDS.get(refusal.field, ""), sentence)
