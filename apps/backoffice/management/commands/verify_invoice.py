"""Prove one issued invoice or credit note from its events, prices and lines, from a shell."""

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
from apps.invoicing import proving, proving_credits, queries
from apps.invoicing.models import CreditNote, Invoice
from apps.invoicing.proving import Figure
from apps.tenancy import scope
from apps.tenancy.models import Organization

KINDS: dict[str, type[Invoice | CreditNote]] = {"invoice": Invoice, "credit_note": CreditNote}


class Command(BaseCommand):
    help = (
        "Work an issued invoice or credit note out again from what is stored, and compare every figure. "
        "Reads only; exits with 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NUMBER", help="the number, such as INV-0042 or CN-0007")
        parser.add_argument("--organization", metavar="K", help="whose it is, by key or id, where several have it")
        parser.add_argument("--kind", choices=[*KINDS], help="which it is, where an invoice and a credit note have it")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        document = _found(options["number"], options["organization"], options["kind"])
        with scope.of(document.organization):
            figures = [*_figures_of(document), *_of_paper(document)]
        wrong = [figure for figure in figures if not figure.holds]
        if options["json"]:
            print(json.dumps(_told(document, figures, wrong)))
        else:
            _report(document, figures, wrong)
        if wrong:
            sys.exit(1)


def _found(number: str, key: str | None, kind: str | None) -> Invoice | CreditNote:
    """Return the document of a number; raise CommandError where there is none, or more than one has it."""
    found = [document for organization in chosen(key) for document in _of(organization, number, kind)]
    if not found:
        what = "credit note" if kind == "credit_note" else "invoice"
        raise CommandError(f"There is no issued {what} {number}; a draft has no number yet.")
    keys = {document.organization.key: None for document in found}
    if len(keys) > 1:
        raise CommandError(f"Several organizations have {number}: say which with --organization ({', '.join(keys)}).")
    if len(found) > 1:
        raise CommandError(f"An invoice and a credit note have {number}: say which with --kind ({', '.join(KINDS)}).")
    return found[0]


def _of(organization: Organization, number: str, kind: str | None) -> list[Invoice | CreditNote]:
    wanted = (KINDS[kind],) if kind is not None else tuple(KINDS.values())
    with scope.of(organization):
        return [document for document in queries.issued_as(number=number) if isinstance(document, wanted)]


def _figures_of(document: Invoice | CreditNote) -> list[Figure]:
    if isinstance(document, Invoice):
        return proving.figures_of(invoice=document)
    return proving_credits.figures_of(note=document)


def _of_paper(document: Invoice | CreditNote) -> Iterator[Figure]:
    """Compare the digest of the stored PDF with its bytes; one that is yet to be drawn has none."""
    if isinstance(document, Invoice):
        paper = delivery.document_of(invoice=document)
    else:
        paper = delivery.document_of_credit_note(credit_note=document)
    if paper is not None:
        yield Figure("SHA-256 of the PDF", paper.sha256, hashlib.sha256(bytes(paper.content)).hexdigest())


def _told(document: Invoice | CreditNote, figures: list[Figure], wrong: list[Figure]) -> dict[str, Any]:
    kind = "invoice" if isinstance(document, Invoice) else "credit_note"
    return {
        kind: document.public_id,
        "number": document.number,
        "organization": document.organization.key,
        "holds": not wrong,
        "figures": [
            {"figure": each.name, "stored": each.stored, "recomputed": each.again, "holds": each.holds}
            for each in figures
        ],
    }


def _report(document: Invoice | CreditNote, figures: list[Figure], wrong: list[Figure]) -> None:
    """Print a row for each figure, and what to do next."""
    rows = [(each.name, each.stored, each.again, "yes" if each.holds else "NO") for each in figures]
    print(f"{document.number} of {document.organization}, for {document.customer}, in {document.currency}")
    console.table(["figure", "stored", "comes out again", "same"], rows, right=["stored", "comes out again"])
    if not wrong:
        print(f"All {len(figures)} figures come out again. Next: nothing.")
        return
    print(f"{len(wrong)} of {len(figures)} figures do not come out again: {', '.join(each.name for each in wrong)}.")
    print("Next: no program of this house changes these rows; look for who did, and restore them from a backup.")
