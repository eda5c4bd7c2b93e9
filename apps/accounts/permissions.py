"""Who may do what: one table, asked by the admin and the API alike."""

from enum import StrEnum
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from apps.accounts.models import Role

if TYPE_CHECKING:  # REST framework's views read this module's DenyAll while they are being imported
    from rest_framework.request import Request
    from rest_framework.views import APIView


class Action(StrEnum):
    """What a role may be allowed to do."""

    READ = "read"
    RECORD_USAGE = "record_usage"
    MANAGE_CUSTOMERS = "manage_customers"
    MANAGE_CATALOG = "manage_catalog"
    MANAGE_INVOICES = "manage_invoices"
    MANAGE_KEYS = "manage_keys"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_SETTINGS = "manage_settings"


ALLOWED: dict[str, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.READ}),
    Role.DEVELOPER: frozenset({Action.READ, Action.RECORD_USAGE, Action.MANAGE_KEYS}),
    Role.ADMIN: frozenset(Action) - {Action.MANAGE_MEMBERS, Action.MANAGE_SETTINGS},
    Role.OWNER: frozenset(Action),
}


def may(role: str | None, action: Action) -> bool:
    """Say whether `role` allows `action`; no role allows nothing."""
    return role is not None and action in ALLOWED.get(role, frozenset())


class DenyAll(BasePermission):
    """The default of every view that did not say what it needs."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        return False
