"""Write organizations and the audit log."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.core.validation import validated
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization, Owned


@transaction.atomic
def create_organization(*, key: str, name: str, now: datetime, **settings: Any) -> Organization:
    """Create a seller; `settings` are its fields. Raise Refusal naming the field where one is not valid."""
    with scope.everywhere():
        organization = validated(Organization(key=key, name=name, created_at=now, **settings))
        organization.save()
    return organization


def record_audit(
    *, organization: Organization, actor: str, verb: str, subject: Owned, now: datetime, summary: str = ""
) -> AuditEntry:
    """Note in the audit log that `actor` did `verb` to `subject` (a row with a public id)."""
    return AuditEntry.objects.create(
        organization=organization,
        at=now,
        actor=actor,
        verb=verb,
        object_type=subject._meta.model_name or "",
        object_id=str(getattr(subject, "public_id", subject.pk)),
        summary=summary[:500],
    )
