"""Members and API keys."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse

from apps.accounts import operations
from apps.accounts.member_forms import MemberForm, NewMemberForm
from apps.accounts.models import ApiKey, Member
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, OwnedForm, organization_of
from apps.core import clock
from apps.core.admin import badge


@admin.register(Member)
class MemberAdmin(OwnedAdmin):
    """Who works here, in which role."""

    nothing_yet = "No member yet."
    form = MemberForm
    reading = adding = changing = deleting = Action.MANAGE_MEMBERS
    list_display = ("person", "email", "role", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    ordering = ("pk",)
    fields = ("person", "email", "role")
    readonly_fields = ("person", "email")

    @admin.display(description="name")
    def person(self, member: Member) -> str:
        return member.user.name or "–"

    @admin.display(description="e-mail")
    def email(self, member: Member) -> str:
        return member.user.email

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            return type("AddMemberForm", (NewMemberForm,), {"organization": organization_of(request)})
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return NewMemberForm.FIELDSETS if obj is None else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.readonly_fields) if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let an owner remove others, never themselves: somebody must be left who can let others in."""
        mine = getattr(request, "member", None)
        return super().has_delete_permission(request, obj) and (obj is None or mine is None or obj.pk != mine.pk)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        mine = getattr(request, "member", None)
        return super().has_change_permission(request, obj) and (obj is None or mine is None or obj.pk != mine.pk)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return super().save_form(request, form, change) if change else form.member(now=clock.wall())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store a changed role; a new member was stored by its operation."""
        if change:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing else hangs on a member."""


class ApiKeyForm(OwnedForm):
    """What a key is for, and what it may do."""

    class Meta:
        model = ApiKey
        fields = ("name", "role")


@admin.register(ApiKey)
class ApiKeyAdmin(OwnedAdmin):
    """Programs' keys: the whole key is on one page once, and never again."""

    nothing_yet = "No API key yet. A program needs one to record usage or to read what was billed."
    form = ApiKeyForm
    reading = adding = Action.MANAGE_KEYS
    list_display = ("name", "beginning", "role", "state", "created_at", "last_used_at")
    ordering = ("-pk",)
    fields = ("name", "role", "beginning", "state", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("beginning", "state")
    change_form_template = "backoffice/api_key.html"

    @admin.display(description="begins with")
    def beginning(self, key: ApiKey) -> str:
        return f"tb_{key.organization.mode}_{key.lookup}_…"

    @badge("status", {"in force": "success", "revoked": "danger"})
    def state(self, key: ApiKey) -> str:
        return "revoked" if key.revoked_at else "in force"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("organization")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj is not None else ("name", "role")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for name and role; answer a good form with the key itself, which is kept nowhere."""
        form = self.get_form(request)(request.POST) if request.method == "POST" else None
        if form is None or not self.has_add_permission(request) or not form.is_valid():
            shown: HttpResponse = super().add_view(request, form_url, extra_context)
            return shown
        said = form.cleaned_data
        key, text = operations.create_api_key(
            organization=organization_of(request), name=said["name"], role=said["role"], now=clock.wall()
        )
        self.audit(request, key, "created", f"{key} ({key.role})")
        context = self.context(request, key, title="New API key", text=text)
        response = TemplateResponse(request, "backoffice/api_key_made.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_urls(self) -> list[URLPattern]:
        return [self.object_page("revoke", self.revoke, action=Action.MANAGE_KEYS), *super().get_urls()]

    def revoke(self, request: HttpRequest, key: ApiKey) -> HttpResponse:
        """Stop a key from working."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        operations.revoke_api_key(key=key, now=clock.wall())
        self.audit(request, key, "revoked", str(key))
        messages.success(request, f"{key} works no longer.")
        return HttpResponseRedirect(reverse("admin:accounts_apikey_changelist"))
