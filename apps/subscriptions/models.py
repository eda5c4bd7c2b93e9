"""Who is on which plan, and the time line of each billable item."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Customer
from apps.catalog.models import INTERVAL_UNITS, AddOn, Plan, Price, Timing
from apps.core.constraints import CompositeForeignKey, owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import frozen
from apps.rating.periods import Interval, IntervalUnit
from apps.tenancy.history import track
from apps.tenancy.models import Owned


@track(exclude=["next_boundary_at", "bills_at"])
class Subscription(Owned):
    """A customer on a plan."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled"
        TRIALING = "trialing"
        ACTIVE = "active"

    public_id = PublicIdField(prefix="sub")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.SCHEDULED)
    starts_at = models.DateTimeField()
    trial_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="Until then usage is free, and no fee is due."
    )
    next_boundary_at = models.DateTimeField(
        null=True, help_text="The next instant at which something is due; empty when nothing ever is."
    )
    bills_at = models.DateTimeField(
        null=True, help_text="When that is billed: the boundary, or later by the grace for usage."
    )
    parked_at = models.DateTimeField(null=True, blank=True, help_text="Set when closing failed and waits for a person.")
    parked_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_id("subscriptions_subscription"),
            same_organization("customer", name="subscription_customer_owned"),
            same_organization("plan", name="subscription_plan_owned"),
            models.CheckConstraint(
                name="subscription_trial_after_start",
                condition=Q(trial_ends_at__isnull=True) | Q(trial_ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(name="subscription_bills_after", condition=Q(bills_at__gte=F("next_boundary_at"))),
        ]
        indexes = [
            models.Index(fields=["bills_at", "id"], condition=Q(parked_at__isnull=True), name="subscription_due"),
            models.Index(fields=["organization", "customer"], name="subscription_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} for {self.customer}"


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
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            owned_id("subscriptions_item"),
            same_organization("subscription", name="item_subscription_owned"),
            same_organization("add_on", name="item_addon_owned"),
            same_organization("price", name="item_price_owned"),
            models.CheckConstraint(
                name="item_ends_after_start", condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at"))
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
        """How long its periods are."""
        return Interval(IntervalUnit(self.interval_unit), self.interval_count)

    @property
    def is_usage(self) -> bool:
        """Whether events are recorded on it."""
        return self.add_on is not None and self.add_on.kind == AddOn.Kind.USAGE

    @property
    def is_one_time(self) -> bool:
        """Whether it is billed once and has no periods after its first."""
        return self.add_on is not None and self.add_on.kind == AddOn.Kind.ONE_TIME


class Quantity(Owned):
    """How many of an item were bought, from an instant on."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="quantities")
    at = models.DateTimeField()
    quantity = models.DecimalField(max_digits=30, decimal_places=12)

    class Meta:
        verbose_name_plural = "quantities"
        constraints = [
            same_organization("item", name="quantity_item_owned"),
            models.UniqueConstraint(fields=["item", "at"], name="quantity_one_per_instant"),
            models.CheckConstraint(name="quantity_in_range", condition=Q(quantity__gte=0) & Q(quantity__lt=10**15)),
        ]
        triggers = frozen("subscriptions_quantity", allow=[], why="quantities are a history")

    def __str__(self) -> str:
        return f"{self.quantity} from {self.at:%Y-%m-%d}"


class Period(Owned):
    """One billing period of one item, half-open. Its boundaries and its price never move once it is opened.

    The periods of an item form a chain that PostgreSQL proves: each names the end of the one before (a foreign key
    to it), equal to its own start, so there is neither gap nor overlap.
    """

    class Status(models.TextChoices):
        CURRENT = "current", "collecting"
        RECORDED = "recorded", "closed"
        FINAL = "final", "closed early"

    public_id = PublicIdField(prefix="per")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="periods")
    index = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    prev_ends_at = models.DateTimeField(null=True, help_text="The end of the period before; empty for the first.")
    full_starts_at = models.DateTimeField(help_text="What it would be uncut: the denominator of proration.")
    full_ends_at = models.DateTimeField()
    price = models.ForeignKey(Price, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    billable = models.BooleanField(default=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.CURRENT)
    closed_at = models.DateTimeField(null=True)

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
                name="period_closed_has_instant",
                condition=Q(status="current", closed_at__isnull=True)
                | (~Q(status="current") & Q(closed_at__isnull=False)),
            ),
            models.UniqueConstraint(fields=["organization", "item", "id"], name="period_of_item"),
            models.UniqueConstraint(fields=["item", "starts_at"], name="period_start_once"),
            models.UniqueConstraint(fields=["item", "ends_at"], name="period_end_once"),
            models.UniqueConstraint(fields=["item", "index"], name="period_index_once"),
            models.UniqueConstraint(fields=["item", "prev_ends_at"], nulls_distinct=False, name="period_one_next"),
            CompositeForeignKey(name="period_chain", fields=("item", "prev_ends_at"), to_fields=("item", "ends_at")),
        ]
        indexes = [models.Index(fields=["item", "ends_at"], condition=Q(status="current"), name="period_current")]
        triggers = frozen(
            "subscriptions_period", allow=["status", "closed_at"], why="an opened period keeps its bounds and price"
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"

    def covers(self, instant: datetime) -> bool:
        """Say whether an instant lies in it; its end does not."""
        return self.starts_at <= instant < self.ends_at
