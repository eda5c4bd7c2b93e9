"""Find the customer whom a person means by what they typed: a name, an own id, an e-mail address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from apps.accounts import queries as accounts
from apps.accounts.models import Customer
from apps.backoffice.cautions import Caution
from apps.core.admin import themed
from apps.core.fields import PUBLIC_ID

MOST_CHOICES = 8
PARTED = " · "


@dataclass(frozen=True)
class Meant:
    """The customer who is meant, or those to choose from. `guessed`: only a part of what names them was typed."""

    customer: Customer | None = None
    choices: Sequence[Customer] = ()
    guessed: bool = False


class CustomerForm(forms.Form):
    """For whom: typed text, and the id that was chosen for it, by a script or among several, if any."""

    customer = forms.CharField(
        label="Customer",
        max_length=500,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "list": "tb-customers", "placeholder": "Name, your id, or e-mail"}
        ),
        error_messages={"required": "Say for which customer."},
    )
    chosen = forms.CharField(required=False, max_length=40)
    asked = forms.CharField(required=False, max_length=500)

    def __init__(self, data: Any = None, *, customer: Customer | None = None) -> None:
        self.sent: Any = data.copy() if data is not None else None
        super().__init__(self.sent)
        self.meant = Meant(customer)
        if customer is not None:
            self.initial = {"customer": label(customer), "chosen": customer.public_id, "asked": label(customer)}
        themed(self)

    def clean(self) -> None:
        said = self.cleaned_data
        if "customer" not in said:
            return
        chosen = said.get("chosen") if said.get("asked") == said["customer"] else ""
        self.meant = Meant(by_id(chosen)) if chosen else meant_by(said["customer"])
        if self.meant.customer is not None:
            name = label(self.meant.customer)
            if self.meant.guessed:
                sentence = f"This is taken to be {self.meant.customer.name}. Save again if that is right."
                field: Any = self.fields["customer"]
                field.cautions = [Caution(field="customer", code="guessed", sentence=sentence)]
            self.sent["customer"] = self.sent["asked"] = name
            self.sent["chosen"] = self.meant.customer.public_id
        else:
            several = len(self.meant.choices)
            self.sent["asked"], self.sent["chosen"] = said["customer"], ""
            self.add_error("customer", _choose(several) if several else "There is no such customer.")

    @property
    def shown_choices(self) -> list[Customer]:
        """Those to choose from, as many as fit."""
        return list(self.meant.choices[:MOST_CHOICES])


def label(customer: Customer) -> str:
    """Name a customer so that another of the same name is told apart: by your id, else by e-mail."""
    return f"{customer.name}{PARTED}{customer.external_id or customer.email}"


def by_id(public_id: str | None) -> Customer | None:
    """Return the customer of a public id."""
    if public_id is None or not PUBLIC_ID.fullmatch(public_id):
        return None
    return accounts.customers().filter(public_id=public_id).first()


def meant_by(text: str) -> Meant:
    """Take a whole name, id or address for what it is; a part of one for those that have it in them."""
    name, parted, hint = text.rpartition(PARTED)
    exact = list(accounts.customers_called(name=name, hint=hint)[: MOST_CHOICES + 1]) if parted else []
    exact = exact or list(accounts.customers_called(name=text)[: MOST_CHOICES + 1])
    if exact:
        return Meant(exact[0]) if len(exact) == 1 else Meant(choices=exact)
    alike = like(text)
    return Meant(alike[0], guessed=True) if len(alike) == 1 else Meant(choices=alike)


def like(text: str) -> list[Customer]:
    """Return customers with a text in what names them, one more than is ever shown."""
    return list(accounts.customers_like(text=text)[: MOST_CHOICES + 1])


def _choose(several: int) -> str:
    if several > MOST_CHOICES:
        return "Many customers have this in their name. Choose one, or write more of it."
    return "Several customers are meant by this. Choose one."
