"""Events: what was used, when, on which item."""

from django.db import models
from django.db.models import Q

from apps.core.constraints import CompositeForeignKey
from apps.core.ids import PublicIdField
from apps.core.triggers import append_only
from apps.rating.numbers import plain
from apps.subscriptions.models import Item, Period
from apps.tenancy.models import Organization, Owned


class Event(Owned):
    """One immutable fact: this much, at this time, for this item. No foreign key may point here.

    A reversal is an event too: it repeats the quantity, instant, item and period of the event that it names in
    `reverses_id`, and takes it out of every aggregation. `note` says why, `actor` who.
    """

    class Source(models.TextChoices):
        ADMIN = "admin", "by hand"
        API = "api", "API"
        COMMAND = "command", "command"
        IMPORT = "import", "file"
        PULL = "pull", "asked of a usage address"

    # One foreign key keeps organization, item and period together: a check for each would cost a third of the speed.
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    public_id = PublicIdField(prefix="evt")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    quantity = models.DecimalField(max_digits=30, decimal_places=12)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    late = models.BooleanField(default=False, help_text="Its period was closed already when it arrived.")
    idempotency_key = models.CharField(max_length=255, null=True)  # noqa: DJ001 - unique where given
    content_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the content as sent.")
    properties = models.JSONField(default=dict)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=7, choices=Source.choices)
    actor = models.CharField(max_length=320)
    reverses_id = models.BigIntegerField(null=True, help_text="The event that this one takes back.")

    class Meta:
        constraints = [
            CompositeForeignKey(
                name="event_period_of_item",
                fields=("organization", "item", "period"),
                to_fields=("organization", "item", "id"),
                via="period",
            ),
            models.UniqueConstraint(fields=["organization", "idempotency_key"], name="event_key_once"),
            models.UniqueConstraint(
                fields=["reverses_id"], condition=Q(reverses_id__isnull=False), name="event_reversed_once"
            ),
            models.CheckConstraint(
                name="event_quantity_in_range", condition=Q(quantity__gt=-(10**15)) & Q(quantity__lt=10**15)
            ),
        ]
        indexes = [
            models.Index(fields=["period", "id"], name="event_of_period"),
            models.Index(fields=["period"], condition=Q(late=True), name="event_late"),
        ]
        triggers = append_only("usage_event")

    @property
    def is_reversal(self) -> bool:
        """Whether it takes another event back."""
        return self.reverses_id is not None

    def __str__(self) -> str:
        return f"{plain(self.quantity)} at {self.occurred_at:%Y-%m-%d %H:%M}"
