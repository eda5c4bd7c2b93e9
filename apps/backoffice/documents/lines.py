"""Lines by hand: add one to a draft, change it, take it away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from apps.backoffice.documents.base import Deed, DeedForm, amounts_of
from apps.backoffice.documents.questions import NumberField
from apps.core.formats import Formats
from apps.invoicing import drafts
from apps.invoicing.models import Invoice, Kind, Line
from apps.rating.money import Money
from apps.rating.numbers import plain


class LineForm(DeedForm):
    """What is billed, how many, and what one costs."""

    description = forms.CharField(
        max_length=300, label="What", error_messages={"required": "Say what it is for."}, help_text="Printed as it is."
    )
    quantity = NumberField(label="Quantity", initial="1", missing="Say how many.")
    unit_amount = NumberField(label="Price of one", missing="Say what one costs.")

    def prepare(self) -> None:
        self.fields[
            "unit_amount"
        ].help_text = f"In {self.currency()}, {amounts_of(self.subject)}. The line is rounded once."

    def currency(self) -> str:
        """Return the currency of the line."""
        return str(self.subject.currency)


class AddLine(Deed[Invoice]):
    """Bill something more on a draft."""

    route = "add-line"
    title = "Add a line"
    button = "Add line"
    form_class = LineForm

    def is_offered(self, subject: Invoice) -> bool:
        return subject.status == Invoice.Status.DRAFT

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        return [f"The draft comes to {formats.money(subject.total)} now; the line is added to that, with its tax."]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> Line:
        return drafts.add_line(invoice=subject, now=now, actor=actor, **_told(said))

    def done(self, result: Line, subject: Invoice, formats: Formats) -> str:
        return f"{result.description} is added: {_amount(result, formats)}."


class ChangeLineForm(LineForm):
    """The same, as it is now."""

    def prepare(self) -> None:
        line = self.subject
        self.initial = {
            "description": line.description,
            "quantity": plain(line.quantity),
            "unit_amount": "" if line.unit_amount is None else plain(line.unit_amount),
        }
        super().prepare()

    def currency(self) -> str:
        return str(self.subject.invoice.currency)


class OfLine(Deed[Line]):
    """What may be done to a line that was added by hand."""

    def is_offered(self, subject: Line) -> bool:
        return subject.kind == Kind.MANUAL and subject.invoice.status == Invoice.Status.DRAFT


class ChangeLine(OfLine):
    """Say another text, quantity or price."""

    route = "change"
    title = "Change a line"
    button = "Change"
    form_class = ChangeLineForm

    def words(self, subject: Line, formats: Formats) -> list[str]:
        return [f"It comes to {_amount(subject, formats)} now; the draft is added up again."]

    def run(self, subject: Line, said: Mapping[str, Any], *, now: datetime, actor: str) -> Line:
        return drafts.change_line(line=subject, now=now, actor=actor, **_told(said))

    def done(self, result: Line, subject: Line, formats: Formats) -> str:
        return f"{result.description}: {_amount(result, formats)} now."


class RemoveLine(OfLine):
    """Bill it no more."""

    route = "remove"
    title = "Remove a line"
    button = "Remove"

    def words(self, subject: Line, formats: Formats) -> list[str]:
        return [f"{subject.description}, {_amount(subject, formats)}, is taken off the draft."]

    def run(self, subject: Line, said: Mapping[str, Any], *, now: datetime, actor: str) -> Invoice:
        return drafts.remove_line(line=subject, now=now, actor=actor)

    def done(self, result: Invoice, subject: Line, formats: Formats) -> str:
        return f"{subject.description} is taken off. The draft comes to {formats.money(result.total)} now."


def _told(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("description", "quantity", "unit_amount")}


def _amount(line: Line, formats: Formats) -> str:
    return formats.money(Money(line.amount_minor, line.invoice.currency))
