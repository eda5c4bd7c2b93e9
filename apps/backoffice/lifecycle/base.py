"""One page for every deed: ask what is needed, show the money it moves, and do it once that is confirmed."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, actor_of, formats_of, organization_of
from apps.backoffice.lifecycle import money
from apps.core import clock
from apps.core.admin import themed
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.invoicing.lifecycle.holding import Changed
from apps.subscriptions.models import Item, Subscription

LONGEST_REASON = 300
TEMPLATE = "backoffice/lifecycle/deed.html"

Subject = TypeVar("Subject", Subscription, Item)


class DeedForm(forms.Form):
    """What a deed asks; all of them take a reason, for the history."""

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=LONGEST_REASON,
        help_text="Kept in the history; the customer does not see it.",
    )

    def __init__(self, *args: Any, subject: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.prepare()
        self.order_fields([name for name in self.fields if name != "reason"])
        themed(self)

    def prepare(self) -> None:
        """Fill in choices that depend on the subject."""

    def frozen(self) -> Iterable[tuple[str, str]]:
        """Return the names and values that were sent, to be sent again unseen."""
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for one in value if isinstance(value, list) else [value]:
                if one not in (None, "", False):
                    yield name, "on" if one is True else str(one)


class Deed(ABC, Generic[Subject]):
    """Something to be done to a subscription or an item. `fields` says which input a refusal's field is."""

    route: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str]
    form_class: ClassVar[type[DeedForm]] = DeedForm
    fields: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def is_offered(self, subject: Subject) -> bool:
        """Say whether it makes sense as things stand."""

    @abstractmethod
    def words(self, subject: Subject) -> list[str]:
        """Say what will happen."""

    @abstractmethod
    def run(self, subject: Subject, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        """Do it, as the form said; raise Refusal where it may not be."""

    @abstractmethod
    def done(self, changed: Changed, subject: Subject) -> str:
        """Say that it is done."""

    def page(self, admin: OwnedAdmin, request: HttpRequest, subject: Subject) -> HttpResponse:
        """Ask; then show what it would charge and give back; then do it."""
        form = self.form_class(request.POST if request.method == "POST" else None, subject=subject)
        context = self._context(admin, request, subject, form)
        if form.is_bound and form.is_valid():
            answer = self._confirmed(admin, request, subject, form, context)
            if answer is not None:
                return answer
        return TemplateResponse(request, TEMPLATE, context)

    def _confirmed(
        self, admin: OwnedAdmin, request: HttpRequest, subject: Subject, form: DeedForm, context: dict[str, Any]
    ) -> HttpResponse | None:
        """Do what was confirmed and lead back, or put the money of it on the page; None where the page is shown."""
        now: datetime = clock.billing(organization_of(request))
        formats: Formats = formats_of(request)

        def verb() -> Changed:
            return self.run(subject, form.cleaned_data, now=now, actor=actor_of(request))

        try:
            if request.POST.get("confirmed") == "yes":
                changed: Changed = retried(verb)
                sentences = [self.done(changed, subject), *money.in_short(changed, formats)]
                messages.success(request, " ".join(sentences))
                return HttpResponseRedirect(home_of(subject))
            context["told"] = retried(lambda: money.look(verb, formats))
        except Refusal as refusal:
            name = self.fields.get(refusal.field or "", refusal.field)
            form.add_error(name if name in form.fields else None, refusal.sentence)
        return None

    def _context(self, admin: OwnedAdmin, request: HttpRequest, subject: Subject, form: DeedForm) -> dict[str, Any]:
        context = admin.context(request, subject, title=f"{self.title}: {subject}")
        return context | {
            "deed": self,
            "heading": self.title,
            "form": form,
            "words": self.words(subject),
            "about": subscription_of(subject),
            "item": item_of(subject),
            "home": home_of(subject),
            "told": None,
        }


def subscription_of(subject: Subscription | Item) -> Subscription:
    """Return the subscription that a deed is about."""
    return subject.subscription if isinstance(subject, Item) else subject


def item_of(subject: Subscription | Item) -> Item | None:
    """Return the item that a deed is about; None where it is about the whole subscription."""
    return subject if isinstance(subject, Item) else None


def home_of(subject: Subscription | Item) -> str:
    """Return the address of the page of the subscription."""
    return reverse("admin:subscriptions_subscription_change", args=[subscription_of(subject).pk])


def pages(admin: OwnedAdmin, deeds: Iterable[Deed[Any]]) -> list[URLPattern]:
    """Mount the pages of deeds."""

    def mounted(deed: Deed[Any]) -> URLPattern:
        def view(request: HttpRequest, subject: Any) -> HttpResponse:
            return deed.page(admin, request, subject)

        return admin.object_page(deed.route, view, action=Action.MANAGE_CUSTOMERS)

    return [mounted(deed) for deed in deeds]


def offered(deeds: Iterable[Deed[Any]], subject: Subscription | Item) -> list[dict[str, str]]:
    """Return the buttons of what may be done as things stand: words and address."""
    prefix = f"admin:subscriptions_{subject._meta.model_name}_"
    return [
        {"words": deed.button, "address": reverse(prefix + deed.route.replace("-", "_"), args=[subject.pk])}
        for deed in deeds
        if deed.is_offered(subject)
    ]
