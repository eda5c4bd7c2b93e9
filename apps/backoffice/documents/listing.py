"""The list of invoices: what may be asked of it, what is listed in all, and drafts finalized in one go."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.accounts.models import Customer
from apps.accounts.scoped_admin import OwnedAdmin, actor_of, formats_of, organization_of
from apps.backoffice import standing, tax_cautions
from apps.backoffice.documents.drafting import finalized
from apps.core import clock
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.core.retrying import retried
from apps.invoicing import queries
from apps.invoicing.models import Invoice
from apps.rating.currencies import exponent
from apps.rating.exact import EXACT

LATEST = 200
MOST_AT_ONCE = 100
MONTHS = 24


class StatusFilter(admin.SimpleListFilter):
    """By status, and what is past due by the organization's own day."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*Invoice.Status.choices, ("past_due", "Past due")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "past_due":
            return queryset.filter(status=Invoice.Status.OPEN, due_on__lt=standing.today_of(request))
        return queryset.filter(status=self.value()) if self.value() in Invoice.Status.values else queryset


class CustomerFilter(admin.SimpleListFilter):
    """By customer: those of the latest invoices are offered, and any by its id, as the customer's page does."""

    title = "customer"
    parameter_name = "customer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        organization, asked = organization_of(request), request.GET.get(self.parameter_name, "")
        latest = Invoice.objects.filter(organization=organization).order_by("-pk").values_list("customer")[:LATEST]
        own = Customer.objects.filter(organization=organization)
        rows = own.filter(pk__in=[pk for (pk,) in latest]) | own.filter(public_id=asked)
        return list(rows.order_by("name", "pk").values_list("public_id", "name"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(customer__public_id=self.value()) if self.value() else queryset


class MonthFilter(admin.SimpleListFilter):
    """By the month in which they were finalized, or of another date."""

    column = "issued_on"
    title = "month"
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        months, first = [], standing.today_of(request).replace(day=1)
        for _ in range(MONTHS):
            months.append((first.strftime("%Y-%m"), f"{formats_of(request).month(first)} {first.year}"))
            first = (first - timedelta(days=1)).replace(day=1)
        return months

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        asked = self.value()
        if asked not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(queries.in_month(date.fromisoformat(f"{asked}-01"), self.column))


def totals(listed: QuerySet[Invoice], formats: Formats) -> list[str]:
    """Add up what is listed, by currency: what holds and what is to be paid of it, then drafts and void ones apart."""
    draft, void = Q(status=Invoice.Status.DRAFT), Q(status=Invoice.Status.VOID)
    due = Sum(F("total_minor") - F("settled_minor"), filter=Q(status=Invoice.Status.OPEN))
    parts = {"holding": ~draft & ~void, "drafts": draft, "voided": void}
    sums = {name: Sum("total_minor", filter=part) for name, part in parts.items()}
    counts = {f"{name}_many": Count("pk", filter=part) for name, part in parts.items()}
    rows = listed.order_by().values("currency").annotate(**sums, **counts, due=due).order_by("currency")
    return [_total(row, formats) for row in rows]


def _total(row: Mapping[str, Any], formats: Formats) -> str:
    """Say one currency's sums: "2 invoices: $50.00, $10.00 of it to be paid; 1 draft: $7.00"."""
    words = {"holding": ("invoice", "invoices"), "drafts": ("draft", "drafts"), "voided": ("void", "void")}
    said = []
    for name, (one, several) in words.items():
        if many := row[f"{name}_many"]:
            part = f"{formats.quantity(Decimal(many), one, several)}: {_money(row[name], row['currency'], formats)}"
            due = _money(row["due"] or 0, row["currency"], formats)
            said.append(f"{part}, {due} of it to be paid" if name == "holding" else part)
    return "; ".join(said)


def sums(listed: QuerySet[Any], column: str, words: tuple[str, str], formats: Formats) -> list[str]:
    """Add up a column of what is listed, by currency: "2 payments: $50.00"; `words` name one and several."""
    rows = listed.order_by().values("currency").annotate(many=Count("pk"), minor=Sum(column)).order_by("currency")
    return [
        f"{formats.quantity(Decimal(row['many']), *words)}: {_money(row['minor'], row['currency'], formats)}"
        for row in rows
    ]


def finalize_drafts(model_admin: OwnedAdmin, request: HttpRequest, chosen: QuerySet[Invoice]) -> HttpResponse | None:
    """Ask once more, then finalize the chosen drafts, each for itself; refusals are told."""
    drafts = list(chosen.filter(status=Invoice.Status.DRAFT).order_by("pk")[: MOST_AT_ONCE + 1])
    if not drafts:
        messages.error(request, "None of these is a draft.")
        return None
    if len(drafts) > MOST_AT_ONCE:
        messages.error(request, f"Choose at most {MOST_AT_ONCE} drafts at once.")
        return None
    formats = formats_of(request)
    if request.POST.get("confirmed") != "yes":
        rows = [
            {"invoice": draft, "total": formats.money(draft.total), "cautions": cautions}
            for draft, cautions in zip(drafts, tax_cautions.of_drafts(drafts, formats), strict=True)
        ]
        context = model_admin.context(request, None, title="Finalize drafts", rows=rows)
        return TemplateResponse(request, "backoffice/documents/finalize.html", context)
    done = [draft for draft in drafts if _is_finalized(request, draft, formats)]
    if done:
        many = formats.quantity(Decimal(len(done)), "draft is", "drafts are")
        messages.success(request, f"{many} final. The PDFs are made and mailed next.")
    return None


def _is_finalized(request: HttpRequest, draft: Invoice, formats: Formats) -> bool:
    now, actor = clock.billing(organization_of(request)), actor_of(request)
    try:
        retried(lambda: finalized(invoice=draft, now=now, actor=actor))
    except Refusal as refusal:
        messages.error(request, f"{draft.customer}, {formats.money(draft.total)}: {refusal.sentence}")
        return False
    return True


def _money(minor: int, currency: str, formats: Formats) -> str:
    """Write a sum that may be more than one invoice can say."""
    return formats.rate(Decimal(minor).scaleb(-exponent(currency), context=EXACT), currency)
