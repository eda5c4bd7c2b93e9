"""The base of every admin page of owned rows: explicit about organization and role, and closed by default.

Django's permission tables are never asked; a page says which Action each of its deeds needs, and what it does not
say is denied. What is done is noted in the audit log, never in Django's own.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst, get_text_list

from apps.accounts.permissions import Action, may
from apps.core import clock
from apps.core.admin import PagedAdmin, RowsInline
from apps.core.formats import Formats
from apps.tenancy import operations as tenancy
from apps.tenancy.models import AuditEntry, Organization, Owned

LOOKUPS = ("", "__exact", "__isnull", "__gte", "__lt", "__lte", "__gt")
MOST_HISTORY = 100


def allowed(request: HttpRequest, action: Action | None) -> bool:
    """Say whether the person behind a request may do something; nothing is allowed outside an organization."""
    member = getattr(request, "member", None)
    return action is not None and member is not None and may(member.role, action)


def organization_of(request: HttpRequest) -> Organization:
    """Return the organization a request works for; raise PermissionDenied where there is none."""
    organization: Organization | None = getattr(request, "organization", None)
    if organization is None:
        raise PermissionDenied
    return organization


def actor_of(request: HttpRequest) -> str:
    """Name the person behind a request, as events and the audit log do."""
    return str(request.user.get_username())


def formats_of(request: HttpRequest) -> Formats:
    """Return how numbers, money and dates look in the request's organization."""
    organization = organization_of(request)
    return Formats.of(organization.locale, organization.zone)


class OwnedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose row belongs to the organization of the request, so that unique keys are checked within it."""

    organization: Organization

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.organization_id is None:
            self.instance.organization = self.organization

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"organization"}


class _Scoped:
    """What pages and inlines share: choices come from the request's organization, whatever a default manager says."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = _rows_of(db_field.remote_field.model, request, kwargs.get("queryset"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = _rows_of(db_field.remote_field.model, request, kwargs.get("queryset"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class OwnedAdmin(_Scoped, PagedAdmin):
    """Pages of one kind of owned row. `reading`, `adding`, `changing`, `deleting` name the Action each needs."""

    form = OwnedForm
    reading: Action | None = None
    adding: Action | None = None
    changing: Action | None = None
    deleting: Action | None = None
    object_history_template = "backoffice/history.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return allowed(request, self.reading)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return allowed(request, self.reading)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return allowed(request, self.adding)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return allowed(request, self.changing)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return allowed(request, self.deleting)

    def get_queryset(self, request: HttpRequest) -> Any:
        return _rows_of(self.model, request, super().get_queryset(request))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.organization = organization_of(request)  # the class was made for this request alone
        return form

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what the list filters ask, and nothing else."""
        names: set[str] = set()
        for entry in self.get_list_filter(request):
            name = entry[0] if isinstance(entry, (tuple, list)) else entry
            if isinstance(name, str):
                names.update(f"{name}{suffix}" for suffix in LOOKUPS)
            elif issubclass(name, SimpleListFilter):
                names.add(str(name.parameter_name))
        return lookup in names

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return bool(to_field == self.opts.pk.name)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        _complete(obj, request)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            _complete(row, request)
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self.audit(request, obj, "created", said(message))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self.audit(request, obj, "changed", said(message))

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> None:
        for obj in queryset:
            self.audit(request, obj, "deleted", str(obj))

    def audit(self, request: HttpRequest, obj: Owned, verb: str, summary: str = "") -> None:
        """Note in the audit log what the person behind the request did."""
        tenancy.record_audit(
            organization=organization_of(request),
            actor=actor_of(request),
            verb=verb,
            subject=obj,
            now=clock.wall(),
            summary=summary,
        )

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show what was done to a row: from the audit log, newest first."""
        obj = self.object_or_404(request, object_id, self.reading)
        entries = AuditEntry.objects.filter(
            organization=organization_of(request),
            object_type=self.opts.model_name,
            object_id=str(getattr(obj, "public_id", obj.pk)),
        ).order_by("-at", "-pk")[:MOST_HISTORY]
        context = self.context(request, obj, title="History", entries=entries)
        return TemplateResponse(request, self.object_history_template, context)

    def object_or_404(self, request: HttpRequest, object_id: str, action: Action | None) -> Any:
        """Return a row of the organization; a foreign id and an unknown one look alike."""
        if not allowed(request, action):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return obj

    def object_page(
        self, route: str, view: Callable[[HttpRequest, Any], HttpResponseBase], *, action: Action
    ) -> URLPattern:
        """Mount a page about one row at <id>/<route>/: `view` gets the request and the row, once `action` is allowed.

        Its name is <app>_<model>_<route>.
        """

        def page(request: HttpRequest, object_id: str) -> HttpResponseBase:
            return view(request, self.object_or_404(request, object_id, action))

        page.model_admin = self  # type: ignore[attr-defined]
        name = f"{self.opts.app_label}_{self.opts.model_name}_{route.replace('-', '_')}"
        guarded: Callable[..., HttpResponseBase] = self.admin_site.admin_view(page)
        return path(f"<path:object_id>/{route}/", guarded, name=name)

    def context(self, request: HttpRequest, obj: Any = None, **extra: Any) -> dict[str, Any]:
        """Return what every page's template needs."""
        named = {"opts": self.opts, "original": obj, "subtitle": str(obj) if obj is not None else None}
        return {**self.admin_site.each_context(request), **named, **extra}


class OwnedInline(_Scoped, RowsInline):
    """Rows on the page of another row; who may change the page may change them."""

    reading: Action | None = None
    changing: Action | None = None
    deleting: Action | None = None

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return allowed(request, self.reading)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return allowed(request, self.changing)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return allowed(request, self.changing)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return allowed(request, self.deleting)

    def get_queryset(self, request: HttpRequest) -> Any:
        return _rows_of(self.model, request, super().get_queryset(request))


def said(message: Any) -> str:
    """Put Django's record of a change into words: "Name and E-mail changed"."""
    if isinstance(message, str):
        return message
    sentences = []
    for part in message:
        for verb, about in part.items():
            fields = [capfirst(str(field)) for field in about.get("fields", [])]
            thing = " ".join(filter(None, [about.get("name", ""), str(about.get("object", ""))]))
            words = [thing, f"{get_text_list(fields, 'and')} changed" if fields else verb if thing else ""]
            sentences.append(": ".join(filter(None, words)))
    return "; ".join(filter(None, sentences))


def _rows_of(model: Any, request: HttpRequest, rows: Any) -> Any:
    """Narrow rows to the request's organization; rows that belong to none are never offered."""
    organization = getattr(request, "organization", None)
    if organization is None or not issubclass(model, Owned):
        return model.objects.none()
    return (model.objects.all() if rows is None else rows).filter(organization=organization)


def _complete(row: Any, request: HttpRequest) -> None:
    """Give a new row what no form asks for."""
    if row.pk is not None:
        return
    row.organization = organization_of(request)
    if any(field.name == "created_at" for field in row._meta.fields) and row.created_at is None:
        row.created_at = clock.wall()
