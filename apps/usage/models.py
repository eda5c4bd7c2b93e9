"""Events: what was used, when, on which item."""

from django.db import models
from django.db.models import Q

from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import append_only
from apps.subscriptions.models import Item, Period
from apps.tenancy.models import Owned


class Event(Owned):
    """One immutable fact: this much, at this time, for this item. No foreign key may point here."""

    class Source(models.TextChoices):
        ADMIN = "admin", "by hand"
        API = "api", "API"
        COMMAND = "command", "command"

    public_id = PublicIdField(prefix="evt")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, related_name="+")
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

    class Meta:
        constraints = [
            same_organization("item", name="event_item_owned"),
            same_organization("period", name="event_period_owned"),
            owned_id("usage_event"),
            models.UniqueConstraint(fields=["organization", "idempotency_key"], name="event_key_once"),
            models.CheckConstraint(
                name="event_quantity_in_range", condition=Q(quantity__gt=-(10**15)) & Q(quantity__lt=10**15)
            ),
        ]
        indexes = [
            models.Index(fields=["period", "occurred_at", "id"], name="event_of_period"),
            models.Index(fields=["period"], condition=Q(late=True), name="event_late"),
        ]
        triggers = append_only("usage_event")

    def __str__(self) -> str:
        return f"{self.quantity} at {self.occurred_at:%Y-%m-%d %H:%M}"
