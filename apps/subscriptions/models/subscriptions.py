"""Who is on which plan, where its life stands, and what is planned for it."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Customer
from apps.catalog.models import Alignment, Plan
from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.tenancy.history import track
from apps.tenancy.models import Owned, proved_owner


@track(exclude=["next_boundary_at", "bills_at"])
class Subscription(Owned):
    """A customer on a plan."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", "begins later"
        TRIALING = "trialing", "on trial"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        PAUSED = "paused"
        CANCELED = "canceled"

    public_id = PublicIdField(prefix="sub")
    organization = proved_owner()
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.SCHEDULED)
    alignment = models.CharField(max_length=11, choices=Alignment.choices, default=Alignment.ANNIVERSARY)
    starts_at = models.DateTimeField()
    anchor_at = models.DateTimeField(help_text="Cycle n of the plan begins n of its intervals after this.")
    anchor_zone = models.CharField(max_length=64, help_text="The zone whose calendar shows the anchor's date.")
    trial_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="Until then usage is free, and no fee is due."
    )
    suspended_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then nobody has access; billing runs on."
    )
    paused_at = models.DateTimeField(null=True, blank=True, help_text="Since then nothing is billed.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="When it ends, or ended.")
    canceled_at = models.DateTimeField(null=True, blank=True, help_text="When somebody asked for its end.")
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
            models.CheckConstraint(
                name="subscription_ends_after_start",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(
                name="subscription_canceled_has_end",
                condition=~Q(status="canceled") | Q(ends_at__isnull=False, next_boundary_at__isnull=True),
            ),
            models.CheckConstraint(
                name="subscription_paused_has_instant",
                condition=Q(status="paused", paused_at__isnull=False) | ~Q(status="paused"),
            ),
            models.CheckConstraint(name="subscription_bills_after", condition=Q(bills_at__gte=F("next_boundary_at"))),
        ]
        indexes = [
            models.Index(
                fields=["organization", "bills_at", "next_boundary_at", "id"],
                condition=Q(parked_at__isnull=True),
                name="subscription_due",
            ),
            models.Index(fields=["organization", "customer"], name="subscription_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} for {self.customer}"


@track()
class PlanChange(Owned):
    """A change of plan that is planned for the end of a cycle."""

    public_id = PublicIdField(prefix="chn")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    add_ons = models.JSONField(default=list, help_text="The public ids of the add-ons that were chosen with it.")
    quantity = models.DecimalField(
        max_digits=30, decimal_places=12, null=True, help_text="Of the base fee; as it is where empty."
    )
    at = models.DateTimeField()
    keep_fees = models.BooleanField(help_text="What was paid in advance beyond the change is not given back.")
    actor = models.CharField(max_length=320)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_id("subscriptions_planchange"),
            same_organization("subscription", name="planchange_subscription_owned"),
            same_organization("plan", name="planchange_plan_owned"),
            models.CheckConstraint(
                name="planchange_done_or_withdrawn", condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="planchange_one_ahead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} from {self.at:%Y-%m-%d}"
