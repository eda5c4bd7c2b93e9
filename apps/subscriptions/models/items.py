"""The billable lines of a subscription, and how many of each were bought."""

from functools import lru_cache

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from apps.catalog.models import INTERVAL_UNITS, AddOn, Price, Timing
from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import frozen
from apps.rating.periods import Interval, IntervalUnit
from apps.subscriptions.models.subscriptions import Subscription
from apps.tenancy.history import track
from apps.tenancy.models import Owned


@lru_cache(maxsize=256)
def _interval(unit: str, count: int) -> Interval:
    return Interval(IntervalUnit(unit), count)


@track()
class Item(Owned):
    """One billable line of a subscription: the base fee (no add-on) or one add-on."""

    public_id = PublicIdField(prefix="itm")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="items")
    add_on = models.ForeignKey(
        AddOn, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True, blank=True
    )
    price = models.ForeignKey(Price, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    timing = models.CharField(max_length=7, choices=Timing.choices)
    interval_unit = models.CharField(max_length=5, choices=INTERVAL_UNITS)
    interval_count = models.PositiveSmallIntegerField()
    anchor_at = models.DateTimeField(help_text="Period n is this plus n intervals.")
    anchor_zone = models.CharField(max_length=64, help_text="The zone whose calendar shows the anchor's date.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was taken off by itself, and not with its subscription."
    )

    class Meta:
        constraints = [
            owned_id("subscriptions_item"),
            same_organization("subscription", name="item_subscription_owned"),
            same_organization("add_on", name="item_addon_owned"),
            same_organization("price", name="item_price_owned"),
            models.CheckConstraint(
                name="item_ends_after_start", condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at"))
            ),
            models.UniqueConstraint(
                fields=["subscription", "add_on"],
                condition=Q(ends_at__isnull=True),
                nulls_distinct=False,
                name="item_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.add_on or self.subscription.plan)

    @property
    def interval(self) -> Interval:
        """How long its periods are. A change of plan may give it another, so each row is asked anew."""
        return _interval(self.interval_unit, self.interval_count)

    @cached_property
    def is_usage(self) -> bool:
        """Whether events are recorded on it."""
        add_on = self.add_on
        return add_on is not None and add_on.kind == AddOn.Kind.USAGE

    @cached_property
    def is_one_time(self) -> bool:
        """Whether it is billed once and has no periods after its first."""
        add_on = self.add_on
        return add_on is not None and add_on.kind == AddOn.Kind.ONE_TIME


class Quantity(Owned):
    """How many of an item were bought, from an instant on and until a row that was written later says otherwise."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="quantities")
    at = models.DateTimeField()
    quantity = models.DecimalField(max_digits=30, decimal_places=12)

    class Meta:
        verbose_name_plural = "quantities"
        constraints = [
            same_organization("item", name="quantity_item_owned"),
            models.CheckConstraint(name="quantity_in_range", condition=Q(quantity__gte=0) & Q(quantity__lt=10**15)),
        ]
        indexes = [models.Index(fields=["item", "id"], name="quantity_of_item")]
        triggers = frozen("subscriptions_quantity", allow=[], why="quantities are a history")

    def __str__(self) -> str:
        return f"{self.quantity} from {self.at:%Y-%m-%d}"
