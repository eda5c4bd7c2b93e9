"""A form of the office that does what it says once, however often it is sent."""

from collections.abc import Callable
from functools import partial
from secrets import token_hex

from django import forms
from django.http import HttpRequest

from apps.accounts.scoped_admin import organization_of
from apps.core import clock, idempotency
from apps.core.refusals import Refusal
from apps.tenancy import operations as tenancy

SENT_BEFORE = "This form was sent before with other figures, which stand. Open it again for the next."
NOT_TWICE = "This form was sent before, and nothing is done twice."


class OnceForm(forms.Form):
    """A form with a token of its own: `once` is made with each form, so that sending it twice does its deed once."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32, initial=partial(token_hex, 16))


def done_once(request: HttpRequest, form: OnceForm, did: Callable[[], dict[str, str]]) -> tuple[dict[str, str], bool]:
    """Do what a form says unless it was sent before; return what is to be said, and whether it was."""
    once = form.cleaned_data["once"]
    if not once:
        return did(), False
    sent = {name: request.POST.getlist(name) for name in form.fields}
    return tenancy.answered_once(
        organization=organization_of(request),
        key=f"office:{once}",
        digest=idempotency.digest_of(method="POST", path=request.path, content=sent),
        answer=did,
        now=clock.wall(),
    )


def told(answer: dict[str, str], *, repeated: bool) -> str:
    """Say what was done, and where the form was sent before, that it is not done twice."""
    return f"{NOT_TWICE} {answer['said']}" if repeated else answer["said"]


def sentence_of(refusal: Refusal) -> str:
    """Say why a form was refused."""
    return SENT_BEFORE if refusal.code == "key_used_differently" else refusal.sentence
