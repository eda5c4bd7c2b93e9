"""Rollups: how much of a period was counted already, so that charts and previews need not read a million events.

They are written by a worker after the events and hold nothing that the events do not say: whoever bills reads those.
Only periods of sums and counts have them, and only large ones.
"""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from apps.core.constraints import same_organization
from apps.subscriptions.models import Period
from apps.tenancy.models import Owned


class Rollup(Owned):
    """What all facts of a period up to a mark come to; every later fact of the period has a greater id.

    `quantity` adds up their quantities, whatever the metric makes of them; reversals and what they take back cancel
    out. `timezone` is that of the organization when their days were counted.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    counted_to = models.BigIntegerField(default=0, help_text="The greatest id of an event among them.")
    quantity = models.DecimalField(max_digits=40, decimal_places=12, default=Decimal(0))
    event_count = models.BigIntegerField(default=0)
    fact_count = models.BigIntegerField(default=0)
    timezone = models.CharField(max_length=64)

    class Meta:
        constraints = [
            same_organization("period", name="rollup_period_owned"),
            models.UniqueConstraint(fields=["period"], name="rollup_once_per_period"),
            models.CheckConstraint(
                name="rollup_counts_are_sane",
                condition=Q(fact_count__gt=0) & Q(event_count__gte=0) & Q(event_count__lte=models.F("fact_count")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact_count} up to {self.counted_to}"


class DailyRollup(Owned):
    """What the facts of one local day come to, of those that the period's Rollup counts."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    day = models.DateField()
    quantity = models.DecimalField(max_digits=40, decimal_places=12)
    event_count = models.BigIntegerField()

    class Meta:
        constraints = [
            same_organization("period", name="daily_rollup_period_owned"),
            models.UniqueConstraint(fields=["period", "day"], name="daily_rollup_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} on {self.day}"
