"""What becomes of a finalized invoice: paid, credited, voided, given up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from apps.backoffice.documents import questions
from apps.backoffice.documents.base import Deed, DeedForm, address_of, amounts_of
from apps.backoffice.documents.questions import NumberField
from apps.core.formats import Formats
from apps.invoicing import collecting, queries, rebilling
from apps.invoicing.models import CreditNote, Invoice, Receipt
from apps.rating.money import Money

Status = Invoice.Status
INTERNAL = "Kept in the history; the customer does not see it."
PART, ALL = "part", "all"
ANEW, WAIVE = "anew", "waive"


class PaymentForm(DeedForm):
    """How much came in, when and how."""

    amount = NumberField(label="Amount", missing="Say how much came in.")
    received_on = forms.DateField(
        label="Received on",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "This is not a date. Write it like 2026-11-20.", "required": "Say on which day."},
    )
    method = questions.method()
    reference = questions.reference()

    def prepare(self) -> None:
        self.initial = {"amount": self.subject.amount_due.text(), "received_on": self.today}
        self.fields[
            "amount"
        ].help_text = f"In {self.subject.currency}. Less leaves the invoice open, more goes to the customer's balance."


class MarkPaid(Deed[Invoice]):
    """Note that money came in."""

    route = "mark-paid"
    title = "Mark paid"
    button = "Mark paid"
    form_class = PaymentForm

    def is_offered(self, subject: Invoice) -> bool:
        return subject.status in (Status.OPEN, Status.UNCOLLECTIBLE)

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        return [f"{formats.money(subject.amount_due)} is due. When all of it is paid, the customer gets a receipt."]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> Receipt:
        names = ("amount", "method", "reference", "received_on")
        return collecting.mark_paid(invoice=subject, now=now, actor=actor, **{name: said[name] for name in names})

    def done(self, result: Receipt, subject: Invoice, formats: Formats) -> str:
        due, came = subject.amount_due, result.amount
        noted = f"{formats.money(came)} noted."
        if came < due:
            return f"{noted} {formats.money(due - came)} is still due."
        more = f" {formats.money(came - due)} went to the customer's balance." if due < came else ""
        return f"{noted} {subject} is paid.{more}"


class CreditForm(DeedForm):
    """How much, and why."""

    how = forms.ChoiceField(label="Credit", error_messages={"required": "Say how much."})
    amount = NumberField(label="Amount", required=False)
    reason = questions.reason(required=True, help_text="Printed on the credit note.")

    def prepare(self) -> None:
        left = left_of(self.subject)
        whole = f"All that is left: {self.formats.money(left)} {amounts_of(self.subject)}"
        self.fields["how"].choices = [(PART, "An amount"), (ALL, whole)]  # type: ignore[attr-defined]
        said = f"In {self.subject.currency}, {amounts_of(self.subject)}; it is spread over the lines,"
        self.fields["amount"].help_text = f"{said} and their tax is credited with it."

    def clean(self) -> None:
        is_part = self.cleaned_data.get("how") == PART
        if is_part and not self.has_error("amount") and self.cleaned_data.get("amount") is None:
            self.add_error("amount", "Say how much.")


class Credit(Deed[Invoice]):
    """Give a part back out of goodwill."""

    route = "credit"
    title = "Credit"
    button = "Credit"
    confirm = "Issue the credit note"
    form_class = CreditForm

    def is_offered(self, subject: Invoice) -> bool:
        return subject.status in queries.CREDITABLE

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        return [
            (
                "A credit note is issued and mailed; it cannot be undone. It settles this invoice where it is unpaid, "
                "and the rest is the customer's balance."
            ),
            "This is goodwill: what was measured stays billed. To correct usage, take its events back.",
        ]

    def cautions(self, subject: Invoice) -> list[tuple[str, str, str]]:
        if not rebilling.has_reversals_since(invoice=subject):
            return []
        sentence = "Usage of this invoice was taken back since. It is credited with the next invoice by itself."
        return [(sentence, "", "")]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> CreditNote:
        amount = said["amount"] if said["how"] == PART else None
        return collecting.give_credit(invoice=subject, amount=amount, reason=said["reason"], now=now, actor=actor)

    def done(self, result: CreditNote, subject: Invoice, formats: Formats) -> str:
        return f"{result} gives {formats.money(result.total)} back."


class VoidForm(DeedForm):
    """What becomes of what it billed, and why."""

    how = forms.ChoiceField(
        label="What it billed",
        choices=[
            ("", "Choose"),
            (ANEW, "Bill it anew: a draft with all usage so far stands in its place"),
            (WAIVE, "Waive it: it counts as billed, and nobody pays it"),
        ],
        error_messages={"required": "Choose what becomes of what it billed."},
    )
    reason = questions.reason(required=False, help_text=INTERNAL)


class Void(Deed[Invoice]):
    """Take it out of force."""

    route = "void"
    title = "Void"
    button = "Void"
    confirm = "Void the invoice"
    form_class = VoidForm

    def is_offered(self, subject: Invoice) -> bool:
        return subject.status == Status.OPEN and not subject.settled_minor

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        return [f"{subject} over {formats.money(subject.total)} is out of force for good. It keeps its number."]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> Invoice | None:
        return rebilling.void(invoice=subject, rebill=said["how"] == ANEW, reason=said["reason"], now=now, actor=actor)

    def done(self, result: Invoice | None, subject: Invoice, formats: Formats) -> str:
        if result is None:
            return f"{subject} is void, and what it billed is waived."
        return f"{subject} is void. This draft over {formats.money(result.total)} stands in its place."

    def leads_to(self, result: Invoice | None, subject: Invoice) -> str:
        return address_of(result or subject)


class GiveUpForm(DeedForm):
    """Why."""

    reason = questions.reason(required=False, help_text=INTERNAL)


class GiveUp(Deed[Invoice]):
    """Expect nothing more of it."""

    route = "give-up"
    title = "Give up"
    button = "Give up"
    confirm = "Give it up"
    form_class = GiveUpForm

    def is_offered(self, subject: Invoice) -> bool:
        return subject.status == Status.OPEN

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        due = formats.money(subject.amount_due)
        return [
            (
                f"{due} is unpaid. {subject} is marked uncollectible: it stays owed and may be paid after all, and "
                "nobody is reminded of it any more."
            )
        ]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> Invoice:
        return collecting.write_off(invoice=subject, reason=said["reason"], now=now, actor=actor)

    def done(self, result: Invoice, subject: Invoice, formats: Formats) -> str:
        return f"{result} is given up. {formats.money(result.amount_due)} stays owed."


def left_of(invoice: Invoice) -> Money:
    """Return how much of an invoice is left to be credited, in the amounts of its lines."""
    left = sum(entry.left_net_minor for entry in queries.creditable_lines_of(invoice=invoice))
    return Money(left, invoice.currency)
