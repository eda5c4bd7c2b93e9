"""The admin site: whoever is a member of an organization may enter, and sees that organization."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path

from apps.accounts import queries as accounts
from apps.accounts.models import User
from apps.accounts.scoped_admin import OwnedAdmin
from apps.backoffice import dashboard, paste_rows, switching
from apps.core.admin import SignInForm, Site

NO_ORGANIZATION = "You have no access to any organization yet. Ask an owner to add you as a member."
LEFT_OUT = {
    "view_on_site",  # resolves the id of any row of any organization
    "search",  # keeps its answers by user, so they would outlive a change of role or organization
}


View = Callable[..., HttpResponseBase]


class MemberSignInForm(SignInForm):
    """Let in whoever is a member somewhere; tell the others plainly."""

    def confirm_login_allowed(self, user: User) -> None:
        if not accounts.memberships(user=user):
            raise forms.ValidationError(NO_ORGANIZATION, code="no_organization")


class BackofficeSite(Site):
    """Let members in; what each may do is asked of their role, page by page."""

    login_form = MemberSignInForm
    login_template = "backoffice/login.html"
    index_template = "backoffice/dashboard.html"
    index_title = "Dashboard"
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in our own pages alone: those that come with Django (groups) know neither organization nor role."""
        if admin_class is not None and issubclass(admin_class, OwnedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and getattr(request, "member", None) is not None

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Let no NUL through to a page: PostgreSQL stores none, so a filter with one can mean nothing."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if "%00" in request.META.get("QUERY_STRING", ""):
                raise SuspiciousOperation("a NUL in the address")
            return view(request, *args, **kwargs)

        inner: View = super().admin_view(guarded, cacheable)
        return inner

    def get_urls(self) -> list[URLPattern | URLResolver]:
        ours = [
            path("organizations/", self.admin_view(self.organizations), name="organizations"),
            path("paste-rows/", self.admin_view(self.paste_rows), name="paste_rows"),
        ]
        return ours + [url for url in super().get_urls() if getattr(url, "name", None) not in LEFT_OUT]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = super().index(request, {**dashboard.board(request), **(extra_context or {})})
        return response

    def organizations(self, request: HttpRequest) -> HttpResponse:
        """Let a member of several organizations choose which one to work for."""
        return switching.organizations(request, self.each_context(request))

    def paste_rows(self, request: HttpRequest) -> HttpResponse:
        """Take usage from a spreadsheet or a file, after a look at it."""
        return paste_rows.paste_rows(request, self.each_context(request))
