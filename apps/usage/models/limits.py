"""Limits: how much of an item may be used in one period, and that somebody was told when it was."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from apps.catalog.models import AddOn, Plan
from apps.core.constraints import CompositeForeignKey, owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.subscriptions.models import Item, Period
from apps.tenancy.history import track
from apps.tenancy.models import Owned

# At an item, at an add-on on one plan, or at an add-on wherever it is sold.
ONE_PLACE = Q(item__isnull=False, plan__isnull=True, add_on__isnull=True) | Q(item__isnull=True, add_on__isnull=False)
MOST = Decimal(10) ** 15


@track()
class Limit(Owned):
    """How much one period of an item may measure, in the metric's own units.

    It stands at an item, at an add-on on one plan (`plan` and `add_on`), or at an add-on; the most specific one holds.
    """

    class Kind(models.TextChoices):
        HARD = "hard", "hard: usage beyond it is refused"
        SOFT = "soft", "soft: usage beyond it is charged"
        NOTIFY = "notify", "only tell"
        NONE = "none", "no limit, whatever applies elsewhere"

    public_id = PublicIdField(prefix="lim")
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True, blank=True
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True, blank=True
    )
    add_on = models.ForeignKey(
        AddOn, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True, blank=True
    )
    kind = models.CharField(max_length=6, choices=Kind.choices)
    quantity = models.DecimalField(
        max_digits=30, decimal_places=12, null=True, blank=True, help_text="In one period. Empty: no limit."
    )
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("usage_limit"),
            same_organization("item", name="limit_item_owned"),
            same_organization("plan", name="limit_plan_owned"),
            same_organization("add_on", name="limit_addon_owned"),
            models.CheckConstraint(name="limit_at_one_place", condition=ONE_PLACE),
            models.CheckConstraint(
                name="limit_has_quantity",
                condition=Q(kind="none", quantity__isnull=True) | (~Q(kind="none") & Q(quantity__isnull=False)),
            ),
            models.CheckConstraint(
                name="limit_quantity_in_range",
                condition=Q(quantity__isnull=True) | (Q(quantity__gte=0) & Q(quantity__lt=MOST)),
            ),
            models.CheckConstraint(
                name="limit_lifts_something", condition=~Q(kind="none", item__isnull=True, plan__isnull=True)
            ),
            models.UniqueConstraint(fields=["item"], condition=Q(item__isnull=False), name="limit_once_at_item"),
            models.UniqueConstraint(
                fields=["add_on", "plan"],
                condition=Q(item__isnull=True),
                nulls_distinct=False,
                name="limit_once_at_add_on",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display() if self.quantity is None else f"{self.kind}, {self.quantity.normalize():f}"


class LimitFiring(Owned):
    """A period reached its limit, or something was refused for it: told once per period and limit."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=6, choices=Limit.Kind.choices)
    limit_quantity = models.DecimalField(max_digits=30, decimal_places=12)
    quantity = models.DecimalField(max_digits=40, decimal_places=12, help_text="What the period measured then.")
    refused = models.BooleanField(help_text="Whether usage was refused, rather than the limit met exactly.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            CompositeForeignKey(
                name="limitfiring_period_of_item",
                fields=("organization", "item", "period"),
                to_fields=("organization", "item", "id"),
                via="period",
            ),
            models.UniqueConstraint(fields=["period", "limit_quantity"], name="limitfiring_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.limit_quantity} at {self.at:%Y-%m-%d %H:%M}"
