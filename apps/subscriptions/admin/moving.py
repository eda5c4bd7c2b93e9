"""Move items to the current price: first say which, to what and from when, then do it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from apps.accounts.scoped_admin import OwnedAdmin, formats_of, organization_of
from apps.catalog.models import Price
from apps.catalog.wording import price_in_words
from apps.core import clock
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.rating.wallclock import local_date
from apps.subscriptions import operations, queries
from apps.subscriptions.models import Item
from apps.tenancy.models import Owned

TEMPLATE = "backoffice/item/move.html"
MOST_SHOWN = 200
RELATED = ("subscription__plan", "subscription__customer", "add_on", "price__add_on", "price__plan")


def confirm(
    admin: OwnedAdmin, request: HttpRequest, items: QuerySet[Item], *, of: Owned | None, title: str, back_to: str
) -> HttpResponse:
    """Show what would move and from when; on POST move it. `of` is what the audit log speaks of, if not each item."""
    if request.method == "POST":
        return _moved(admin, request, items, of=of, back_to=back_to)
    count = items.count()
    shown = list(items.select_related(*RELATED).order_by("subscription__customer__name", "pk")[:MOST_SHOWN])
    context = {
        "title": title,
        "back_to": back_to,
        "rows": rows(shown, formats_of(request), today_of(request)),
        "more": max(0, count - MOST_SHOWN),
        "words": [_sentence(count)],
        "button": f"Move {count} to the current price" if count else "",
    }
    return TemplateResponse(request, TEMPLATE, admin.context(request, of, **context))


def rows(items: Iterable[Item], formats: Formats, today: date) -> list[dict[str, Any]]:
    """Say of each item whose it is, what it costs, what it will cost, and from when on."""
    items = list(items)
    last = queries.last_periods(items=items)
    current = Price.objects.select_related("plan", "add_on").in_bulk({item.current_price_id for item in items})  # type: ignore[attr-defined]
    said = []
    for item in items:
        period = last.get(item.pk)
        price = current[item.current_price_id]  # type: ignore[attr-defined]
        said.append(
            {
                "item": item,
                "customer": item.subscription.customer,
                "price": price_in_words(item.price, formats, with_setup=False),
                "becomes": price_in_words(price, formats, with_setup=False),
                "on": formats.day_of(period.ends_at if period else item.starts_at, today=today),
            }
        )
    return said


def today_of(request: HttpRequest) -> date:
    """Return the organization's local date on its own clock."""
    organization = organization_of(request)
    return local_date(clock.billing(organization), organization.zone)


def _moved(
    admin: OwnedAdmin, request: HttpRequest, items: QuerySet[Item], *, of: Owned | None, back_to: str
) -> HttpResponse:
    try:
        moved = operations.move_to_current_price(items=items)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return HttpResponseRedirect(back_to)
    for subject in [of] if of is not None and moved else moved:
        admin.audit(request, subject, "moved to current price", f"{len(moved)} moved" if of else str(subject))
    if moved:
        what = "1 item follows" if len(moved) == 1 else f"{len(moved)} items follow"
        messages.success(request, f"{what} the current price from the next period on.")
    else:
        messages.info(request, "Nothing had an older price any more.")
    return HttpResponseRedirect(back_to)


def _sentence(count: int) -> str:
    if not count:
        return "Everything here is at the current price already."
    return (
        "Each follows the current price from its next period on. The period that runs now, and all before, "
        "stay at the price they began with. Setup fees are not charged again."
    )
