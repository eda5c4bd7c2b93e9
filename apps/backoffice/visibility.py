"""What the theme asks per request: names, badges, and which entries of the side bar a role sees."""

from django.http import HttpRequest
from django.urls import reverse

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


def may_record_usage(request: HttpRequest) -> bool:
    """Say whether usage may be entered."""
    return allowed(request, Action.RECORD_USAGE)


def is_among_events(request: HttpRequest) -> bool:
    """Say whether the page is the list of events or one of them, not one that has an entry of its own."""
    there, _, rest = request.path.partition(reverse("admin:usage_event_changelist"))
    return there == "" and (rest == "" or rest[0].isdigit())


def may_manage_keys(request: HttpRequest) -> bool:
    """Say whether API keys may be seen."""
    return allowed(request, Action.MANAGE_KEYS)


def may_manage_members(request: HttpRequest) -> bool:
    """Say whether members may be seen."""
    return allowed(request, Action.MANAGE_MEMBERS)


def may_manage_settings(request: HttpRequest) -> bool:
    """Say whether the settings may be seen."""
    return allowed(request, Action.MANAGE_SETTINGS)
