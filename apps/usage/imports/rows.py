"""One row of a file: its cells read into values, and every fault of it in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from apps.core.idempotency import KEY
from apps.usage.imports.layout import REQUIRED, Field, Layout
from apps.usage.imports.texts import Record, is_readable
from apps.usage.imports.values import BadValue, Dates, read_amount
from apps.usage.recording import NewEvent

LONGEST = 500
KEY_PREFIX = "import:"
EMPTY: Mapping[Field, str] = {
    Field.CUSTOMER: "Say which customer.",
    Field.TYPE: "Say what was used.",
    Field.DATE: "Say on which day this was used.",
    Field.AMOUNT: "Say how much was used.",
}
UNREADABLE = "Some letters of this row cannot be read. Save the file as CSV UTF-8 and import it again."
TOO_WIDE = "This row has more cells than there are columns. Put a cell that has commas or such in it into quotes."
BAD_KEY = "The key must be 1 to 255 visible ASCII characters."
OUR_KEY = f"A key must not begin with {KEY_PREFIX}, as those that are made here do."


class Fault(NamedTuple):
    """What is wrong, and in which column; an empty one is the whole row."""

    field: str
    sentence: str


@dataclass(slots=True)
class Row:
    """A row on its way: the texts of who and what, the values that could be read, all its faults, and its event.

    `customer_name` and `type_name` are those of whom and what was found; `before`: it was recorded before.
    """

    number: int
    cells: list[str]
    customer: str = ""
    type: str = ""
    when: date | datetime | None = None
    amount: Decimal | None = None
    note: str = ""
    key: str | None = None
    faults: list[Fault] = field(default_factory=list)
    customer_name: str = ""
    type_name: str = ""
    item_id: int | None = None
    event: NewEvent | None = None
    before: bool = False

    def find(self, column: str, sentence: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(column, sentence))

    @property
    def is_new(self) -> bool:
        """Whether it is recorded now, or would be."""
        return self.event is not None and not self.faults and not self.before

    @property
    def reason(self) -> str:
        """All faults in one text."""
        return " ".join(fault.sentence for fault in self.faults)


def read_row(record: Record, layout: Layout, dates: Dates) -> Row:
    """Read the cells of a row; what cannot be read is among its faults."""
    row = Row(record.number, record.cells)
    if not is_readable("".join(record.cells)):
        row.find("", UNREADABLE)
        return row
    if any(cell.strip() for cell in record.cells[len(layout.names) :]):
        row.find("", TOO_WIDE)
    said = {name: _cell(record.cells, place) for name, place in layout.columns.items()}
    for name in REQUIRED:
        if not said[name]:
            row.find(name, EMPTY[name])
    for name, most in ((Field.CUSTOMER, LONGEST), (Field.TYPE, LONGEST), (Field.NOTE, LONGEST)):
        if len(said.get(name, "")) > most:
            row.find(name, f"The {name} is too long: at most {most} letters.")
    row.customer, row.type, row.note = said[Field.CUSTOMER], said[Field.TYPE], said.get(Field.NOTE, "")
    _read_values(row, said, layout, dates)
    return row


def said_of_dates(rows: Iterable[Row], layout: Layout, dates: Dates) -> tuple[str, ...]:
    """Say how dates in the locale's own order are read, where there are any."""
    place = layout.columns[Field.DATE]
    local = any(dates.is_local(row.cells[place].strip()) for row in rows if place < len(row.cells))
    return (dates.said,) if local else ()


def _read_values(row: Row, said: Mapping[Field, str], layout: Layout, dates: Dates) -> None:
    try:
        row.when = dates.read(said[Field.DATE]) if said[Field.DATE] else None
    except BadValue as bad:
        row.find(Field.DATE, str(bad))
    try:
        row.amount = read_amount(said[Field.AMOUNT]) if said[Field.AMOUNT] else None
    except BadValue as bad:
        row.find(Field.AMOUNT, str(bad))
    key = row.cells[layout.columns[Field.KEY]].strip() if said.get(Field.KEY) else ""  # as it is, spaces and all
    if key and not KEY.fullmatch(key):
        row.find(Field.KEY, BAD_KEY)
    elif key.startswith(KEY_PREFIX):
        row.find(Field.KEY, OUR_KEY)
    else:
        row.key = key or None


def _cell(cells: list[str], place: int) -> str:
    """Return a cell in one line, spaces made single; a cell that is missing is empty."""
    return " ".join(cells[place].split()) if place < len(cells) else ""
