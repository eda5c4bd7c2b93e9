"""Goodwill: a part of an invoice given back, all of it, or amounts of single lines."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse

from apps.backoffice.documents import questions
from apps.backoffice.documents.base import Deed, DeedForm, amounts_of
from apps.backoffice.documents.questions import NumberField
from apps.core.formats import Formats
from apps.invoicing import collecting, queries, rebilling
from apps.invoicing.models import CreditNote, Invoice, Kind, Line
from apps.invoicing.queries import Creditable
from apps.rating.money import Money

PART, LINES, ALL = "part", "lines", "all"
ONCE = (Kind.SETUP, Kind.ONE_TIME)
MOST_LINES = 50
MOST_NAMED = 5
INSTEAD = "What is credited here comes on top of that."


class CreditForm(DeedForm):
    """How much, of what, and why."""

    how = forms.ChoiceField(label="Credit", error_messages={"required": "Say how much."})
    amount = NumberField(label="Amount", required=False)
    reason = questions.reason(required=True, help_text="Printed on the credit note.")

    def prepare(self) -> None:
        left = queries.creditable_lines_of(invoice=self.subject)
        self.of_lines = {f"line_{entry.line.pk}": entry for entry in left} if 1 < len(left) <= MOST_LINES else {}
        basis = amounts_of(self.subject)
        whole = Money(sum(entry.left_net_minor for entry in left), self.subject.currency)
        by_line = [(LINES, "Amounts of single lines")] if self.of_lines else []
        self.fields["how"].choices = [  # type: ignore[attr-defined]
            (PART, "An amount"),
            *by_line,
            (ALL, f"All that is left: {self.formats.money(whole)} {basis}"),
        ]
        self.fields["amount"].help_text = f"In {self.subject.currency}, {basis}; it is spread over the lines."
        self.fields["amount"].only_for = PART  # type: ignore[attr-defined]
        taken_back = {line.pk for line in rebilling.lines_taken_back_from(invoice=self.subject)}
        for name, entry in self.of_lines.items():
            self.fields[name] = self._of_line(entry, basis, is_taken_back=entry.line.pk in taken_back)
        self.order_fields(["how", "amount", *self.of_lines, "reason"])

    def _of_line(self, entry: Creditable, basis: str, *, is_taken_back: bool) -> NumberField:
        """Ask for an amount of one line, and say where its usage was taken back."""
        left = Money(entry.left_net_minor, self.subject.currency)
        help_text = f"Of {self.formats.money(left)} that is left, {basis}."
        field = NumberField(label=named(entry.line, self.formats), required=False, help_text=help_text)
        field.only_for = LINES  # type: ignore[attr-defined]
        if is_taken_back:
            sentence = f"Usage of this line was taken back since, and is credited by itself. {INSTEAD}"
            field.cautions = [{"sentence": sentence, "link": "See its events", "address": events_of(entry.line)}]  # type: ignore[attr-defined]
        return field

    def clean(self) -> None:
        how = self.cleaned_data.get("how")
        for name in self._left_out(how):
            self.errors.pop(name, None)
        if how == PART and not self.has_error("amount") and self.cleaned_data.get("amount") is None:
            self.add_error("amount", "Say how much.")
        if how == LINES:
            self._check_lines()
        self.cleaned_data["lines"] = self.lines()

    def lines(self) -> dict[str, Decimal]:
        """Return the amounts of lines that were given, by the lines' ids."""
        amounts = {entry.line.public_id: self.cleaned_data.get(name) for name, entry in self.of_lines.items()}
        return {public_id: amount for public_id, amount in amounts.items() if amount is not None}

    def _left_out(self, how: str | None) -> list[str]:
        """Return the fields that do not count for an answer."""
        return [*([] if how == PART else ["amount"]), *([] if how == LINES else self.of_lines)]

    def _check_lines(self) -> None:
        if not self.lines() and not any(self.has_error(name) for name in self.of_lines):
            self.add_error("how", "Write an amount at one line at least.")
        for name, entry in self.of_lines.items():
            amount = self.cleaned_data.get(name)
            left = Money(entry.left_net_minor, self.subject.currency)
            if amount is not None and amount > left.amount:
                self.add_error(name, f"Only {self.formats.money(left)} is left of this line.")
            elif amount is not None and amount <= 0:
                self.add_error(name, "The amount must be above zero.")


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
        lines = rebilling.lines_taken_back_from(invoice=subject)
        if not lines:
            return []
        formats = Formats.of(subject.organization.locale, subject.organization.zone)
        which = "; ".join(named(line, formats) for line in lines[:MOST_NAMED])
        more = f" and {len(lines) - MOST_NAMED} more" if len(lines) > MOST_NAMED else ""
        sentence = (
            f"Usage of this invoice was taken back since: {which}{more}. It is credited with the next invoice by "
            f"itself. {INSTEAD}"
        )
        return [(sentence, "See the events", events_of(lines[0]))]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> CreditNote:
        asked: dict[str, Any] = {}
        if said["how"] == PART:
            asked["amount"] = said["amount"]
        elif said["how"] == LINES:
            asked["lines"] = said["lines"]
        return collecting.give_credit(invoice=subject, reason=said["reason"], now=now, actor=actor, **asked)

    def done(self, result: CreditNote, subject: Invoice, formats: Formats) -> str:
        return f"{result} gives {formats.money(result.total)} back."


def named(line: Line, formats: Formats) -> str:
    """Name a line by its text and its days; what is charged once has none."""
    if line.kind in ONCE or line.period_starts_at is None or line.period_ends_at is None:
        return line.description
    return f"{line.description}, {formats.day_of(line.period_starts_at)} – {formats.day_of(line.period_ends_at)}"


def events_of(line: Line) -> str:
    """Return the address of the events behind a line."""
    return reverse("admin:invoicing_line_events", args=[line.pk])
