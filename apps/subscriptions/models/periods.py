"""The time line of an item: a chain of periods."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from apps.catalog.models import Price
from apps.core.constraints import CompositeForeignKey, owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.subscriptions.freezing import period_triggers
from apps.subscriptions.models.items import Item
from apps.tenancy.models import Owned, proved_owner


class Period(Owned):
    """One billing period of one item, half-open. Its price never moves once it is opened, and of its bounds only
    the end does, when it is cut.

    The periods of an item form a chain that PostgreSQL proves: each names the end of the one before (a foreign key
    to it), equal to its own start, so there is neither gap nor overlap, and no two begin at once.

    No index looks at the status, and pages have room: so closing a period touches no index.
    """

    class Status(models.TextChoices):
        CURRENT = "current", "collecting"
        RECORDED = "recorded", "closed"
        FINAL = "final", "closed early"

    public_id = PublicIdField(prefix="per")
    organization = proved_owner()
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="periods"
    )
    index = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    prev_ends_at = models.DateTimeField(null=True, help_text="The end of the period before; empty for the first.")
    full_starts_at = models.DateTimeField(help_text="What it would be uncut: the denominator of proration.")
    full_ends_at = models.DateTimeField()
    fees_until = models.DateTimeField(
        null=True, help_text="Until when fees paid in advance stay owed, where a cut gave none back; empty: its end."
    )
    price = models.ForeignKey(Price, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    billable = models.BooleanField(default=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.CURRENT)
    closed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(
        null=True, help_text="Set when a draft that billed it was discarded: it is due again with the next invoice."
    )

    class Meta:
        constraints = [
            owned_id("subscriptions_period"),
            same_organization("item", name="period_item_owned"),
            same_organization("price", name="period_price_owned"),
            models.CheckConstraint(name="period_starts_before_end", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(
                name="period_follows_previous", condition=Q(prev_ends_at__isnull=True) | Q(prev_ends_at=F("starts_at"))
            ),
            models.CheckConstraint(
                name="period_within_full",
                condition=Q(full_starts_at__lte=F("starts_at")) & Q(full_ends_at__gte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="period_fees_beyond_end",
                condition=Q(fees_until__isnull=True)
                | (Q(fees_until__gt=F("ends_at")) & Q(fees_until__lte=F("full_ends_at"))),
            ),
            models.CheckConstraint(
                name="period_closed_has_instant",
                condition=Q(status="current", closed_at__isnull=True)
                | (~Q(status="current") & Q(closed_at__isnull=False)),
            ),
            models.UniqueConstraint(fields=["organization", "item", "id"], name="period_of_item"),
            models.UniqueConstraint(fields=["item", "ends_at"], name="period_end_once"),
            models.UniqueConstraint(fields=["item", "index"], name="period_index_once"),
            models.UniqueConstraint(fields=["item", "prev_ends_at"], nulls_distinct=False, name="period_one_next"),
            CompositeForeignKey(name="period_chain", fields=("item", "prev_ends_at"), to_fields=("item", "ends_at")),
        ]
        indexes = [
            models.Index(fields=["item"], condition=Q(returned_at__isnull=False), name="period_returned"),
        ]
        triggers = period_triggers()

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"

    def covers(self, instant: datetime) -> bool:
        """Say whether an instant lies in it; its end does not."""
        return self.starts_at <= instant < self.ends_at
