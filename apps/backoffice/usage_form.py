"""Add usage: date, usage type, amount; nothing else is required."""

import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from apps.accounts.models import Customer
from apps.accounts.scoped_admin import OwnedAdmin, actor_of, formats_of, organization_of
from apps.backoffice import customer_pages, entering
from apps.core import clock
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.rating.numbers import BadNumber, decimal_from_text
from apps.rating.wallclock import local_date
from apps.subscriptions import queries as timelines
from apps.subscriptions.models import Item

TOKEN = re.compile(r"[0-9a-f]{32}")
NO_SUBSCRIPTION = "This customer has no subscription with usage yet. Start one first."
FIELDS = {"occurred_at": "day", "quantity": "amount", "item": "item", "customer": "item"}
SENT_BEFORE = "This form was saved before with other figures, which stay. Open Add usage again for the next."


class UsageForm(forms.Form):
    """What a person writes down. `token` is made with each form, so that sending it twice stores one event."""

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
        widget=forms.TextInput(attrs={"autofocus": True, "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Say how much was used."},
    )
    note = forms.CharField(label="Note (optional)", max_length=500, required=False)
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, items: Sequence[Item], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = {item.public_id: item for item in items}
        self.today = today
        names = [str(item) for item in items]
        choices = [(item.public_id, _named(item, names.count(str(item)) > 1)) for item in items]
        first = [] if len(items) == 1 else [("", "")]
        self.fields["item"].choices = first + choices  # type: ignore[attr-defined]
        if not items:
            self.fields["item"].error_messages.update(required=NO_SUBSCRIPTION, invalid_choice=NO_SUBSCRIPTION)
        self.fields["day"].widget.attrs["max"] = today.isoformat()
        themed(self)

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
            amount = decimal_from_text(text, field="amount")
        except BadNumber as bad:
            raise forms.ValidationError(bad.sentence) from None
        if amount <= 0:
            raise forms.ValidationError("The amount must be greater than zero.")
        return amount

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not TOKEN.fullmatch(token):
            raise forms.ValidationError("This form is out of date. Load the page again.")
        return token

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


def add_usage(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the form; save an entry, say where it lands, and open the form for the next."""
    organization = organization_of(request)
    now = clock.billing(organization)
    today = local_date(now, organization.zone)
    items = timelines.usage_items(customer=customer)
    if request.method == "POST":
        form = UsageForm(request.POST, items=items, today=today)
        if form.is_valid() and _saved(request, form, now, today):
            kept = {"day": form.cleaned_data["day"].isoformat(), "item": form.cleaned_data["item"]}
            return HttpResponseRedirect(f"{request.path}?{urlencode(kept)}")
    else:
        form = UsageForm(initial=_initial(request, items, now, today), items=items, today=today)
    context = customer_pages.page(admin, request, customer, tab="usage", title="Add usage")
    return TemplateResponse(request, "backoffice/customer/add_usage.html", {**context, "form": form, "items": items})


def _saved(request: HttpRequest, form: UsageForm, now: datetime, today: date) -> bool:
    entry = form.entry()
    try:
        entered = entering.enter(entry=entry, now=now, actor=actor_of(request))
    except Refusal as refusal:
        sentence = SENT_BEFORE if refusal.code == "key_used_differently" else refusal.sentence
        form.add_error(FIELDS.get(refusal.field or ""), sentence)
        return False
    messages.success(request, entering.sentence(entry, entered, formats_of(request), today=today))
    return True


def _initial(request: HttpRequest, items: Sequence[Item], now: datetime, today: date) -> dict[str, Any]:
    """Preset today, 1, and the usage type when there is one; keep what the entry before had."""
    live = timelines.live_items(items=items, instant=now)
    known = {item.public_id for item in items}
    kept = request.GET.get("item", "")
    day = request.GET.get("day", "")
    return {
        "day": day if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day, re.ASCII) and day <= today.isoformat() else today,
        "item": kept if kept in known else live[0].public_id if len(live) == 1 else None,
        "amount": "1",
        "token": secrets.token_hex(16),
    }


def _named(item: Item, told_apart: bool) -> str:
    name = f"{item} – {item.subscription.plan}" if told_apart else str(item)
    return f"{name} (ended)" if item.ends_at is not None else name
