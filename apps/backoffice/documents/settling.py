"""What becomes of a finalized invoice: paid, voided, given up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from apps.backoffice.documents import questions
from apps.backoffice.documents.base import Deed, DeedForm, address_of
from apps.backoffice.documents.questions import NumberField
from apps.core.formats import Formats
from apps.invoicing import collecting, rebilling
from apps.invoicing.models import Invoice, Receipt

Status = Invoice.Status
INTERNAL = "Kept in the history; the customer does not see it."
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
