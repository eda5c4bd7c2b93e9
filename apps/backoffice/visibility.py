"""What the theme asks per request: names, badges, and which entries of the side bar a role sees."""

from django.http import HttpRequest

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import allowed
from apps.tenancy.models import Organization

PRODUCT = "Tallybook"


def site_header(request: HttpRequest) -> str:
    """Return the name of the organization that the page is about."""
    organization = getattr(request, "organization", None)
    return str(organization) if organization else PRODUCT


def environment(request: HttpRequest) -> list[str] | None:
    """Mark every page of a test organization."""
    organization = getattr(request, "organization", None)
    is_test = organization is not None and organization.mode == Organization.Mode.TEST
    return ["Test", "warning"] if is_test else None


def may_read(request: HttpRequest) -> bool:
    """Say whether the list may be seen."""
    return allowed(request, Action.READ)


def may_manage_keys(request: HttpRequest) -> bool:
    """Say whether API keys may be seen."""
    return allowed(request, Action.MANAGE_KEYS)


def may_manage_members(request: HttpRequest) -> bool:
    """Say whether members may be seen."""
    return allowed(request, Action.MANAGE_MEMBERS)


def may_manage_settings(request: HttpRequest) -> bool:
    """Say whether the settings may be seen."""
    return allowed(request, Action.MANAGE_SETTINGS)
