"""Archive and restore: each asks first, and says what it means."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts.scoped_admin import OwnedAdmin
from apps.catalog import operations
from apps.core import clock

TEMPLATE = "backoffice/confirm.html"


def archive(admin: OwnedAdmin, request: HttpRequest, row: Any) -> HttpResponse:
    """Ask, then offer something no longer."""
    if request.method != "POST":
        words = [f"{row} is not offered any more, and is left out of choices. Whoever has it keeps it, at its price."]
        return _asked(admin, request, row, title=f"Archive {row}", button="Archive", words=words)
    operations.archive(row=row, now=clock.wall())
    return _done(admin, request, row, "archived", f"{row} is archived: it is not offered any more.")


def restore(admin: OwnedAdmin, request: HttpRequest, row: Any) -> HttpResponse:
    """Ask, then offer something again."""
    if request.method != "POST":
        words = [f"{row} is offered again, at the prices it has."]
        return _asked(admin, request, row, title=f"Restore {row}", button="Restore", words=words)
    operations.restore(row=row)
    return _done(admin, request, row, "restored", f"{row} is offered again.")


def _asked(admin: OwnedAdmin, request: HttpRequest, row: Any, **said: Any) -> HttpResponse:
    context = admin.context(request, row, back_to=_page(row), **said)
    return TemplateResponse(request, TEMPLATE, context)


def _done(admin: OwnedAdmin, request: HttpRequest, row: Any, verb: str, sentence: str) -> HttpResponse:
    admin.audit(request, row, verb)
    messages.success(request, sentence)
    return HttpResponseRedirect(_page(row))


def _page(row: Any) -> str:
    return reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])
