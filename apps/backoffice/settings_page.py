"""The organization's settings: one page, for owners."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.accounts.models import validate_locale
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, OwnedForm, organization_of
from apps.tenancy.models import Organization


class SettingsForm(OwnedForm):
    """The organization is its own owner, so there is none to set; its locale must be one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        forms.ModelForm.__init__(self, *args, **kwargs)

    def clean_locale(self) -> str:
        name: str = self.cleaned_data["locale"]
        if name:
            validate_locale(name)
        return name


@admin.register(Organization)
class OrganizationAdmin(OwnedAdmin):
    """The organization of the request, and no other."""

    form = SettingsForm
    reading = changing = Action.MANAGE_SETTINGS
    readonly_fields = ("key", "mode", "public_id")
    fieldsets = (
        (None, {"fields": (("name", "email"), ("currency", "timezone"), ("locale", "mode"), ("key", "public_id"))}),
        (
            "On invoices",
            {
                "fields": (
                    ("legal_name", "tax_id"),
                    ("address_line1", "address_line2"),
                    ("postal_code", "city"),
                    ("region", "country"),
                    "payment_details",
                    "footer",
                    ("invoice_prefix", "credit_note_prefix", "invoice_digits"),
                    "page_size",
                )
            },
        ),
        (
            "Billing",
            {
                "fields": (
                    ("auto_finalize", "zero_invoices"),
                    ("payment_terms_days", "late_window_days"),
                    "usage_grace",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return Organization.objects.filter(pk=organization_of(request).pk)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Go straight to the one page there is."""
        self.object_or_404(request, str(organization_of(request).pk), self.reading)
        return HttpResponseRedirect(reverse("admin:tenancy_organization_change", args=[organization_of(request).pk]))
