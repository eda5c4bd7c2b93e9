"""Of a customer: an invoice about no subscription, and a balance paid back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from apps.accounts.models import Customer
from apps.backoffice.documents import questions
from apps.backoffice.documents.base import Deed, DeedForm, address_of
from apps.backoffice.documents.lines import LineForm
from apps.backoffice.documents.questions import NumberField
from apps.core.formats import Formats
from apps.invoicing import collecting, drafts, queries
from apps.invoicing.drafts import ByHand
from apps.invoicing.models import Invoice, Refund


class NewInvoice(Deed[Customer]):
    """Begin an invoice with its first line."""

    route = "new-invoice"
    title = "New invoice"
    button = "New invoice"
    confirm = "Begin the draft"
    form_class = LineForm

    def is_offered(self, subject: Customer) -> bool:
        return True

    def words(self, subject: Customer, formats: Formats) -> list[str]:
        return [
            (
                f"A draft for {subject}, about no subscription, with one line to begin with. More lines, a discount "
                "and terms follow on the draft; nobody sees it until you finalize it."
            )
        ]

    def run(self, subject: Customer, said: Mapping[str, Any], *, now: datetime, actor: str) -> Invoice:
        line = ByHand(said["description"], said["unit_amount"], said["quantity"])
        return drafts.create_whole(customer=subject, lines=[line], now=now, actor=actor)

    def done(self, result: Invoice, subject: Customer, formats: Formats) -> str:
        return f"A draft over {formats.money(result.total)}: add what is missing, then finalize it."

    def leads_to(self, result: Invoice, subject: Customer) -> str:
        return address_of(result)


class PayBackForm(DeedForm):
    """How much, and how."""

    amount = NumberField(label="Amount", missing="Say how much.")
    currency = forms.ChoiceField(label="Currency", error_messages={"required": "Choose a currency."})
    method = questions.method()
    reference = questions.reference()

    def prepare(self) -> None:
        balances = queries.balances(customer=self.subject)
        codes = [money.currency for money in balances] or [self.subject.currency]
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]
        if balances:
            self.initial = {"amount": balances[0].text(), "currency": balances[0].currency}


class PayBack(Deed[Customer]):
    """Note that a part of the balance was paid back."""

    route = "pay-back"
    title = "Pay back"
    button = "Pay back"
    form_class = PayBackForm

    def is_offered(self, subject: Customer) -> bool:
        return bool(queries.balances(customer=subject))

    def words(self, subject: Customer, formats: Formats) -> list[str]:
        there = " and ".join(formats.money(money) for money in queries.balances(customer=subject))
        if not there:
            return [f"Nothing stands to the credit of {subject}."]
        return [
            (
                f"{there} stands to the credit of {subject}. This notes that money was paid back and moves none "
                "itself; what stays is used on the next invoices."
            )
        ]

    def run(self, subject: Customer, said: Mapping[str, Any], *, now: datetime, actor: str) -> Refund:
        names = ("amount", "currency", "method", "reference")
        return collecting.refund(customer=subject, now=now, actor=actor, **{name: said[name] for name in names})

    def done(self, result: Refund, subject: Customer, formats: Formats) -> str:
        return f"{formats.money(result.amount)} paid back to {subject}."
