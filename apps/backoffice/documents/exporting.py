"""What a list of documents shows, as CSV: the same filters and the same search, every row of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse

from apps.accounts import downloads
from apps.accounts.scoped_admin import OwnedAdmin, allowed, organization_of
from apps.core.spreadsheets import Cell
from apps.invoicing import exports
from apps.tenancy.models import Organization

Rows = Callable[[Any, Organization], Iterator[Sequence[Cell]]]


@dataclass(frozen=True)
class Table:
    """A table of what is listed: where it is, how its button and its file are called, its columns and its rows."""

    route: str
    button: str
    name: str
    head: Sequence[str]
    rows: Rows


INVOICES = (
    Table(
        "export",
        "CSV of these",
        "invoices",
        exports.INVOICES,
        lambda listed, organization: exports.invoices(rows=listed, zone=organization.zone),
    ),
    Table(
        "export-lines",
        "CSV of their lines",
        "invoice-lines",
        exports.LINES,
        lambda listed, organization: exports.lines(rows=listed, zone=organization.zone),
    ),
)
CREDIT_NOTES = (
    Table(
        "export",
        "CSV of these",
        "credit-notes",
        exports.CREDIT_NOTES,
        lambda listed, organization: exports.credit_notes(rows=listed),
    ),
)


def pages(admin: OwnedAdmin, tables: Sequence[Table]) -> list[URLPattern]:
    """Mount the tables beside the list of a page."""

    def mounted(table: Table) -> URLPattern:
        def page(request: HttpRequest) -> HttpResponseBase:
            return _answer(admin, request, table)

        page.model_admin = admin  # type: ignore[attr-defined]
        guarded: Callable[..., HttpResponseBase] = admin.admin_site.admin_view(page)
        return path(f"{table.route}/", guarded, name=_name(admin, table))

    return [mounted(table) for table in tables]


def buttons(admin: OwnedAdmin, tables: Sequence[Table], query: str) -> list[dict[str, str]]:
    """Return the buttons under which a list, as it was asked for, is had as tables."""
    return [{"words": table.button, "address": reverse(f"admin:{_name(admin, table)}") + query} for table in tables]


def _answer(admin: OwnedAdmin, request: HttpRequest, table: Table) -> HttpResponseBase:
    if not allowed(request, admin.reading):
        raise PermissionDenied
    listed, organization = admin.get_changelist_instance(request).queryset, organization_of(request)
    rows = table.rows(listed.order_by(), organization)
    return downloads.table(organization=organization, name=table.name, head=table.head, rows=rows, mark=True)


def _name(admin: OwnedAdmin, table: Table) -> str:
    return f"{admin.opts.app_label}_{admin.opts.model_name}_{table.route.replace('-', '_')}"
