"""Price forms as fields that people fill, and back: the one place that knows both.

Fields are flat and hold text; an empty one says nothing. A tier's are called tier_0_up_to, tier_0_unit_amount and so
on; rows that are empty are left out, so a row's number is not its place in the form.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from apps.rating import pricing

Fields = Mapping[str, str]

# What people choose from: the model's name, and when to take it.
CHOICES: dict[str, tuple[str, str]] = {
    "per_unit": ("Per unit", "Every unit costs the same. Also right for a base fee."),
    "graduated": (
        "Graduated",
        "Each unit costs what its own tier says: the first thousand at one price, and so on.",
    ),
    "volume": ("Volume", "All units cost what the tier says that the last of them reaches."),
    "package": ("Package", "Sold in blocks: a block that is begun is paid whole."),
    "stairstep": ("Stairstep", "One price for everything, set by the tier that the quantity reaches."),
    "percentage": ("Percentage", "A share of an amount of money, with a fee for each payment if you like."),
}
MEMBERS: dict[str, tuple[str, ...]] = {
    "per_unit": ("unit_amount",),
    "package": ("package_size", "package_amount"),
    "percentage": (
        "rate_percent",
        "fixed_amount",
        "free_transactions",
        "transaction_minimum",
        "transaction_maximum",
    ),
}
BLOCKS = ("package_size", "package_amount")
TIER_MEMBERS: dict[str, tuple[str, ...]] = {
    "graduated": ("up_to", "unit_amount", *BLOCKS, "flat_amount"),
    "volume": ("up_to", "unit_amount", *BLOCKS, "flat_amount"),
    "stairstep": ("up_to", "flat_amount"),
}
TERMS = ("included_units", "minimum_amount", "maximum_amount")
TRANSFORM = ("divide_by", "round")
# Each row has five fields, and Django reads at most a thousand.
MOST_ROWS = 150
NEW_ROWS = 2

_TIER_FIELD = re.compile(r"tier_(?P<row>[0-9]{1,3})_(?P<member>[a-z_]+)")
_TIER_PATH = re.compile(r"tiers\[(?P<place>[0-9]+)\](?:\.(?P<member>[a-z_]+))?")
_SAY = {
    "unit_amount": "Say what one unit costs; 0 is allowed.",
    "package_size": "Say how many units a block has.",
    "package_amount": "Say what one block costs; 0 is allowed.",
    "rate_percent": "Say the percentage, such as 2.9.",
    "flat_amount": "Say what this tier costs; 0 is allowed.",
}


def tier_field(row: int, member: str) -> str:
    """Name the field of a tier."""
    return f"tier_{row}_{member}"


def fields_in_use(model: str, rows: int) -> set[str]:
    """Name the fields that a model looks at; what the others hold says nothing."""
    tiers = {tier_field(row, member) for row in range(rows) for member in TIER_MEMBERS.get(model, ())}
    return {"model", *MEMBERS.get(model, ()), *tiers, *TERMS, *TRANSFORM}


def all_fields(rows: int) -> set[str]:
    """Name the fields that any model looks at."""
    return set().union(*(fields_in_use(model, rows) for model in CHOICES))


def form_of(fields: Fields) -> dict[str, Any]:
    """Make a price form of what the fields say; whether it can be priced is for pricing.parse to judge."""
    model = fields["model"]
    form: dict[str, Any] = {"model": model, **_said(fields, MEMBERS.get(model, ()))}
    if model in TIER_MEMBERS:
        form["tiers"] = [_tier_form(fields, row) for row in rows_in_use(fields)]
    form |= _said(fields, TERMS)
    if fields.get("divide_by"):
        form["transform"] = _said(fields, TRANSFORM)
    return form


def fields_of(form: Mapping[str, Any]) -> dict[str, str]:
    """Fill the fields from a price form, so that `form_of` gives the same price back.

    A form with more tiers than the editor has rows for gives no fields: half a price would be a wrong one.
    """
    canonical: dict[str, Any] = dict(pricing.form(pricing.parse(form)))
    tiers = canonical.get("tiers", [])
    if len(tiers) > MOST_ROWS:
        return {}
    fields = {name: _text(canonical.get(name)) for name in ("model", *MEMBERS.get(canonical["model"], ()), *TERMS)}
    fields |= {name: _text(value) for name, value in (canonical["transform"] or {}).items()}
    unsaid = {"included_units", "fixed_amount", "free_transactions"}
    for row, tier in enumerate(tiers):
        fields |= {tier_field(row, member): _text(value) for member, value in tier.items()}
        if canonical["model"] != "stairstep":
            unsaid.add(tier_field(row, "flat_amount"))
    return {name: "" if name in unsaid and text == "0" else text for name, text in fields.items()}


def field_at(path: str, fields: Fields) -> str | None:
    """Name the field behind a member's path, such as "tiers[1].up_to"; None for a tier that has no row."""
    tier = _TIER_PATH.fullmatch(path)
    if tier is None:
        return "divide_by" if path == "transform" else path.removeprefix("transform.")
    rows = rows_in_use(fields)
    place = int(tier["place"])
    return tier_field(rows[place], tier["member"] or "up_to") if place < len(rows) else None


