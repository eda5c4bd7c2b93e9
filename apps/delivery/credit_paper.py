"""What a credit note says on paper, from its own frozen columns and snapshots alone."""

from apps.core.formats import Formats
from apps.delivery import wording
from apps.delivery.paper import Paper, PaperKind, PaperLine, formats_of, paragraph, party_of, taxes_of
from apps.invoicing.models import CreditLine, CreditNote
from apps.rating.money import Money
from apps.tenancy.models import Organization


def credit_note_paper(*, credit_note: CreditNote) -> Paper:
    """Tell a credit note: what is taken back of which invoice, and what becomes of it."""
    seller, buyer = credit_note.seller, credit_note.buyer
    formats = formats_of(seller, buyer)
    invoice = credit_note.invoice
    return Paper(
        kind=PaperKind.CREDIT_NOTE,
        heading="Credit note",
        title=f"Credit note {credit_note.number}",
        number=credit_note.number,
        notice="",
        facts=(
            ("Credit note number", credit_note.number),
            ("Date", wording.day(formats, credit_note.issued_on)),
            ("For invoice", str(invoice.number)),
        ),
        seller=party_of(seller, formats, name=seller["name"], legal_name=seller["legal_name"]),
        buyer=party_of(buyer, formats, name=buyer["legal_name"] or buyer["name"]),
        lines=_lines(formats, credit_note),
        subtotal=formats.money(Money(credit_note.subtotal_minor, credit_note.currency)),
        taxes=taxes_of(formats, credit_note),
        total=formats.money(credit_note.total),
        credit="",
        due_label="Credited to you",
        amount_due=formats.money(credit_note.total),
        settles=f"Settles invoice {invoice.number} as far as it is unpaid; the rest is used on your next invoices",
        is_test=seller["mode"] == Organization.Mode.TEST,
        payment=(),
        footer=paragraph(seller["footer"]),
        page_size=seller["page_size"],
        language=str(formats.locale).replace("_", "-"),
    )


def _lines(formats: Formats, credit_note: CreditNote) -> tuple[PaperLine, ...]:
    told = []
    carried = Money.zero(credit_note.currency)
    for line in credit_note.lines.select_related("line").order_by("position"):
        amount = Money(line.amount_minor, credit_note.currency)
        carried = carried + amount
        told.append(
            PaperLine(
                description=line.description,
                period=_period(formats, line),
                quantity="",
                unit_price="",
                amount=formats.money(amount),
                carried=formats.money(carried),
                notes=(_why(formats, line, credit_note),),
            )
        )
    return tuple(told)


def _period(formats: Formats, line: CreditLine) -> str:
    if line.period_starts_at is None or line.period_ends_at is None:
        return ""
    return wording.period(formats, line.period_starts_at, line.period_ends_at)


def _why(formats: Formats, line: CreditLine, credit_note: CreditNote) -> str:
    charged = Money(line.line.amount_minor, credit_note.currency)
    return f"{formats.money(charged)} was charged on invoice {credit_note.invoice.number}; less is due for that period"
