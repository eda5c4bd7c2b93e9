"""What papers say of tax: a row per rate with its base, and the sentences that the law wants to read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_percent

from apps.delivery.voice import Voice
from apps.invoicing import taxing
from apps.invoicing.models import CreditLine, CreditNote, Invoice, Line
from apps.rating import vat_numbers
from apps.rating.money import Money
from apps.rating.taxing import Treatment


def told(voice: Voice, document: Invoice | CreditNote, buyer: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that a paper says of the tax of a document."""
    return {
        "taxes": rows(voice, document),
        "tax_notes": sentences(voice, document, buyer),
        "is_inclusive": document.tax_inclusive,
    }


def rows(voice: Voice, document: Invoice | CreditNote) -> tuple[tuple[str, str], ...]:
    """Return a row per rate with its base; nothing where the seller charges no tax at all."""
    if all(group["treatment"] == Treatment.UNTAXED for group in taxing.groups_of(document)):
        return ()
    return tuple(
        (_row(voice, document, group), voice.money(Money(group["tax_minor"], document.currency)))
        for group in taxing.groups_of(document)
    )


def sentences(voice: Voice, document: Invoice | CreditNote, buyer: Mapping[str, Any]) -> tuple[str, ...]:
    """Say why no tax is charged, in the words that invoices must have (articles 196 and 226 of 2006/112/EC).

    What is exempt by what it is says the seller's reason, an exempt buyer its own (EN 16931, BR-E-10).
    """
    found = []
    for group in taxing.groups_of(document):
        reason = group["name"] or buyer.get("tax_exempt_reason", "")
        if group["treatment"] == Treatment.REVERSE_CHARGE:
            found.append(
                voice.say("Reverse charge: the customer is liable for the VAT (Article 196 of Directive 2006/112/EC).")
            )
        elif group["treatment"] == Treatment.EXEMPT and reason:
            found.append(voice.say("Exempt from tax: {reason}", reason=reason))
    return tuple(found)


def mark(voice: Voice, line: Line | CreditLine, document: Invoice | CreditNote) -> str:
    """Say below a line what tax is on it, where the document has several rates."""
    if len(document.tax_groups) < 2:
        return ""
    if line.tax_treatment == Treatment.REVERSE_CHARGE:
        return voice.say("Reverse charge")
    if line.tax_treatment == Treatment.EXEMPT:
        return voice.say("Exempt from tax")
    if line.tax_treatment == Treatment.UNTAXED:
        return voice.say("Without tax")
    return f"{line.tax_name} {percent(voice, line.tax_rate)}"


def number(voice: Voice, snapshot: Mapping[str, Any]) -> str:
    """Say the VAT number of a party, or another tax id."""
    tax_id = snapshot["tax_id"]
    vat_number = vat_numbers.number_of(snapshot["country"], tax_id)
    if vat_number:
        return voice.say("VAT number {number}", number=vat_number)
    return voice.say("Tax id {number}", number=tax_id) if tax_id else ""


def percent(voice: Voice, rate: Decimal) -> str:
    """Write a fraction as a percentage, with all its decimals."""
    return str(format_percent(rate.normalize(), locale=voice.locale, decimal_quantization=False))


def _row(voice: Voice, document: Invoice | CreditNote, group: Mapping[str, Any]) -> str:
    treatment, base = group["treatment"], voice.money(Money(group["base_minor"], document.currency))
    if treatment == Treatment.REVERSE_CHARGE:
        return voice.say("Reverse charge on {base}", base=base)
    if treatment == Treatment.EXEMPT:
        return voice.say("Exempt from tax on {base}", base=base)
    if treatment == Treatment.UNTAXED:
        return voice.say("Without tax on {base}", base=base)
    parts = {"name": group["name"], "percent": percent(voice, Decimal(group["rate"])), "base": base}
    if document.tax_inclusive:
        return voice.say("Contains {name} {percent} on {base}", **parts)
    return voice.say("{name} {percent} on {base}", **parts)
