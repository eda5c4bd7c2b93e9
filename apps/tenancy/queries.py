"""Read organizations and the audit log."""

from collections.abc import Iterable

from django.db.models import QuerySet

from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Logo, Organization


def organizations() -> list[Organization]:
    """Return every organization, for machinery that works through all of them."""
    with scope.everywhere():
        return list(Organization.objects.order_by("pk"))


def organization_by_key(*, key: str) -> Organization | None:
    """Return the organization of this key or public id."""
    with scope.everywhere():
        return Organization.objects.filter(key=key).first() or Organization.objects.filter(public_id=key).first()


def audit_of(*, ids: Iterable[str]) -> QuerySet[AuditEntry]:
    """Return what was done to the rows of these public ids, newest first."""
    return AuditEntry.objects.filter(object_id__in=list(ids)).order_by("-at", "-pk")


def logo_of(*, digest: str) -> Logo | None:
    """Return a logo by its digest."""
    return Logo.objects.filter(sha256=digest).first() if digest else None
