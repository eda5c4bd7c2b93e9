"""Prove one issued invoice from its events, prices and lines, from a shell."""

import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.backoffice.management.commands.verify import chosen
from apps.core import console
from apps.delivery import queries as delivery
from apps.invoicing import proving, queries
from apps.invoicing.models import Invoice
from apps.invoicing.proving import Figure
from apps.tenancy import scope
from apps.tenancy.models import Organization


class Command(BaseCommand):
    help = "Work an issued invoice out again from what is stored, and compare every figure. Reads only; exits with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NUMBER", help="the invoice's number, such as INV-0042")
        parser.add_argument("--organization", metavar="K", help="whose it is, by key or id, where several have it")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        invoice = _found(options["number"], options["organization"])
        with scope.of(invoice.organization):
            figures = [*proving.figures_of(invoice=invoice), *_of_paper(invoice)]
        wrong = [figure for figure in figures if not figure.holds]
        if options["json"]:
            print(json.dumps(_told(invoice, figures, wrong)))
        else:
            _report(invoice, figures, wrong)
        if wrong:
            sys.exit(1)


def _found(number: str, key: str | None) -> Invoice:
    """Return the invoice of a number; raise CommandError where there is none, or several organizations have it."""
    found = [invoice for organization in chosen(key) if (invoice := _of(organization, number)) is not None]
    if not found:
        raise CommandError(f"There is no issued invoice {number}; a draft has no number yet.")
    if len(found) > 1:
        keys = ", ".join(invoice.organization.key for invoice in found)
        raise CommandError(f"Several organizations have {number}: say which with --organization ({keys}).")
    return found[0]


def _of(organization: Organization, number: str) -> Invoice | None:
    with scope.of(organization):
        return queries.issued_as(number=number)


def _of_paper(invoice: Invoice) -> Iterator[Figure]:
    """Compare the digest of the stored PDF with its bytes; one that is yet to be drawn has none."""
    document = delivery.document_of(invoice=invoice)
    if document is not None:
        yield Figure("SHA-256 of the PDF", document.sha256, hashlib.sha256(bytes(document.content)).hexdigest())


def _told(invoice: Invoice, figures: list[Figure], wrong: list[Figure]) -> dict[str, Any]:
    return {
        "invoice": invoice.public_id,
        "number": invoice.number,
        "organization": invoice.organization.key,
        "holds": not wrong,
        "figures": [
            {"figure": each.name, "stored": each.stored, "recomputed": each.again, "holds": each.holds}
            for each in figures
        ],
    }


def _report(invoice: Invoice, figures: list[Figure], wrong: list[Figure]) -> None:
    """Print a row for each figure, and what to do next."""
    rows = [(each.name, each.stored, each.again, "yes" if each.holds else "NO") for each in figures]
    print(f"{invoice.number} of {invoice.organization}, for {invoice.customer}, in {invoice.currency}")
    console.table(["figure", "stored", "comes out again", "same"], rows, right=["stored", "comes out again"])
    if not wrong:
        print(f"All {len(figures)} figures come out again. Next: nothing.")
        return
    print(f"{len(wrong)} of {len(figures)} figures do not come out again: {', '.join(each.name for each in wrong)}.")
    print("Next: no program of this house changes these rows; look for who did, and restore them from a backup.")
