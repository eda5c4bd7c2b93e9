"""What was billed for a period, amount by amount."""

from django.db import models
from django.db.models import Q

from apps.catalog.models import Price
from apps.core.constraints import CompositeForeignKey, owned_id
from apps.core.ids import PublicIdField
from apps.invoicing.freezing import charge_triggers
from apps.subscriptions.models import Item, Period
from apps.tenancy.models import Owned, proved_owner


class Kind(models.TextChoices):
    FLAT = "flat", "fee"
    USAGE = "usage", "usage"
    SETUP = "setup", "setup fee"
    ONE_TIME = "one_time", "one-time fee"
    MANUAL = "manual", "added by hand"


class Charge(Owned):
    """One amount billed for one period: the difference between due and billed when it was made."""

    public_id = PublicIdField(prefix="chg")
    organization = proved_owner()
    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    revision = models.PositiveIntegerField(default=0)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    quantity = models.DecimalField(max_digits=40, decimal_places=12, help_text="The period's quantity that it rates.")
    event_count = models.BigIntegerField(default=0, help_text="How many events of the period it rates.")
    fact_count = models.BigIntegerField(
        default=0,
        help_text="How many facts it has seen, in the order of their ids: of usage the period's events, reversals with "
        "what they took back; of a fee what was said of how many there are.",
    )
    steps = models.JSONField(default=list, help_text="How the whole due amount of the period came about.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_id("invoicing_charge"),
            CompositeForeignKey(
                name="charge_period_of_item",
                fields=("organization", "item", "period"),
                to_fields=("organization", "item", "id"),
                via="period",
            ),
            models.UniqueConstraint(fields=["period", "kind", "revision"], name="charge_revision_once"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(kind="setup", revision=0), name="charge_setup_once_per_item"
            ),
        ]
        triggers = charge_triggers()

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"

    @property
    def price(self) -> Price:
        """What it was rated by: the price that its period pins."""
        return self.period.price
