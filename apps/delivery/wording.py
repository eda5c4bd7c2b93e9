"""Periods, addresses and the arithmetic of a line, in words for paper and mail."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from apps.core.formats import Formats
from apps.invoicing.models import Kind, Line
from apps.rating import pricing
from apps.rating.money import Money, to_money
from apps.rating.wallclock import day_start, local_date

INSTANT = timedelta(microseconds=1)
# Where the postal code stands after the city; elsewhere it stands before.
CODE_LAST = frozenset({"AU", "CA", "GB", "IE", "IN", "NZ", "SG", "US", "ZA"})


def day(formats: Formats, on: date) -> str:
    """Write a date in full: December 15, 2026."""
    return str(format_date(on, "long", locale=formats.locale))


def day_without_year(formats: Formats, on: date) -> str:
    """Write a date as one says it within its year: December 15."""
    return str(format_skeleton("MMMMd", on, locale=formats.locale))


def period(formats: Formats, starts_at: datetime, ends_at: datetime) -> str:
    """Write a half-open period by its first and last local day: 1–30 September 2026.

    A period within one day that isn't the whole of it is told with its times.
    """
    first = local_date(starts_at, formats.zone)
    last = max(first, local_date(ends_at - INSTANT, formats.zone))
    if first < last:
        return _interval(formats.locale, first, last)
    if starts_at == day_start(first, formats.zone) and ends_at == day_start(first + timedelta(days=1), formats.zone):
        return day(formats, first)
    begin, end = (format_time(at, "short", tzinfo=formats.zone, locale=formats.locale) for at in (starts_at, ends_at))
    return f"{day(formats, first)}, {begin} – {end}"


def address(party: Mapping[str, Any], locale: Locale) -> tuple[str, ...]:
    """Write the address in a seller's or buyer's snapshot line by line, the country's name last."""
    city, code, region = party["city"], party["postal_code"], party["region"]
    if party["country"] in CODE_LAST:
        town = " ".join(part for part in (f"{city}, {region}" if city and region else city or region, code) if part)
    else:
        town = ", ".join(part for part in (f"{code} {city}".strip(), region) if part)
    country = locale.territories.get(party["country"], party["country"])
    return tuple(line for line in (party["address_line1"], party["address_line2"], town, country) if line)


def arithmetic(formats: Formats, line: Line, currency: str) -> tuple[str, ...]:
    """Say how a line's amount came about, unless quantity and unit price say it already."""
    steps = [pricing.Step.from_json(step) for step in line.steps]
    if not steps:
        return ()
    amount = Money(line.amount_minor, currency)
    whole = to_money(pricing.total(steps), currency)
    said = [
        pricing.words(step, number=formats.number, money=lambda value: formats.rate(value, currency)) for step in steps
    ]
    if line.late:
        return (*said, f"{formats.money(whole)} for the whole period, {formats.money(whole - amount)} billed before")
    if whole != amount:
        return (*said, f"{formats.money(whole)} for a full period; this one is a part of it")
    return () if len(steps) == 1 and line.unit_amount is not None else tuple(said)


def service_period(formats: Formats, line: Line) -> str:
    """Say for which days a line is; nothing for what is charged once."""
    if line.period_starts_at is None or line.period_ends_at is None or line.kind in {Kind.SETUP, Kind.ONE_TIME}:
        return ""
    days = period(formats, line.period_starts_at, line.period_ends_at)
    return f"{days}, recorded after that period was billed" if line.late else days


def _interval(locale: Locale, first: date, last: date) -> str:
    greatest = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    parts = locale.interval_formats.get("yMMMd", {}).get(greatest)
    if parts is None or len(parts) != 2:
        return f"{format_date(first, 'long', locale=locale)} – {format_date(last, 'long', locale=locale)}"
    written = "".join(
        format_date(on, part.replace("MMM", "MMMM"), locale=locale)
        for on, part in zip((first, last), parts, strict=True)
    )
    return written.replace("\N{THIN SPACE}", " ")
