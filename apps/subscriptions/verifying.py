"""What must hold of time lines."""

from collections.abc import Iterator

from django.db.models import F, Q, Window
from django.db.models.functions import Lag

from apps.core.verifying import Check
from apps.subscriptions.models import Period


def broken_chains() -> Iterator[str]:
    """Yield the periods that do not begin where the one before ended, or the first one with its item."""
    before = Window(Lag("ends_at"), partition_by=F("item"), order_by="starts_at")
    rows = Period.objects.annotate(before=before).filter(
        Q(before__isnull=False) & ~Q(before=F("starts_at"))
        | Q(before__isnull=True) & ~Q(starts_at=F("item__starts_at"))
    )
    for public_id, item, starts_at in rows.values_list("public_id", "item__public_id", "starts_at").iterator():
        yield f"period {public_id} of item {item} begins at {starts_at:%Y-%m-%d %H:%M}: a gap or an overlap before it"


CHECKS = [
    Check(
        name="period chain",
        holds="The periods of an item follow each other without gap or overlap, from its start on.",
        breaches=broken_chains,
        then="Stop closing and restore the time line from a backup: the database should have refused this.",
    ),
]
