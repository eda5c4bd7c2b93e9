"""Resend: the same stored paper to the same or another address."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts.scoped_admin import OwnedAdmin, actor_of, organization_of
from apps.core import clock
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.delivery import operations as delivery
from apps.invoicing.models import Invoice

FIELDS = {"recipient": "recipient", "message_text": "message_text"}


class ResendForm(forms.Form):
    """To whom, with what words."""

    recipient = forms.EmailField(
        label="To",
        error_messages={"required": "Say to whom.", "invalid": "This is not an e-mail address."},
    )
    message_text = forms.CharField(
        label="Message (optional)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Stands above the usual text of the mail.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        themed(self)


def resend(admin: OwnedAdmin, request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Show the form; queue the mail and say so."""
    form = ResendForm(request.POST or None, initial={"recipient": invoice.customer.email})
    if request.method == "POST" and form.is_valid() and _queued(admin, request, invoice, form):
        return HttpResponseRedirect(reverse("admin:invoicing_invoice_change", args=[invoice.pk]))
    context = admin.context(request, invoice, title=f"Resend {invoice}", form=form, invoice=invoice)
    return TemplateResponse(request, "backoffice/invoice/resend.html", context)


def _queued(admin: OwnedAdmin, request: HttpRequest, invoice: Invoice, form: ResendForm) -> bool:
    said = form.cleaned_data
    try:
        delivery.resend(
            invoice=invoice,
            recipient=said["recipient"],
            message_text=said["message_text"],
            actor=actor_of(request),
            now=clock.billing(organization_of(request)),
        )
    except Refusal as refusal:
        form.add_error(FIELDS.get(refusal.field or ""), refusal.sentence)
        return False
    messages.success(request, f"{invoice} is on its way to {said['recipient']}.")
    return True
