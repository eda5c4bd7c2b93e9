"""One page for every deed on a document: say what will happen, ask what is needed, do it once, say what happened."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, actor_of, allowed, organization_of
from apps.backoffice.documents.once import OnceForm, done_once, sentence_of, told
from apps.core import clock
from apps.core.admin import themed
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.invoicing import queries
from apps.invoicing.models import Invoice, Line
from apps.rating.money import AmountTooLarge

ACTION = Action.MANAGE_INVOICES
BEYOND = "That comes to more than an invoice can say."
TEMPLATE = "backoffice/documents/deed.html"

Subject = TypeVar("Subject", Invoice, Line, Customer)


class DeedForm(OnceForm):
    """What a deed asks; nothing unless it says so. `today` is the organization's local date."""

    def __init__(self, *args: Any, subject: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.formats = formats_for(subject)
        self.today = now.astimezone(self.formats.zone).date()
        self.prepare()
        themed(self)

    def prepare(self) -> None:
        """Fill in what depends on the subject."""


class Deed(ABC, Generic[Subject]):
    """Something to be done. `fields` says which input a refusal's field is."""

    route: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str]
    confirm: ClassVar[str] = ""
    form_class: ClassVar[type[DeedForm]] = DeedForm
    fields: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def is_offered(self, subject: Subject) -> bool:
        """Say whether it makes sense as things stand."""

    @abstractmethod
    def words(self, subject: Subject, formats: Formats) -> list[str]:
        """Say what will happen."""

    def cautions(self, subject: Subject) -> list[tuple[str, str, str]]:
        """Say what should be looked at first: a sentence each, with the words and the address of a link."""
        return []

    @abstractmethod
    def run(self, subject: Subject, said: Mapping[str, Any], *, now: datetime, actor: str) -> Any:
        """Do it, as the form said; raise Refusal where it may not be."""

    @abstractmethod
    def done(self, result: Any, subject: Subject, formats: Formats) -> str:
        """Say that it is done."""

    def leads_to(self, result: Any, subject: Subject) -> str:
        """Return the address of the page to go on with."""
        return home_of(subject)

    def page(self, admin: OwnedAdmin, request: HttpRequest, subject: Subject) -> HttpResponse:
        """Ask, then do it and lead back; what is refused is said at its field."""
        now = clock.billing(organization_of(request))
        form = self.form_class(request.POST if request.method == "POST" else None, subject=subject, now=now)
        if form.is_bound and form.is_valid():
            answer = self._done(request, subject, form, now)
            if answer is not None:
                return answer
        formats = formats_for(subject)
        context = admin.context(request, None, title=f"{self.title}: {subject}")
        context |= {
            "deed": self,
            "form": form,
            "words": self.words(subject, formats),
            "cautions": [{"sentence": s, "link": link, "address": to} for s, link, to in self.cautions(subject)],
            "about": about(subject),
            "home": home_of(subject),
        }
        return TemplateResponse(request, TEMPLATE, context)

    def _done(self, request: HttpRequest, subject: Subject, form: DeedForm, now: datetime) -> HttpResponse | None:
        """Do it and lead back; None where it was refused."""
        said = {name: value for name, value in form.cleaned_data.items() if name != "once"}

        def did() -> dict[str, str]:
            result = self.run(subject, said, now=now, actor=actor_of(request))
            return {"said": self.done(result, subject, formats_for(subject)), "to": self.leads_to(result, subject)}

        try:
            answer, repeated = retried(lambda: done_once(request, form, did))
        except AmountTooLarge:
            form.add_error(None, BEYOND)
        except Refusal as refusal:
            name = self.fields.get(refusal.field or "", refusal.field)
            form.add_error(name if name in form.fields else None, sentence_of(refusal))
        else:
            messages.success(request, told(answer, repeated=repeated))
            return HttpResponseRedirect(answer["to"])
        return None


def formats_for(subject: Invoice | Line | Customer) -> Formats:
    """Return how numbers, money and dates look in the organization of a subject."""
    return Formats.of(subject.organization.locale, subject.organization.zone)


def amounts_of(subject: Invoice | Line | Customer) -> str:
    """Say whether amounts of a document are before tax, or of one that would be begun for a customer."""
    if isinstance(subject, Customer):
        inclusive = subject.organization.prices_include_tax
    else:
        inclusive = (subject.invoice if isinstance(subject, Line) else subject).tax_inclusive
    return "tax included" if inclusive else "before tax"


def about(subject: Invoice | Line | Customer) -> str:
    """Name what a deed is about, as the way back says it."""
    if isinstance(subject, Customer):
        return f"Invoices of {subject}"
    invoice = subject.invoice if isinstance(subject, Line) else subject
    return invoice.number or f"Draft for {invoice.customer}"


def home_of(subject: Invoice | Line | Customer) -> str:
    """Return the address of the page that a deed was asked for on."""
    if isinstance(subject, Customer):
        return reverse("admin:accounts_customer_invoices", args=[subject.pk])
    return address_of(subject.invoice if isinstance(subject, Line) else subject)


def address_of(invoice: Invoice) -> str:
    """Return the address of the page of an invoice."""
    return reverse("admin:invoicing_invoice_change", args=[invoice.pk])


def pages(admin: OwnedAdmin, deeds: Iterable[Deed[Any]]) -> list[URLPattern]:
    """Mount the pages of deeds on an invoice or a customer."""

    def mounted(deed: Deed[Any]) -> URLPattern:
        def view(request: HttpRequest, subject: Any) -> HttpResponse:
            return deed.page(admin, request, subject)

        return admin.object_page(deed.route, view, action=ACTION)

    return [mounted(deed) for deed in deeds]


def line_pages(admin: OwnedAdmin, deeds: Iterable[Deed[Line]]) -> list[URLPattern]:
    """Mount the pages of deeds on a line at lines/<id>/<route>/ of the invoices."""

    def mounted(deed: Deed[Line]) -> URLPattern:
        def page(request: HttpRequest, line: int) -> HttpResponse:
            if not allowed(request, ACTION):
                raise PermissionDenied
            found = queries.line_of(organization=organization_of(request), pk=line)
            if found is None:
                raise Http404
            return deed.page(admin, request, found)

        page.model_admin = admin  # type: ignore[attr-defined]
        guarded = admin.admin_site.admin_view(page)
        mounted_at: URLPattern = path(f"lines/<int:line>/{deed.route}/", guarded, name=_name(Line, deed))
        return mounted_at

    return [mounted(deed) for deed in deeds]


def offered(deeds: Iterable[Deed[Any]], subject: Invoice | Line | Customer) -> list[dict[str, str]]:
    """Return the buttons of what may be done as things stand: words and address."""
    return [
        {"words": deed.button, "address": reverse(f"admin:{_name(type(subject), deed)}", args=[subject.pk])}
        for deed in deeds
        if deed.is_offered(subject)
    ]


def _name(model: type[Invoice | Line | Customer], deed: Deed[Any]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}_{deed.route.replace('-', '_')}"
