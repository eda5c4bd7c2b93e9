"""Runs: passes of closing what is due, and what a dry one says it would bill."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import Customer
from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.rating.money import Money
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Owned


class Run(Owned):
    """One pass of closing all that an organization has due by an instant. Its counts say what is committed."""

    class Status(models.TextChoices):
        RUNNING = "running"
        STOPPED = "stopped"
        DONE = "done"

    public_id = PublicIdField(prefix="run")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.RUNNING)
    dry = models.BooleanField("dry run", default=False, help_text="Only says what would be billed.")
    as_of = models.DateTimeField("due by", help_text="What is billed by then is closed.")
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=320, help_text="An e-mail address, a key's public id, or what did it.")
    ended_at = models.DateTimeField(null=True, help_text="When it was done, or stopped last.")
    done = models.PositiveIntegerField(default=0, help_text="How many boundaries were closed.")
    invoices = models.PositiveIntegerField(default=0, help_text="How many invoices and drafts that made.")
    failed = models.PositiveIntegerField(default=0, help_text="How many subscriptions were parked.")
    sums_minor = models.JSONField(default=dict, help_text="What the invoices come to, in minor units by currency.")

    class Meta:
        constraints = [
            owned_id("invoicing_run"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(status="running", dry=False), name="run_one_at_a_time"
            ),
            models.CheckConstraint(
                name="run_ended_has_instant",
                condition=Q(status="running", ended_at__isnull=True)
                | (~Q(status="running") & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["organization", "-id"], name="run_newest")]

    def __str__(self) -> str:
        began = self.started_at.astimezone(self.organization.zone)
        return f"{'Dry run' if self.dry else 'Run'} of {began:%-d %b %Y, %H:%M}"

    @property
    def sums(self) -> list[Money]:
        """What its invoices come to, by currency."""
        return [Money(minor, currency) for currency, minor in sorted(self.sums_minor.items())]

    @property
    def is_running(self) -> bool:
        """Whether there may be more to do."""
        return self.status == self.Status.RUNNING


class RunLine(Owned):
    """What a dry run says of one boundary of one subscription: what would be billed, or why it would be parked."""

    public_id = PublicIdField(prefix="rln")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, db_constraint=False, related_name="lines")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    boundary_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField(null=True, help_text="Empty where no invoice would be made.")
    previous_minor = models.BigIntegerField(null=True, help_text="What the invoice of the period before came to.")
    credits = models.JSONField(
        default=list, help_text="Credit notes that would be written: the invoice's number, and how much in minor units."
    )
    reason = models.TextField(blank=True, help_text="Why it would be parked.")

    class Meta:
        constraints = [
            same_organization("run", name="runline_run_owned"),
            same_organization("customer", name="runline_customer_owned"),
            same_organization("subscription", name="runline_subscription_owned"),
        ]
        indexes = [models.Index(fields=["run", "subscription"], name="runline_of_run")]

    def __str__(self) -> str:
        return f"{self.customer} at {self.boundary_at:%Y-%m-%d}"

    @property
    def total(self) -> Money | None:
        """What would be billed."""
        return None if self.total_minor is None else Money(self.total_minor, self.currency)

    @property
    def credited(self) -> list[tuple[str, Money]]:
        """What would be credited: on which invoice, and how much."""
        return [(each["invoice"], Money(each["total_minor"], self.currency)) for each in self.credits]

    @property
    def total_text(self) -> str | None:
        """What would be billed, as the API writes it."""
        return None if self.total is None else self.total.text()

    @property
    def difference_text(self) -> str | None:
        """How much more that is, as the API writes it."""
        return None if self.difference is None else self.difference.text()

    @property
    def difference(self) -> Money | None:
        """How much more that is than the period before; None where there is nothing to compare."""
        if self.total_minor is None or self.previous_minor is None:
            return None
        return Money(self.total_minor - self.previous_minor, self.currency)
