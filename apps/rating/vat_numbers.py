"""VAT numbers of the European Union: whether one is right for a country, and who is in the Union for VAT.

A number is checked by its form and check digits (python-stdnum); whether it is registered only VIES can tell.
Greece writes EL before its numbers. Northern Ireland counts as a place of its own, XI: an address in GB is there when
its number says so.
"""

from functools import lru_cache

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

NORTHERN_IRELAND = "XI"
MEMBERS = frozenset(code.upper() for code in vat.MEMBER_STATES) - {NORTHERN_IRELAND}
_PREFIXES = {"GR": "EL", "GB": NORTHERN_IRELAND}  # everywhere else it is the country's own code
_KNOWN = 4096


@lru_cache(maxsize=_KNOWN)
def number_of(country: str, tax_id: str) -> str:
    """Return a VAT number as it is written between companies, such as DE136695976; empty where it is none of there.

    `country` is two letters (ISO 3166); `tax_id` carries its prefix and may have spaces, dots and dashes.
    """
    if not _has_numbers(country):
        return ""
    try:
        number = str(vat.validate(tax_id))
    except ValidationError:
        return ""
    prefix = prefix_of(country)
    if country == "GR" and number.startswith("GR"):
        number = prefix + number.removeprefix("GR")
    return number if number.startswith(prefix) else ""


def place_of(country: str, tax_id: str) -> str:
    """Return where somebody is for the VAT of the Union: the country, XI for Northern Ireland, empty for outside."""
    if country in MEMBERS:
        return country
    return NORTHERN_IRELAND if country == "GB" and number_of(country, tax_id) else ""


def is_mistyped(country: str, tax_id: str) -> bool:
    """Say whether a tax id begins like a VAT number of a country of the Union and is none.

    What does not begin so may be another kind of number, and nothing is said of it.
    """
    if not _has_numbers(country) or not tax_id.strip().upper().startswith(prefix_of(country)):
        return False
    return not number_of(country, tax_id)


def prefix_of(country: str) -> str:
    """Return the letters that VAT numbers of a country begin with."""
    return _PREFIXES.get(country, country)


def _has_numbers(country: str) -> bool:
    return country in MEMBERS or country == "GB"
