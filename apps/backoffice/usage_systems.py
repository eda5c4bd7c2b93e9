"""Usage systems: where an item's usage is asked for, how it answers, and a try that records nothing."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of, organization_of
from apps.backoffice.usage_system_form import UsageSystemForm
from apps.core import clock
from apps.core.admin import badge
from apps.core.encryption import Secret
from apps.core.formats import Formats
from apps.core.ids import new_public_id
from apps.core.refusals import Refusal
from apps.subscriptions import timeline
from apps.subscriptions.models import Item
from apps.usage import asking, pulls
from apps.usage import operations as usage
from apps.usage.models import Pull, PullSource

COLOURS = {"waiting": "info", "done": "success", "failed": "danger", "dropped": "warning"}
TAKING_AWAY = (
    "Periods are then billed with what is recorded, without waiting for an answer. "
    "That goes for periods that wait for one now, too."
)
_NUMBER = re.compile(r"[0-9]{1,18}")
ItemPage = Callable[[HttpRequest, Item], HttpResponse]


@admin.register(PullSource)
class PullSourceAdmin(OwnedAdmin):
    """The list of usage systems, and for each item a page where its own is named, tried and taken away."""

    nothing_yet = "No usage system yet. It is named on the page of what a customer has, and asked when a period ends."
    first_step = ("Customers", "admin:accounts_customer_changelist")
    reading = Action.READ
    list_display = ("customer", "what", "address", "state")
    list_display_links = ("what",)
    list_select_related = ("item__subscription__customer", "item__subscription__plan", "item__add_on")
    search_fields = ("item__subscription__customer__name", "item__add_on__name", "public_id__exact")
    search_help_text = "Search by customer or add-on"
    ordering = ("-pk",)

    @admin.display(description="customer", ordering="item__subscription__customer__name")
    def customer(self, source: PullSource) -> str:
        return source.item.subscription.customer.name

    @admin.display(description="usage")
    def what(self, source: PullSource) -> str:
        return str(source.item)

    @admin.display(description="address")
    def address(self, source: PullSource) -> str:
        return source.url

    @badge("status", {"asked": "success", "taken away": "warning", **COLOURS})
    def state(self, source: PullSource) -> str:
        return "taken away" if source.stopped_at else "asked"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page of the item that it is asked for."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        source = self.object_or_404(request, object_id or "", self.reading)
        return self.item_page(request, self._item(request, str(source.item_id)))

    def get_urls(self) -> list[URLPattern]:
        return [
            self._of_item("", self.item_page, name="item", action=Action.READ),
            self._of_item("ask/", self.ask, name="ask", action=Action.MANAGE_CUSTOMERS),
            self._of_item("new-secret/", self.new_secret, name="new_secret", action=Action.MANAGE_CUSTOMERS),
            self._of_item("take-away/", self.take_away, name="take_away", action=Action.MANAGE_CUSTOMERS),
            *super().get_urls(),
        ]

    def item_page(self, request: HttpRequest, item: Item) -> HttpResponse:
        """Show the usage system of an item with its last answers; name it, or change its address."""
        may = allowed(request, Action.MANAGE_CUSTOMERS)
        source = pulls.source_of(item=item)
        form = UsageSystemForm(request.POST or None, initial={"url": source.url if source else ""})
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            response = self._named(request, item, form) if form.is_valid() else None
            if response is not None:
                return response
        refusal = usage.why_not_asked(item=item, now=clock.billing(organization_of(request)))
        context = {
            **self._context(request, item, source, title=f"Usage system of {item}"),
            "form": form,
            "may_manage": may,
            "why_not": refusal.sentence if refusal is not None else "",
            "rows": _rows(pulls.pulls_of(item=item), formats_of(request)),
        }
        return TemplateResponse(request, "backoffice/usage_system/page.html", context)

    def ask(self, request: HttpRequest, item: Item) -> HttpResponse:
        """Ask for the current period so far, now, and say what came back; nothing is recorded."""
        source = self._posted(request, item)
        if isinstance(source, HttpResponse):
            return source
        now = clock.billing(organization_of(request))
        period = timeline.current(items=[item], instant=now, zone=item.organization.zone).get(item.pk)
        try:
            quantity = asking.ask(
                source=source,
                question_id=new_public_id("pul"),
                starts_at=period.starts_at if period else item.starts_at,
                ends_at=now if period is None or now > period.starts_at else period.ends_at,
                at=clock.wall(),
                test=True,
                limits=asking.WHILE_SOMEBODY_WAITS,
            )
        except asking.NoAnswer as fault:
            messages.error(request, f"No valid answer. {fault.sentence} Nothing was recorded.")
        else:
            said = _amount(item, quantity, formats_of(request))
            messages.success(request, f"It answered {said} for the current period so far. Nothing was recorded.")
        return HttpResponseRedirect(page_of(item))

    def new_secret(self, request: HttpRequest, item: Item) -> HttpResponse:
        """Sign with another secret from now on, and show it this once."""
        source = self._posted(request, item)
        if isinstance(source, HttpResponse):
            return source
        made = usage.set_source(item=item, url=source.url, now=clock.billing(organization_of(request)), new_secret=True)
        assert made.secret is not None, "a new one was asked for"
        self.audit(request, item, "new pull secret", f"{item}: {made.source}")
        return self._secret_shown(request, item, made.secret)

    def take_away(self, request: HttpRequest, item: Item) -> HttpResponse:
        """Say what follows; then ask no more."""
        source = pulls.source_of(item=item)
        if request.method == "POST":
            if usage.remove_source(item=item, now=clock.billing(organization_of(request))):
                self.audit(request, item, "took usage system away", f"{item}: {source}")
                messages.success(request, f"The usage of {item} is asked for no more.")
            return HttpResponseRedirect(page_of(item))
        context = {
            **self._context(request, item, source, title=f"Ask for the usage of {item} no more"),
            "words": [TAKING_AWAY],
            "button": "Take it away" if source is not None else "",
            "back_to": page_of(item),
        }
        return TemplateResponse(request, "backoffice/confirm.html", context)

    def _of_item(self, route: str, view: ItemPage, *, name: str, action: Action) -> URLPattern:
        """Mount a page about one item; a foreign item and an unknown one look alike."""

        def page(request: HttpRequest, object_id: str) -> HttpResponse:
            if not allowed(request, action):
                raise PermissionDenied
            return view(request, self._item(request, object_id))

        page.model_admin = self  # type: ignore[attr-defined]
        guarded: Callable[..., HttpResponse] = self.admin_site.admin_view(page)
        return path(f"of-item/<str:object_id>/{route}", guarded, name=f"usage_pullsource_{name}")

    def _item(self, request: HttpRequest, object_id: str) -> Item:
        rows = pulls.items().filter(organization=organization_of(request))
        item = rows.filter(pk=object_id).first() if _NUMBER.fullmatch(object_id) else None
        if item is None:
            raise Http404
        return item

    def _posted(self, request: HttpRequest, item: Item) -> PullSource | HttpResponse:
        """Return the usage system that a button was pressed for, or the answer where there is none."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        source = pulls.source_of(item=item)
        if source is None:
            messages.error(request, f"No usage system is asked for {item}.")
            return HttpResponseRedirect(page_of(item))
        return source

    def _named(self, request: HttpRequest, item: Item, form: UsageSystemForm) -> HttpResponse | None:
        said = form.cleaned_data
        try:
            made = usage.set_source(
                item=item,
                url=said["url"],
                include_ended=said["include_ended"],
                now=clock.billing(organization_of(request)),
            )
        except Refusal as refusal:
            form.add_error("url" if refusal.field == "url" else None, refusal.sentence)
            return None
        self.audit(request, item, "named usage system", f"{item}: {made.source}")
        if made.secret is not None:
            return self._secret_shown(request, item, made.secret)
        messages.success(request, f"The usage of {item} is asked for at {made.source} now; the secret stays.")
        return HttpResponseRedirect(page_of(item))

    def _secret_shown(self, request: HttpRequest, item: Item, secret: Secret) -> HttpResponse:
        context = self._context(request, item, None, title="The secret of the usage system")
        context |= {"text": secret.reveal(), "back_to": page_of(item)}
        response = TemplateResponse(request, "backoffice/usage_system/secret.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _context(self, request: HttpRequest, item: Item, source: PullSource | None, *, title: str) -> dict[str, Any]:
        named = {"item": item, "customer": item.subscription.customer, "source": source}
        return {**self.context(request, title=title), **named}


def page_of(item: Item) -> str:
    """Return the address of the page of an item's usage system."""
    return reverse("admin:usage_pullsource_item", args=[item.pk])


def _rows(asked: list[Pull], formats: Formats) -> list[dict[str, Any]]:
    return [
        {
            "pull": pull,
            "span": f"{formats.day_of(pull.period.starts_at)} – {formats.day_of(pull.period.ends_at)}",
            "colour": COLOURS[pull.status],
            "asked": formats.moment(pull.asked_at) if pull.asked_at else "not yet",
            "quantity": formats.number(pull.quantity) if pull.quantity is not None else "",
        }
        for pull in asked
    ]


def _amount(item: Item, quantity: Decimal, formats: Formats) -> str:
    assert item.add_on is not None, "only usage items are asked for"
    unit = item.add_on.unit if quantity == 1 else item.add_on.unit_plural
    return f"{formats.number(quantity)} {unit}"
