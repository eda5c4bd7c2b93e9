"""Show the main job in an empty database, from a price list to e-mailed PDF invoices."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.backoffice import demonstration
from apps.core import clock, console
from apps.delivery import queries as delivery
from apps.delivery.paper import invoice_paper
from apps.invoicing.models import Invoice
from apps.outbox import queries as outbox
from apps.outbox.work import work
from apps.tenancy import queries as tenancy
from apps.tenancy import scope


class Command(BaseCommand):
    help = "Play two months of a small seller in an empty database: usage, closing, PDF invoices, e-mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", default="var/demo", help="where invoices/*.pdf are written (default: var/demo)")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        if tenancy.organizations():
            raise CommandError("This database is in use; the demonstration wants an empty one. scripts/demo makes it.")
        with console.progress("Billing", total=demonstration.step_count(), quiet=options["json"]) as say:
            for done, step in enumerate(demonstration.perform(now=clock.wall()), start=1):
                say(step, done=done)
        (organization,) = tenancy.organizations()
        with scope.of(organization):
            invoices = list(Invoice.objects.order_by("pk"))
            self._send(invoices, quiet=options["json"])
            failed = outbox.unfinished()
            if failed:
                raise CommandError(f"{len(failed)} jobs did not finish; the first says: {failed[0].error}")
            rows = [row(invoice, Path(options["output"]) / "invoices") for invoice in invoices]
        if options["json"]:
            print(json.dumps(rows))
            return
        console.table(
            ["customer", "period", "number", "total", "PDF", "mail"], [list(r.values()) for r in rows], right=["total"]
        )

    def _send(self, invoices: list[Invoice], *, quiet: bool) -> None:
        jobs = 2 * len(invoices)  # the document, then the mail
        with console.progress("PDF and mail", total=jobs, quiet=quiet) as say:
            for done in range(1, jobs + 1):
                work(clock=clock.wall, most=1)
                say(f"{done} of {jobs}", done=done)
            work(clock=clock.wall)  # whatever else is to be told, such as thanks for what was paid


def row(invoice: Invoice, folder: Path) -> dict[str, str]:
    """Write an invoice's stored PDF to a folder and return what the table shows of it."""
    document = delivery.document_of(invoice=invoice)
    assert document is not None, "every finalized invoice has a document"
    folder.mkdir(parents=True, exist_ok=True)
    pdf = folder / f"{invoice.number}.pdf"
    pdf.write_bytes(document.content)
    return {
        "customer": invoice.buyer["name"],
        "period": invoice_paper(invoice=invoice).lines[0].period,
        "number": str(invoice.number),
        "total": invoice.total.text(),
        "pdf": str(pdf),
        "mail": mail_of(invoice),
    }


def mail_of(invoice: Invoice) -> str:
    """Say where an invoice's mail went: the file it was written to, or who got it."""
    (sent,) = delivery.deliveries_of(document=invoice)
    files = sorted(Path(settings.MAIL_DIR).glob(f"*{sent.public_id}*.eml"))
    return str(files[0]) if files and not settings.EMAIL_URL else f"{sent.status} to {sent.recipient}"
