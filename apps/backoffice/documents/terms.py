"""A draft's discount, terms and notes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from apps.backoffice.documents import questions
from apps.backoffice.documents.base import Deed, DeedForm, amounts_of
from apps.backoffice.documents.questions import NumberField
from apps.core.formats import Formats
from apps.invoicing import drafts
from apps.invoicing.models import Invoice
from apps.rating.money import Money
from apps.rating.numbers import plain

PERCENT, AMOUNT, NONE = "percent", "amount", "none"


class DiscountForm(DeedForm):
    """How much off, and why."""

    how = forms.ChoiceField(label="Discount", error_messages={"required": "Say how."})
    number = NumberField(label="How much", required=False)
    reason = questions.reason(required=False, longest=200, help_text="Printed on the invoice.")

    def prepare(self) -> None:
        draft = self.subject
        choices = [(PERCENT, "Percent"), (AMOUNT, f"An amount in {draft.currency}, {amounts_of(draft)}")]
        if draft.discount_percent is not None:
            self.initial = {"how": PERCENT, "number": plain(draft.discount_percent)}
        elif draft.discount_fixed_minor is not None:
            self.initial = {"how": AMOUNT, "number": Money(draft.discount_fixed_minor, draft.currency).text()}
        if self.initial:
            choices.append((NONE, "None: take it off"))
            self.initial["reason"] = draft.discount_reason
        self.fields["how"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> None:
        missing = self.cleaned_data.get("number") is None and not self.has_error("number")
        if missing and self.cleaned_data.get("how") in (PERCENT, AMOUNT):
            self.add_error("number", "Say how much.")


class Discount(Deed[Invoice]):
    """Take a part off a draft."""

    route = "discount"
    title = "Discount"
    button = "Discount"
    form_class = DiscountForm
    fields = {"percent": "number", "amount": "number"}

    def is_offered(self, subject: Invoice) -> bool:
        return subject.status == Invoice.Status.DRAFT

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        now = Money(subject.discount_minor, subject.currency)
        there = f"{formats.money(now)} is taken off now. " if now.minor else ""
        off = "the amounts, tax included," if subject.tax_inclusive else "before tax,"
        return [f"{there}It is taken off {off} spread over all lines, and never more than there is."]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> Invoice:
        how, number = said["how"], said["number"]
        return drafts.discount(
            invoice=subject,
            percent=number if how == PERCENT else None,
            amount=number if how == AMOUNT else None,
            reason=said["reason"] if how != NONE else "",
            now=now,
            actor=actor,
        )

    def done(self, result: Invoice, subject: Invoice, formats: Formats) -> str:
        off = Money(result.discount_minor, result.currency)
        taken = f"{formats.money(off)} off." if off.minor else "No discount."
        return f"{taken} The draft comes to {formats.money(result.total)} now."


class TermsForm(DeedForm):
    """In how many days it is due, and what is printed below the lines."""

    days = forms.IntegerField(
        label="Days to pay",
        required=False,
        min_value=0,
        max_value=drafts.LONGEST_TERMS,
        error_messages={"required": "Say in how many days.", "invalid": "Write a whole number, such as 14."},
    )
    notes = forms.CharField(
        label="Notes",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Printed below the lines.",
    )

    def prepare(self) -> None:
        draft, days = self.subject, self.fields["days"]
        self.initial = {"days": draft.payment_terms_days, "notes": draft.notes}
        days.required = draft.payment_terms_days is not None
        days.help_text = "After the day on which it is finalized."
        if not days.required:
            days.help_text += " Empty: as agreed with the customer."


class Terms(Deed[Invoice]):
    """Say when a draft will be due, and add notes."""

    route = "terms"
    title = "Terms and notes"
    button = "Terms and notes"
    form_class = TermsForm
    fields = {"payment_terms_days": "days"}

    def is_offered(self, subject: Invoice) -> bool:
        return subject.status == Invoice.Status.DRAFT

    def words(self, subject: Invoice, formats: Formats) -> list[str]:
        return ["Both hold for this invoice alone, and are frozen with it when it is finalized."]

    def run(self, subject: Invoice, said: Mapping[str, Any], *, now: datetime, actor: str) -> Invoice:
        return drafts.set_terms(invoice=subject, days=said["days"], notes=said["notes"], now=now, actor=actor)

    def done(self, result: Invoice, subject: Invoice, formats: Formats) -> str:
        return "Terms and notes are changed."
