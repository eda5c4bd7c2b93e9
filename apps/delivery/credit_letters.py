"""The mail that carries a credit note: what was taken back, of which invoice, and what becomes of it."""

from apps.delivery import letters
from apps.delivery.credit_paper import credit_note_paper
from apps.delivery.letters import MOST_LINES, Letter
from apps.delivery.paper import voice_of
from apps.invoicing.models import CreditNote


def letter_of(*, credit_note: CreditNote, text: str = "") -> Letter:
    """Say a credit note in a letter; `text` are a person's words above."""
    paper = credit_note_paper(credit_note=credit_note)
    voice = voice_of(credit_note.seller, credit_note.buyer)
    headline = voice.say(
        "Credit note {number} from {seller}: {amount} of invoice {invoice} taken back",
        number=credit_note.number,
        seller=paper.seller.name,
        amount=paper.total,
        invoice=str(credit_note.invoice.number),
    )
    above = (*text.splitlines(), "") if text else ()
    rest, comma = len(paper.lines) - MOST_LINES, voice.say(", ")
    return Letter(
        subject=letters.marked(paper.is_test, headline),
        opening=voice.say("{sentence}.", sentence=headline),
        words=(*above, voice.say("{sentence}.", sentence=paper.settles)),
        rows=tuple((comma.join(filter(None, (line.description, line.period))), line.amount) for line in paper.lines)[
            :MOST_LINES
        ],
        more=voice.many("and {count} more line on the credit note", "and {count} more lines on the credit note", rest)
        if rest > 0
        else "",
        sums=letters.sums(paper),
        payment=(),
        how_to_pay="",
        pair=letters.pair(voice),
        closing=letters.closing(
            voice,
            voice.say("The credit note is attached as {file}.", file=f"{letters.file_name(credit_note)}.pdf"),
            has_reply=bool(credit_note.organization.email),
        ),
        signature=(paper.seller.name, *paper.footer),
        test=letters.test_words(voice) if paper.is_test else "",
        language=paper.language,
        color=paper.color,
    )
