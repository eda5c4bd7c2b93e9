"""Resend: the same stored paper to the same or another address."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts.scoped_admin import OwnedAdmin, actor_of, organization_of
from apps.backoffice.documents.once import OnceForm, done_once, sentence_of, told
from apps.core import clock
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.delivery import operations as delivery
from apps.invoicing.models import CreditNote, Invoice

FIELDS = {"recipient": "recipient", "message_text": "message_text"}


class ResendForm(OnceForm):
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


def resend(admin: OwnedAdmin, request: HttpRequest, document: Invoice | CreditNote) -> HttpResponse:
    """Show the form; queue the mail and say so."""
    home = reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change", args=[document.pk])
    form = ResendForm(request.POST or None, initial={"recipient": document.customer.email})
    if request.method == "POST" and form.is_valid() and _queued(request, document, form):
        return HttpResponseRedirect(home)
    context = admin.context(request, document, title=f"Resend {document}", form=form, document=document, home=home)
    return TemplateResponse(request, "backoffice/documents/resend.html", context)


def _queued(request: HttpRequest, document: Invoice | CreditNote, form: ResendForm) -> bool:
    """Ask for the mail, once for each form that was opened; False where that is refused."""
    said = form.cleaned_data

    def ask() -> dict[str, str]:
        delivery.resend(
            document=document,
            recipient=said["recipient"],
            message_text=said["message_text"],
            actor=actor_of(request),
            now=clock.billing(organization_of(request)),
        )
        return {"said": f"{document} is on its way to {said['recipient']}."}

    try:
        answer, repeated = retried(lambda: done_once(request, form, ask))
    except Refusal as refusal:
        form.add_error(FIELDS.get(refusal.field or ""), sentence_of(refusal))
        return False
    messages.success(request, told(answer, repeated=repeated))
    return True