def mistakes(fields: Fields) -> Iterator[tuple[str, str]]:
    """Give what is missing or said twice, field by field, in words for people who fill fields."""
    model = fields["model"]
    for name in MEMBERS.get(model, ()):
        if name in _SAY and not fields.get(name):
            yield name, _SAY[name]
    if model in TIER_MEMBERS:
        yield from _tier_mistakes(fields, model)


def row_count(fields: Fields) -> int:
    """Give how many rows of tiers to show: as many as `rows` says, else enough for the tiers that are filled."""
    said = fields.get("rows", "")
    if re.fullmatch(r"[0-9]{1,3}", said):
        return max(1, min(int(said), MOST_ROWS))
    return max([NEW_ROWS, *(row + 1 for row in rows_in_use(fields))])


def with_row(fields: Fields) -> dict[str, str]:
    """Add an empty row of tiers at the end."""
    return {**fields, "rows": str(min(row_count(fields) + 1, MOST_ROWS))}


def without_row(fields: Fields, row: int) -> dict[str, str]:
    """Take a row of tiers away; those after it move up."""
    kept = {name: text for name, text in fields.items() if not _TIER_FIELD.fullmatch(name)}
    for name, text in fields.items():
        found = _TIER_FIELD.fullmatch(name)
        if found and int(found["row"]) != row:
            number = int(found["row"]) - (int(found["row"]) > row)
            kept[tier_field(number, found["member"])] = text
    return {**kept, "rows": str(max(1, row_count(fields) - 1))}


def rows_in_use(fields: Fields) -> list[int]:
    """Give the numbers of the rows of tiers in which something is filled, as far as the model looks at it."""
    members = TIER_MEMBERS.get(fields.get("model", ""), TIER_MEMBERS["graduated"])
    found = (_TIER_FIELD.fullmatch(name) for name, text in fields.items() if text)
    return sorted({int(tier["row"]) for tier in found if tier and tier["member"] in members})


def _tier_mistakes(fields: Fields, model: str) -> Iterator[tuple[str, str]]:
    rows = rows_in_use(fields)
    if not rows:
        yield tier_field(0, TIER_MEMBERS[model][1]), "Fill at least one tier."
    for row in rows:
        said = {member for member in TIER_MEMBERS[model] if fields.get(tier_field(row, member))}
        in_blocks = said & set(BLOCKS)
        if in_blocks and "unit_amount" in said:
            yield tier_field(row, "unit_amount"), "Give the price per unit or the price per block, not both."
        needed = BLOCKS if in_blocks else TIER_MEMBERS[model][1:2]
        for member in needed:
            if member not in said:
                yield tier_field(row, member), _SAY[member]
        if row != rows[-1] and "up_to" not in said:
            yield tier_field(row, "up_to"), "Say where this tier ends; only the last one goes on without end."
        if row == rows[-1] and "up_to" in said:
            yield tier_field(row, "up_to"), "The last tier has no end: leave this empty, or add a tier after it."


def _tier_form(fields: Fields, row: int) -> dict[str, Any]:
    members = TIER_MEMBERS[fields["model"]]
    said = {member: fields.get(tier_field(row, member), "") for member in members}
    return {"up_to": said["up_to"] or None, **_said(said, members[1:])}


def _said(fields: Fields, names: tuple[str, ...]) -> dict[str, str]:
    return {name: fields[name] for name in names if fields.get(name)}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
