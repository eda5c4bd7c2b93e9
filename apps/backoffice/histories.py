"""What was done to things, by whom and when: from the audit log, newest first."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from apps.accounts.scoped_admin import formats_of
from apps.tenancy import queries as tenancy
from apps.tenancy.models import Owned

MOST = 100


def told(request: HttpRequest, subjects: Sequence[Owned]) -> list[dict[str, Any]]:
    """Return what was done to any of these rows, which have public ids: when, who, what, to which, and how or why."""
    formats = formats_of(request)
    named = {str(getattr(subject, "public_id", "")): str(subject) for subject in subjects}
    return [
        {
            "when": formats.moment(entry.at),
            "who": entry.actor,
            "what": entry.verb,
            "subject": named[entry.object_id],
            "details": entry.summary.split("; "),
        }
        for entry in tenancy.audit_of(ids=named)[:MOST]
    ]
