"""What a credit note says on paper, from its own frozen columns and snapshots alone."""

from apps.delivery import tax_paper, wording
from apps.delivery.paper import (
    Paper,
    PaperKind,
    PaperLine,
    buyer_of,
    labels_of,
    layout_of,
    seller_of,
    voice_of,
)
from apps.delivery.voice import Voice
from apps.invoicing.models import CreditLine, CreditNote
from apps.rating.money import Money
from apps.tenancy.models import Organization


def credit_note_paper(*, credit_note: CreditNote, language: str = "") -> Paper:
    """Tell a credit note: what is taken back of which invoice, and what becomes of it."""
    seller, buyer = credit_note.seller, credit_note.buyer
    voice = voice_of(seller, buyer, language)
    invoice = str(credit_note.invoice.number)
    settles = voice.say(
        "Settles invoice {number} as far as it is unpaid; the rest is used on your next invoices", number=invoice
    )
    return Paper(
        kind=PaperKind.CREDIT_NOTE,
        labels=labels_of(voice),
        mark="",
        heading=voice.say("Credit note"),
        title=voice.say("Credit note {number}", number=credit_note.number),
        number=credit_note.number,
        notice="",
        facts=(
            (voice.say("Credit note number"), credit_note.number),
            (voice.say("Date"), wording.day(voice, credit_note.issued_on)),
            (voice.say("For invoice"), invoice),
        ),
        seller=seller_of(voice, seller),
        buyer=buyer_of(voice, buyer),
        lines=_lines(voice, credit_note),
        subtotal=voice.money(Money(credit_note.subtotal_minor, credit_note.currency)),
        **tax_paper.told(voice, credit_note, buyer),
        total=voice.money(credit_note.total),
        credit="",
        due_label=voice.say("Credited to you"),
        amount_due=voice.money(credit_note.total),
        settles=settles,
        is_test=seller["mode"] == Organization.Mode.TEST,
        payment=(),
        **layout_of(seller),
        language=voice.tag,
        discounts=_discounts(voice, credit_note),
        notes=_reason(voice, credit_note),
    )


def _reason(voice: Voice, credit_note: CreditNote) -> tuple[str, ...]:
    if credit_note.kind != CreditNote.Kind.COMMERCIAL or not credit_note.reason:
        return ()
    return (voice.say("Reason: {reason}", reason=credit_note.reason),)


def _discounts(voice: Voice, credit_note: CreditNote) -> tuple[tuple[str, str], ...]:
    """Say what the lines' parts of the invoice's discount take off what is credited."""
    minor = sum(line.discount_minor for line in credit_note.lines.all())
    return ((voice.say("Discount"), voice.money(-Money(minor, credit_note.currency))),) if minor else ()


def _lines(voice: Voice, credit_note: CreditNote) -> tuple[PaperLine, ...]:
    told = []
    carried = Money.zero(credit_note.currency)
    for line in credit_note.lines.select_related("line").order_by("position"):
        amount = Money(line.amount_minor, credit_note.currency)
        carried = carried + amount
        told.append(
            PaperLine(
                description=wording.described(voice, line),
                period=_period(voice, line),
                quantity="",
                unit_price="",
                amount=voice.money(amount),
                carried=voice.money(carried),
                notes=_why(voice, line, credit_note),
                tax=tax_paper.mark(voice, line, credit_note),
            )
        )
    return tuple(told)


def _period(voice: Voice, line: CreditLine) -> str:
    if line.period_starts_at is None or line.period_ends_at is None or line.line.kind in wording.ONCE:
        return ""
    return wording.period(voice, line.period_starts_at, line.period_ends_at)


def _why(voice: Voice, line: CreditLine, credit_note: CreditNote) -> tuple[str, ...]:
    """Say why so much is given back; goodwill is explained once for all, by its reason."""
    if credit_note.kind == CreditNote.Kind.COMMERCIAL:
        return ()
    why = voice.say(
        "{amount} was charged on invoice {number}; less is due for that period",
        amount=voice.money(Money(line.line.amount_minor, credit_note.currency)),
        number=str(credit_note.invoice.number),
    )
    return (why,)
