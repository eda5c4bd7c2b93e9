"""Add a person to an organization, and change what they may do there."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from apps.accounts import operations, queries
from apps.accounts.models import Member, Role, User
from apps.accounts.scoped_admin import OwnedForm
from apps.core.admin import themed
from apps.tenancy.models import Organization


class MemberForm(OwnedForm):
    """Change a role."""

    class Meta:
        model = Member
        fields = ("role",)


class NewMemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who it is and what they may do. Somebody who signs in here already keeps their own password."""

    organization: Organization
    FIELDSETS = ((None, {"fields": ("email", "name", "role", "password")}),)

    email = forms.EmailField(label="E-mail", error_messages={"invalid": "This is not an e-mail address."})
    name = forms.CharField(max_length=200, required=False)
    role = forms.ChoiceField(choices=Role.choices, initial=Role.ADMIN)
    password = forms.CharField(
        label="First password",
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Tell it to them in person; they change it after signing in. "
        "Whoever signs in here already, for another organization, keeps their own.",
    )

    class Meta:
        model = Member
        fields = ("role",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        themed(self)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        email = said.get("email")
        if email is None:
            return said
        self._check_password(said)
        if Member.objects.filter(organization=self.organization, user__email__iexact=email).exists():
            self.add_error("email", f"{email} is a member already.")
        return said

    def member(self, *, now: datetime) -> Member:
        """Add the person, once the form is valid."""
        said = self.cleaned_data
        user = queries.user_by_email(email=said["email"]) or operations.create_user(
            email=said["email"], password=said["password"], name=said["name"], now=now
        )
        return operations.add_member(organization=self.organization, user=user, role=said["role"], now=now)

    def _check_password(self, said: dict[str, Any]) -> None:
        """Check it whether or not the address is known: the answer must not tell who signs in elsewhere."""
        if "password" not in said:
            return
        try:
            validate_password(said["password"], User(email=said["email"], name=said.get("name", "")))
        except forms.ValidationError as weak:
            self.add_error("password", weak)
