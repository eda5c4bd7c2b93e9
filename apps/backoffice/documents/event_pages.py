"""The events behind a line, in the office: page by page, with the sum proved on the page, and as a file."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.accounts import downloads
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, allowed, formats_of, organization_of
from apps.backoffice.documents import explaining
from apps.catalog.models import Metric
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.invoicing import evidence, explanations, queries
from apps.invoicing.explanations import Explanation
from apps.invoicing.models import Charge, CreditLine, Invoice
from apps.rating.exact import EXACT
from apps.rating.money import Money
from apps.usage.counted import Fact

PER_PAGE = 100
# What is worked out from the events that count, by how they are counted.
WORKED_OUT = {
    Metric.Aggregation.SUM: "Sum",
    Metric.Aggregation.COUNT: "Number",
    Metric.Aggregation.MAX: "Greatest",
    Metric.Aggregation.UNIQUE: "Distinct values",
    Metric.Aggregation.LATEST: "Latest",
}


def pages(admin: OwnedAdmin, *, of_credits: bool = False) -> list[URLPattern]:
    """Mount the pages of the events behind a line at lines/<id>/events/, and the file beside it."""
    model = "creditline" if of_credits else "line"

    def mounted(route: str, view: Callable[[OwnedAdmin, HttpRequest, Explanation], HttpResponseBase]) -> URLPattern:
        def page(request: HttpRequest, line: int) -> HttpResponseBase:
            if not allowed(request, Action.READ):
                raise PermissionDenied
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET"])
            return view(admin, request, _found(request, line, of_credits=of_credits))

        page.model_admin = admin  # type: ignore[attr-defined]
        name = f"invoicing_{model}_{route.replace('.', '_')}"
        guarded: Any = admin.admin_site.admin_view(page)
        ending = "" if "." in route else "/"
        mounted_at: URLPattern = path(f"lines/<int:line>/{route}{ending}", guarded, name=name)
        return mounted_at

    return [mounted("events", events), mounted("events.csv", file)]


def _found(request: HttpRequest, pk: int, *, of_credits: bool) -> Explanation:
    organization = organization_of(request)
    told = None
    if of_credits:
        credited = queries.credit_line_of(organization=organization, pk=pk)
        if credited is not None:
            told = explanations.of_credit_line(note=credited.credit_note, line=credited.public_id)
    else:
        line = queries.line_of(organization=organization, pk=pk)
        if line is not None:
            told = explanations.of_line(invoice=line.invoice, line=line.public_id)
    if told is None:
        raise Http404
    return told


def file(admin: OwnedAdmin, request: HttpRequest, told: Explanation) -> HttpResponseBase:
    """Give all the events behind a line as CSV."""
    return downloads.table(
        organization=organization_of(request),
        name=f"{told.line.public_id}-events",
        head=evidence.COLUMNS,
        rows=evidence.rows_of(told),
        mark=True,
    )


def events(admin: OwnedAdmin, request: HttpRequest, told: Explanation) -> HttpResponse:
    """Show the events behind a line, page by page, and prove the sum."""
    cursor = request.GET.get("cursor", "")
    try:
        page = evidence.page_of(told, limit=PER_PAGE, cursor=cursor or None)
    except Refusal as refusal:
        raise Http404 from refusal
    formats = formats_of(request)
    document = told.line.credit_note if isinstance(told.line, CreditLine) else told.line.invoice
    kind = "invoice" if isinstance(document, Invoice) else "creditnote"
    context = admin.context(request, None, title=f"Events behind {told.line.description}")
    context |= {
        "document": document,
        "home": reverse(f"admin:invoicing_{kind}_change", args=[document.pk]),
        "told": told,
        "why": explaining.why(told, formats),
        "amount": formats.money(Money(told.line.amount_minor, told.currency)),
        "period": _period(told, formats),
        "proofs": _proofs(told, formats),
        "rows": [_shown(fact, told, formats) for fact in page.facts],
        "is_partly_new": bool(told.before),
        "sum": _sum_of_page(told, page.facts, formats),
        "next": page.next_cursor,
        "is_first": not cursor,
    }
    return TemplateResponse(request, "backoffice/invoice/events.html", context)


def _period(told: Explanation, formats: Formats) -> str:
    starts_at, ends_at = told.line.period_starts_at, told.line.period_ends_at
    if starts_at is None or ends_at is None:
        return ""
    return f"{formats.moment(starts_at)} to {formats.moment(ends_at)}"


def _proofs(told: Explanation, formats: Formats) -> list[dict[str, Any]]:
    """Return what was worked out again beside what is stored: the quantity, what is due, and the difference."""
    charge, again, metric = told.charge, told.again, told.metric
    if charge is None or again is None:
        return []
    stored_due, found_due = told.due, again.amount
    figures = [
        ("Due for the whole period", formats.money(stored_due), formats.money(found_due)),
        ("Billed here" if charge.amount_minor >= 0 else "Taken back", *_both(charge, again.difference, formats)),
    ]
    if metric is not None:
        kind = WORKED_OUT[Metric.Aggregation(metric.aggregation)]
        count = formats.number(Decimal(again.event_count))
        name = f"{kind} of the {count} {'event that counts' if again.event_count == 1 else 'events that count'}"
        figures.insert(0, (name, _quantity(charge.quantity, told, formats), _quantity(again.quantity, told, formats)))
    return [
        {"name": name, "stored": stored, "again": found, "is_same": stored == found} for name, stored, found in figures
    ]


def _both(charge: Charge, found: Money, formats: Formats) -> tuple[str, str]:
    return formats.money(Money(charge.amount_minor, charge.currency)), formats.money(found)


def _quantity(quantity: Decimal, told: Explanation, formats: Formats) -> str:
    add_on = told.charge.item.add_on if told.charge is not None else None
    assert add_on is not None, "only usage is counted"
    return formats.quantity(quantity, add_on.unit, add_on.unit_plural)


def _shown(fact: Fact, told: Explanation, formats: Formats) -> dict[str, Any]:
    event, name = fact.event, told.metric.property if told.metric is not None else ""
    value = event.properties.get(name) if name else None
    state = ""
    if event.is_reversal:
        state = "takes back"
    elif not fact.counted:
        state = "taken back"
    elif fact.reversed_by is not None:
        state = "taken back since"
    return {
        "event": event,
        "at": formats.moment(event.occurred_at),
        "recorded": formats.moment(event.recorded_at),
        "quantity": formats.number(event.quantity),
        "value": "" if value is None else str(value),
        "counted": fact.counted,
        "state": state,
        "is_new": fact.is_new,
    }


def _sum_of_page(told: Explanation, facts: Sequence[Fact], formats: Formats) -> str:
    """Say what the events of this page add, where events add up."""
    metric, counting = told.metric, [fact for fact in facts if fact.counted]
    if metric is None or metric.aggregation not in (Metric.Aggregation.SUM, Metric.Aggregation.COUNT):
        return ""
    added = Decimal(len(counting))
    if metric.aggregation == Metric.Aggregation.SUM:
        added = Decimal(0)
        for fact in counting:
            added = EXACT.add(added, fact.event.quantity)
    return _quantity(added, told, formats)
