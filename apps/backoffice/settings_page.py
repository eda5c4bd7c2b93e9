"""The organization's settings: one page, for owners."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.accounts.models import validate_locale
from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import OwnedAdmin, OwnedForm, organization_of
from apps.backoffice.listed_field import ListedField
from apps.core import clock
from apps.core.admin import themed
from apps.core.refusals import Refusal
from apps.tenancy import operations as tenancy
from apps.tenancy.brand import LARGEST_BYTES, picture_of
from apps.tenancy.models import COUNTRY_HINT, Organization


class SettingsForm(OwnedForm):
    """The organization is its own owner, so there is none to set; its locale must be one. Its logo comes as a file."""

    reminder_days = ListedField(
        coerce=int,
        invalid="Write whole days with commas between, such as -3, 3, 10.",
        help_text="When unpaid invoices are reminded of, in days from the due day: -3, 3, 10 is three days before, "
        "three and ten after. Empty: never.",
    )
    logo_file = forms.FileField(label="Logo", required=False, help_text="A PNG or JPEG picture of at most 1 MB.")
    remove_logo = forms.BooleanField(label="Print no logo", required=False, help_text="Take the present one away.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        forms.ModelForm.__init__(self, *args, **kwargs)
        if self.instance.logo:
            self.fields["logo_file"].help_text = "A logo is in use. A PNG or JPEG picture of at most 1 MB replaces it."
        else:
            del self.fields["remove_logo"]
        own = ("reminder_days", "logo_file", "remove_logo")
        themed(self, *(name for name in own if name in self.fields))
        if "country" in self.fields:
            self.fields["country"].help_text = COUNTRY_HINT

    def clean_logo_file(self) -> bytes | None:
        file = self.cleaned_data.get("logo_file")
        if not file:
            return None
        content: bytes = file.read(LARGEST_BYTES + 1)
        try:
            picture_of(content)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return content

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
                    ("page_size", "color"),
                    "usage_details",
                    "logo_file",
                )
            },
        ),
        (
            "Billing",
            {
                "fields": (
                    ("auto_finalize", "zero_invoices"),
                    "prices_include_tax",
                    ("payment_terms_days", "late_window_days"),
                    ("usage_grace", "reminder_days"),
                    ("cancel_suspended_after_days", "access_grace_days"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return Organization.objects.filter(pk=organization_of(request).pk)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Offer to take the logo away where there is one."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not obj.logo:
            return fieldsets
        return [
            (name, {**options, "fields": (*options["fields"], "remove_logo")} if name == "On invoices" else options)
            for name, options in fieldsets
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        content = form.cleaned_data.get("logo_file")
        if content or form.cleaned_data.get("remove_logo"):
            tenancy.set_logo(organization=obj, content=content, now=clock.wall())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Go straight to the one page there is."""
        self.object_or_404(request, str(organization_of(request).pk), self.reading)
        return HttpResponseRedirect(reverse("admin:tenancy_organization_change", args=[organization_of(request).pk]))
