"""Periods, addresses and the arithmetic of a line, in words for paper and mail."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from apps.core.formats import Formats
from apps.delivery.voice import Voice
from apps.invoicing import drafting
from apps.invoicing.models import CreditLine, Kind, Line
from apps.rating import pricing
from apps.rating.money import Money, to_money
from apps.rating.wallclock import day_start, local_date

ABBREVIATED = re.compile(r"(?<!M)MMM(?!M)")
FIRST = re.compile(r"(?<!\d)1(?=\s?–|\s[^\W\d])")
INSTANT = timedelta(microseconds=1)
ONCE = frozenset({Kind.SETUP, Kind.ONE_TIME})  # what is charged for no days
# Where the postal code stands after the city; elsewhere it stands before.
CODE_LAST = frozenset({"AU", "CA", "GB", "IE", "IN", "NZ", "SG", "US", "ZA"})


def day(formats: Formats, on: date) -> str:
    """Write a date in full: December 15, 2026."""
    return day_in(formats.locale, on)


def day_in(locale: Locale, on: date) -> str:
    """Write a date in full as a locale does."""
    return _spoken(locale, str(format_date(on, "long", locale=locale)))


def day_without_year(formats: Formats, on: date) -> str:
    """Write a date as one says it within its year: December 15."""
    return _spoken(formats.locale, str(format_skeleton("MMMMd", on, locale=formats.locale)))


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
    lines = (party["address_line1"], party["address_line2"], town, country)
    if party["country"] == "JP" and not town.isascii():  # written in Japanese it goes from the large to the small
        lines = (f"〒{code}" if code else "", f"{region}{city}{lines[0]}", lines[1], country)
    return tuple(line for line in lines if line)


def described(voice: Voice, line: Line | CreditLine) -> str:
    """Name a line: as it is stored, with what was added to the catalog's name in the reader's language."""
    text = line.description
    if text.endswith(drafting.SETUP):
        return voice.say("{name}: setup fee, charged once", name=text.removesuffix(drafting.SETUP))
    if text.endswith(drafting.LATE):
        return voice.say("{name}: late usage", name=text.removesuffix(drafting.LATE))
    if text.endswith(drafting.CHANGE):
        return voice.say("{name}: change of quantity", name=text.removesuffix(drafting.CHANGE))
    return text


def arithmetic(voice: Voice, line: Line, currency: str) -> tuple[str, ...]:
    """Say how a line's amount came about, unless quantity and unit price say it already."""
    steps = [pricing.Step.from_json(step) for step in line.steps]
    if not steps:
        return ()
    amount = Money(line.amount_minor, currency)
    whole = to_money(pricing.total(steps), currency)
    said = [
        pricing.words(step, number=voice.number, money=lambda value: voice.rate(value, currency), speech=voice)
        for step in steps
    ]
    if line.late:
        before = voice.money(whole - amount)
        return (
            *said,
            voice.say(
                "{amount} for the whole period, {before} billed before", amount=voice.money(whole), before=before
            ),
        )
    if whole != amount:
        return (*said, voice.say("{amount} for a full period; this one is a part of it", amount=voice.money(whole)))
    return () if len(steps) == 1 and line.unit_amount is not None else tuple(said)


def service_period(voice: Voice, line: Line) -> str:
    """Say for which days a line is; nothing for what is charged once."""
    if line.period_starts_at is None or line.period_ends_at is None or line.kind in ONCE:
        return ""
    days = period(voice, line.period_starts_at, line.period_ends_at)
    return voice.say("{period}, recorded after that period was billed", period=days) if line.late else days


def _interval(locale: Locale, first: date, last: date) -> str:
    greatest = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    formats = locale.interval_formats
    parts = (formats.get("yMMMMd") or formats.get("yMMMd") or {}).get(greatest)
    if parts is None or len(parts) != 2:
        return f"{day_in(locale, first)} – {day_in(locale, last)}"
    written = "".join(
        format_date(on, ABBREVIATED.sub("MMMM", part), locale=locale)
        for on, part in zip((first, last), parts, strict=True)
    )
    return _spoken(locale, written.replace("\N{THIN SPACE}", " "))


def _spoken(locale: Locale, text: str) -> str:
    """Write the first of a month as the French do: 1er décembre."""
    return FIRST.sub("1er", text) if locale.language == "fr" else text
