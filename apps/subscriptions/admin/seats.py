"""Seats: all of them in a list, and the page of one subscription on which they are assigned and taken away."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, actor_of, allowed, formats_of, organization_of
from apps.core import clock
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.subscriptions import operations, queries, seating
from apps.subscriptions.models import Seat, Subscription
from apps.subscriptions.seating import Seating

TEMPLATE = "backoffice/seats.html"
MOST_SHOWN = 200


class SeatsForm(forms.Form):
    """Who gets a seat."""

    grantees = forms.CharField(
        label="Assign seats to",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One on each line: a user's id, an e-mail address, or whatever your systems ask with.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        themed(self)

    def named(self) -> list[str]:
        """Return the grantees, a line each."""
        lines = (line.strip() for line in self.cleaned_data["grantees"].splitlines())
        return [line for line in lines if line]


class NowFilter(admin.SimpleListFilter):
    """Whether a seat is assigned, or was."""

    title = "assigned"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Assigned"), ("no", "Taken away")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(unassigned_at__isnull=self.value() == "yes")


@admin.register(Seat)
class SeatAdmin(OwnedAdmin):
    """Read-only: seats are assigned on the page of their subscription."""

    nothing_yet = "No seat yet. Seats are assigned on the page of a subscription, to whoever may use it."
    first_step = ("Subscriptions", "admin:subscriptions_subscription_changelist")
    reading = Action.READ
    list_display = ("grantee", "of", "assigned_at", "until")
    list_filter = (NowFilter,)
    list_select_related = ("subscription__customer", "subscription__plan")
    search_fields = ("grantee__startswith", "subscription__customer__name")
    search_help_text = "Search by grantee or customer"
    ordering = ("-pk",)
    fields = ("grantee", "seats_page", "assigned_at", "until")
    readonly_fields = ("seats_page", "until")

    @admin.display(description="subscription")
    def of(self, seat: Seat) -> str:
        return str(seat.subscription)

    @admin.display(description="taken away at", ordering="unassigned_at")
    def until(self, seat: Seat) -> datetime | None:
        return seat.unassigned_at

    @admin.display(description="subscription")
    def seats_page(self, seat: Seat) -> str:
        return format_html('<a href="{}">{}</a>', _address(seat.subscription), seat.subscription)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_urls(self) -> list[URLPattern]:
        def page(request: HttpRequest, object_id: str) -> HttpResponse:
            if not allowed(request, Action.READ):
                raise PermissionDenied
            return self._page(request, _found(request, object_id))

        page.model_admin = self  # type: ignore[attr-defined]
        guarded = self.admin_site.admin_view(page)
        return [
            path("of-subscription/<object_id>/", guarded, name="subscriptions_seat_of_subscription"),
            *super().get_urls(),
        ]

    def _page(self, request: HttpRequest, subscription: Subscription) -> HttpResponse:
        """Show the seats of a subscription; on POST assign some, or take one away."""
        may_manage = allowed(request, Action.MANAGE_CUSTOMERS)
        if request.method == "POST" and not may_manage:
            raise PermissionDenied
        taking = request.POST.get("take_away", "") if request.method == "POST" else ""
        form = SeatsForm(request.POST if request.method == "POST" and not taking else None)
        if request.method == "POST" and self._done(request, subscription, form, taking):
            return HttpResponseRedirect(_address(subscription))
        now = clock.billing(organization_of(request))
        standing = seating.seating(subscription=subscription, now=now)
        context = {
            **self.context(request, title="Seats"),
            "subscription": subscription,
            "form": form,
            "words": _words(standing),
            "rows": _rows(request, subscription),
            "most": MOST_SHOWN if standing.assigned > MOST_SHOWN else 0,
            "may_manage": may_manage,
            "may_assign": may_manage and not seating.is_over(subscription, now),
        }
        return TemplateResponse(request, TEMPLATE, context)

    def _done(self, request: HttpRequest, subscription: Subscription, form: SeatsForm, taking: str) -> bool:
        """Assign, or take away; False where the form has to be filled in again."""
        if not taking and not form.is_valid():
            return False
        named = [] if taking else form.named()
        try:
            operations.change_seats(
                subscription=subscription,
                now=clock.billing(organization_of(request)),
                actor=actor_of(request),
                assign=named,
                unassign=[taking] if taking else [],
            )
        except Refusal as refusal:
            if not taking:
                form.add_error("grantees", refusal.sentence)
                return False
            messages.error(request, refusal.sentence)
            return True
        messages.success(request, f"The seat of {taking} is taken away." if taking else _assigned(named))
        return True


def _address(subscription: Subscription) -> str:
    return reverse("admin:subscriptions_seat_of_subscription", args=[subscription.pk])


def _found(request: HttpRequest, object_id: str) -> Subscription:
    """Return the subscription with this key of the organization; a foreign one and none look alike."""
    if not object_id.isascii() or not object_id.isdecimal() or len(object_id) > 18:
        raise Http404
    rows = queries.subscriptions().filter(organization=organization_of(request), pk=object_id)
    subscription = rows.select_related("customer", "plan").first()
    if subscription is None:
        raise Http404
    return subscription


def _rows(request: HttpRequest, subscription: Subscription) -> list[dict[str, str]]:
    formats = formats_of(request)
    newest = seating.seats(subscription=subscription).order_by("-pk")[:MOST_SHOWN]
    return [{"grantee": seat.grantee, "since": formats.moment(seat.assigned_at)} for seat in newest]


def _words(standing: Seating) -> str:
    """Say how many seats are assigned, of how many."""
    if standing.bought is None:
        many = "1 seat is" if standing.assigned == 1 else f"{standing.assigned} seats are"
        return f"{many} assigned. This plan has no base fee, so there may be any number."
    bought = "1 seat" if standing.bought == 1 else f"{standing.bought} seats"
    return f"{standing.assigned} of {bought} assigned. All are billed, assigned or not."


def _assigned(named: list[str]) -> str:
    return f"{named[0]} has a seat." if len(named) == 1 else f"{len(named)} seats are assigned."
