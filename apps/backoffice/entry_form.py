"""The form in which staff write down usage by hand, wherever it stands: what it takes, and how it is saved."""

import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from apps.accounts.scoped_admin import actor_of, formats_of
from apps.backoffice import cautions, entering, just_added
from apps.backoffice.cautions import Caution
from apps.catalog.models import Metric
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.rating.numbers import BadNumber, decimal_from_text, plain
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item
from apps.usage.queries import metric_of

TOKEN = re.compile(r"[0-9a-f]{32}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NO_SUBSCRIPTION = "This customer has no subscription with usage yet. Start one first."
FIELDS = {"occurred_at": "day", "quantity": "amount", "item": "item", "customer": "item"}
SENT_BEFORE = "This form was saved before with other figures, which stay. Open it again for the next."
CORRECTS = "A negative amount, such as -2, corrects what was recorded too much."


class EntryForm(forms.Form):
    """What a person writes down.

    `token` is made with each form, so that sending it twice stores one event. `seen` says for which figures their
    warnings were shown: sent again unchanged, the form is saved; with other figures it warns anew.
    """

    day = forms.DateField(
        label="Date",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "invalid": "This is not a date. Write it like 2026-11-20.",
            "required": "Say on which day this was used.",
        },
    )
    item = forms.ChoiceField(
        label="Usage type",
        error_messages={"required": "Choose what was used.", "invalid_choice": "This customer has no such usage type."},
    )
    amount = forms.CharField(
        label="Amount",
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Say how much was used."},
    )
    note = forms.CharField(label="Note (optional)", max_length=500, required=False)
    token = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any = None, *, items: Sequence[Item], today: date, initial: Any = None) -> None:
        self.sent: Any = data.copy() if data is not None else None
        super().__init__(self.sent, initial=initial)
        self.items = {item.public_id: item for item in items}
        self.today = today
        self.warned = False
        first = [] if len(items) == 1 else [("", "")]
        self.fields["item"].choices = first + named(items)  # type: ignore[attr-defined]
        if not items:
            self.fields["item"].error_messages.update(required=NO_SUBSCRIPTION, invalid_choice=NO_SUBSCRIPTION)
        if any(metric_of(item).aggregation == Metric.Aggregation.SUM for item in items):
            self.fields["amount"].help_text = CORRECTS
        self.fields["day"].widget.attrs["max"] = today.isoformat()
        themed(self)
        self.focus("amount")

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError("This day has not come yet.")
        return day

    def clean_amount(self) -> Decimal:
        text = self.cleaned_data["amount"].strip()
        if "," in text:
            raise forms.ValidationError("Write the amount without commas, such as 1000 or 1.5.")
        try:
            return decimal_from_text(text, field="amount")
        except BadNumber as bad:
            raise forms.ValidationError(bad.sentence) from None

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not TOKEN.fullmatch(token):
            raise forms.ValidationError("This form is out of date. Load the page again.")
        return token

    def clean(self) -> None:
        item, amount = self.items.get(self.cleaned_data.get("item", "")), self.cleaned_data.get("amount")
        if item is None or amount is None or amount > 0:
            return
        aggregation = metric_of(item).aggregation
        if amount == 0 and aggregation != Metric.Aggregation.LATEST:
            self.add_error("amount", "The amount must not be zero: that would record nothing.")
        elif amount < 0 and aggregation != Metric.Aggregation.SUM:
            self.add_error(
                "amount", f"The amount must not be negative: {item} is not added up. Take the wrong event back instead."
            )

    def entry(self) -> entering.Entry:
        """Return what was written, once the form is valid."""
        said = self.cleaned_data
        return entering.Entry(
            day=said["day"],
            item=self.items[said["item"]],
            amount=said["amount"],
            note=said["note"],
            key=f"admin:{said['token']}",
        )

    def show(self, found: Sequence[Caution]) -> bool:
        """Put warnings to their fields, unless they were shown for these very figures; say whether they are new."""
        said = self.cleaned_data
        figures = [str(said["day"]), said["item"], plain(said["amount"]), *(caution.code for caution in found)]
        seen = sha256("|".join(figures).encode()).hexdigest()
        if not found or said["seen"] == seen:
            return False
        for caution in found:
            self.caution(caution)
        self.sent["seen"] = seen
        return True

    def caution(self, caution: Caution) -> None:
        """Put one warning to its field."""
        field: Any = self.fields[caution.field]
        field.cautions = [*getattr(field, "cautions", []), caution]
        self.warned = True

    def focus(self, name: str) -> None:
        """Let one field have the keyboard as the page opens."""
        for each, field in self.fields.items():
            field.widget.attrs.pop("autofocus", None)
            if each == name:
                field.widget.attrs["autofocus"] = True

    def kept(self) -> dict[str, str]:
        """Return what the form for the next entry begins with."""
        return {"day": self.cleaned_data["day"].isoformat(), "item": self.cleaned_data["item"]}


def saved(request: HttpRequest, form: EntryForm, *, now: datetime, hold: bool = False) -> bool:
    """Record what a valid form says and tell the person; False where the form comes back with warnings or errors.

    `hold` keeps it back whatever it says, with its warnings, because something else is to be looked at.
    """
    entry, formats = form.entry(), formats_of(request)
    if not entering.is_known(entry):
        is_new = form.show(cautions.of(entry, formats, now=now, today=form.today))
        if is_new or hold:
            return False
    try:
        entered = entering.enter(entry=entry, now=now, actor=actor_of(request))
    except Refusal as refusal:
        sentence = SENT_BEFORE if refusal.code == "key_used_differently" else refusal.sentence
        form.add_error(FIELDS.get(refusal.field or ""), sentence)
        return False
    sentence = entering.sentence(entry, entered, formats, today=form.today)
    messages.success(request, sentence, extra_tags=just_added.tag(entered))
    if not entered.repeated:
        just_added.remember(request, entered)
    return True


def beginning(asked: Any, items: Sequence[Item], *, now: datetime, today: date) -> dict[str, Any]:
    """Return what a fresh form says: today, 1, the usage type when there is one; `asked` keeps the entry before."""
    known = {item.public_id for item in items}
    kept, day = asked.get("item", ""), asked.get("day", "")
    return {
        "day": day if DAY.fullmatch(day) and day <= today.isoformat() else today,
        "item": kept if kept in known else only(items, now=now),
        "amount": "1",
        "token": secrets.token_hex(16),
    }


def only(items: Sequence[Item], *, now: datetime) -> str | None:
    """Return the id of the one item that lives now; None where there are several, or none."""
    live = timelines.live_items(items=items, instant=now)
    return live[0].public_id if len(live) == 1 else None


def named(items: Sequence[Item]) -> list[tuple[str, str]]:
    """Return the id and the name of each item, told apart by the plan where two are called the same."""
    names = [str(item) for item in items]
    return [(item.public_id, _name(item, told_apart=names.count(str(item)) > 1)) for item in items]


def _name(item: Item, *, told_apart: bool) -> str:
    name = f"{item} – {item.subscription.plan}" if told_apart else str(item)
    return f"{name} (ended)" if item.ends_at is not None else name
