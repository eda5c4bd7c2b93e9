"""Take an event back: with a reason on a page of its own, or at once by whoever has just entered it."""

from dataclasses import dataclass
from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts.scoped_admin import OwnedAdmin, actor_of, formats_of, organization_of
from apps.backoffice import entering
from apps.core import clock
from apps.core.admin import themed
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.invoicing import previews
from apps.invoicing import queries as invoicing
from apps.rating.money import Money
from apps.rating.wallclock import local_date
from apps.subscriptions.models import Period
from apps.usage import operations as usage
from apps.usage.models import Event

TAKEN_BEFORE = "This was taken back before. Nothing changed now."
UNDONE = "Undone by whoever entered it."
CREDIT = "It settles the invoice that it corrects, as far as that is unpaid; the rest is used for the next."
DRAFT_FIRST = "That is to be finalized first; the closing after it gives back what was too much by a credit note."
ENDED = "What was billed too much is owed back, and waits for a credit note, as the subscription has ended."


@dataclass(frozen=True)
class TakenBack:
    """An event that no longer counts, what its period comes to without it, and where that shows."""

    event: Event
    adds: Money | None
    landing: previews.Landing
    owed_back: bool


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(
        label="Why",
        max_length=usage.LONGEST_REASON,
        help_text="For whoever asks later why this does not count.",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Say why this is taken back."},
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        themed(self)


def take_back(admin: OwnedAdmin, request: HttpRequest, event: Event) -> HttpResponse:
    """Say what taking an event back will mean, ask why, and do it."""
    now = clock.billing(organization_of(request))
    formats, today = formats_of(request), local_date(now, organization_of(request).zone)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    reversal = Event.objects.filter(reverses_id=event.pk).first()
    if request.method == "POST" and form.is_valid() and _taken_back(request, event, form.cleaned_data["reason"], now):
        return HttpResponseRedirect(reverse("admin:usage_event_change", args=[event.pk]))
    closed_to_it = _why_not(event, reversal, formats)
    context = {
        "event": event,
        "what": entering.amount_of(event.item, event.quantity, formats),
        "when": formats.moment(event.occurred_at),
        "words": [closed_to_it] if closed_to_it else _what_happens(event, formats, today),
        "form": None if closed_to_it else form,
    }
    title = f"Take back {entering.happened(event, formats, today=today)}"
    return TemplateResponse(
        request, "backoffice/event/take_back.html", admin.context(request, event, title=title) | context
    )


def undo(admin: OwnedAdmin, request: HttpRequest, event: Event) -> HttpResponse:
    """Take back at once what the person who asks has entered by hand; anything else needs a reason."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if event.actor != actor_of(request) or event.source != Event.Source.ADMIN:
        messages.info(request, "You did not enter this by hand yourself: say why it is taken back.")
        return HttpResponseRedirect(reverse("admin:usage_event_take_back", args=[event.pk]))
    _taken_back(request, event, UNDONE, clock.billing(organization_of(request)))
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("admin:accounts_customer_usage", args=[event.item.subscription.customer_id])
    return HttpResponseRedirect(back)


def reverse_entry(*, event: Event, reason: str, now: datetime, actor: str) -> TakenBack:
    """Take an event back and say what that changed; raise Refusal as usage.reverse_event does."""
    item = event.item
    before = entering.worth_at(item, event.occurred_at)
    usage.reverse_event(
        organization=event.organization,
        public_id=event.public_id,
        reason=reason,
        now=now,
        source=Event.Source.ADMIN,
        actor=actor,
    )
    after = entering.worth_at(item, event.occurred_at)
    landing = previews.landing(item=item, instant=event.occurred_at)
    return TakenBack(
        event=event,
        adds=after - before if after is not None and before is not None else None,
        landing=landing,
        owed_back=landing.late and entering.is_owed_back(item, event.occurred_at),
    )


def sentence(taken: TakenBack, formats: Formats, *, today: date) -> str:
    """Say what was taken back: "Took back 1 Coaching call on 20 Nov: 95.00 less on the invoice of 1 Dec."."""
    what = f"Took back {entering.happened(taken.event, formats, today=today)}"
    if taken.adds is None:
        return f"{what}."
    if taken.adds.minor == 0:
        return f"{what}: it changes no amount."
    amount = formats.amount(taken.adds if taken.adds.minor > 0 else -taken.adds)
    more_or_less = f"{what}: {amount} {'more' if taken.adds.minor > 0 else 'less'}"
    if taken.owed_back:
        return f"{more_or_less}, {entering.comes_back(taken.landing, taken.adds, formats, today=today)}."
    if taken.landing.bills_at is None:
        return f"{more_or_less} to bill."
    return f"{more_or_less} on the invoice of {formats.day_of(taken.landing.bills_at, today=today)}."


def _taken_back(request: HttpRequest, event: Event, reason: str, now: datetime) -> bool:
    try:
        taken = reverse_entry(event=event, reason=reason, now=now, actor=actor_of(request))
    except Refusal as refusal:
        messages.error(request, TAKEN_BEFORE if refusal.code == "already_reversed" else refusal.sentence)
        return False
    formats, today = formats_of(request), local_date(now, organization_of(request).zone)
    messages.success(request, sentence(taken, formats, today=today))
    return True


def _why_not(event: Event, reversal: Event | None, formats: Formats) -> str:
    if event.is_reversal:
        return "This takes another event back, which cannot be undone. Record the usage again instead."
    if reversal is None:
        return ""
    return f"{reversal.actor} took this back on {formats.moment(reversal.recorded_at)}: {reversal.note}"


def _what_happens(event: Event, formats: Formats, today: date) -> list[str]:
    """Say before what taking it back will mean, above all for money."""
    nothing_lost = "It stays to be seen, struck through, with who took it back and why."
    landing = previews.landing(item=event.item, instant=event.occurred_at)
    on = f"the invoice of {formats.day_of(landing.bills_at, today=today)}" if landing.bills_at else "the next invoice"
    if event.period.status == Period.Status.CURRENT:
        return [f"It no longer counts from then on, and {on} is made without it.", nothing_lost]
    span = entering.span_of(event.period, formats, today=today)
    invoice = invoicing.invoice_that_billed(period=event.period, since=event.recorded_at if event.late else None)
    if event.late and invoice is None:
        return [f"It came after its period, {span}, was closed, and is on no invoice yet: {on} is made without it."]
    if invoice is not None and invoice.number is None:
        return [f"Its period, {span}, is closed and stands on a draft. {DRAFT_FIRST}", nothing_lost]
    billed = f"was billed on {invoice}, which never changes" if invoice is not None else "was billed"
    if landing.bills_at is None:
        return [f"Its period, {span}, is closed and {billed}. {ENDED}", nothing_lost]
    note = f"a credit note of {formats.day_of(landing.bills_at, today=today)}"
    return [
        f"Its period, {span}, is closed and {billed}. What was billed too much comes back on {note}. {CREDIT}",
        nothing_lost,
    ]
