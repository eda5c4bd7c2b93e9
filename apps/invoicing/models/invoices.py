"""Invoices: documents that say what is due."""

from datetime import date

from django.db import models
from django.db.models import Q

from apps.accounts.models import Customer
from apps.core.constraints import CompositeForeignKey, owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import frozen
from apps.rating.money import Money
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Owned, proved_owner


class Invoice(Owned):
    """A document that says what is due. A finalized one never changes but in the columns named in its trigger."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        PAID = "paid"
        VOID = "void"
        UNCOLLECTIBLE = "uncollectible"

    class Cause(models.TextChoices):
        CYCLE = "cycle", "the end of a period"
        START = "start", "the start of a subscription"
        CHANGE = "change", "a change of a subscription"
        END = "end", "the end of a subscription"
        LATE = "late", "usage that arrived after the end of a subscription"
        REBILL = "rebill", "an invoice that was voided"
        MANUAL = "manual", "a person or a program"

    public_id = PublicIdField(prefix="inv")
    organization = proved_owner()
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True
    )
    boundary_at = models.DateTimeField(null=True, help_text="The boundary of the subscription that it bills.")
    cause = models.CharField(max_length=6, choices=Cause.choices, default=Cause.CYCLE)
    status = models.CharField(max_length=13, choices=Status.choices, default=Status.DRAFT)
    currency = models.CharField(max_length=3)
    number = models.CharField(max_length=50, null=True)  # noqa: DJ001 - unique where given
    sequence = models.BigIntegerField(null=True, help_text="The place in the gapless series.")
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    finalized_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    written_off_at = models.DateTimeField(null=True, help_text="When it was given up as uncollectible.")
    rebills_id = models.BigIntegerField(null=True, help_text="The voided invoice in whose place this stands.")
    payment_terms_days = models.PositiveSmallIntegerField(
        null=True, help_text="Days until it is due, where somebody said so for this one."
    )
    notes = models.TextField(blank=True, max_length=1000, help_text="Printed below the lines.")
    discount_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    discount_fixed_minor = models.BigIntegerField(null=True, help_text="The amount that was asked for, if one was.")
    discount_minor = models.BigIntegerField(default=0, help_text="In all, spread over its lines before tax.")
    discount_reason = models.CharField(max_length=200, blank=True)
    subtotal_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0, help_text="Credit that was applied when it was finalized.")
    settled_minor = models.BigIntegerField(default=0, help_text="The sum of its allocations.")
    tax_inclusive = models.BooleanField(default=False, help_text="Its amounts contain the tax.")
    tax_groups = models.JSONField(default=list)
    seller = models.JSONField(default=dict, help_text="The organization as it was when finalized.")
    buyer = models.JSONField(default=dict, help_text="The customer as it was when finalized.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_id("invoicing_invoice"),
            same_organization("customer", name="invoice_customer_owned"),
            same_organization("subscription", name="invoice_subscription_owned"),
            CompositeForeignKey(
                name="invoice_rebills_owned", fields=("organization", "rebills_id"), to_fields=("organization", "id")
            ),
            models.UniqueConstraint(fields=["organization", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["organization", "sequence"], name="invoice_sequence_once"),
            models.UniqueConstraint(
                fields=["rebills_id"], condition=Q(rebills_id__isnull=False), name="invoice_rebills_once"
            ),
            models.UniqueConstraint(
                fields=["subscription", "boundary_at"], condition=Q(cause="cycle"), name="invoice_boundary_once"
            ),
            models.CheckConstraint(
                name="invoice_finalized_is_complete",
                condition=Q(status="draft", number__isnull=True, finalized_at__isnull=True)
                | (
                    ~Q(status="draft")
                    & Q(number__isnull=False)
                    & Q(sequence__isnull=False)
                    & Q(issued_on__isnull=False)
                    & Q(due_on__isnull=False)
                    & Q(finalized_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="invoice_total_adds_up",
                condition=Q(total_minor=models.F("subtotal_minor") + models.F("tax_minor")) & Q(total_minor__gte=0),
            ),
            models.CheckConstraint(
                name="invoice_settled_within_total",
                condition=Q(credit_minor__gte=0)
                & Q(settled_minor__gte=models.F("credit_minor"))
                & Q(settled_minor__lte=models.F("total_minor")),
            ),
            models.CheckConstraint(
                name="invoice_paid_has_instant",
                condition=Q(status="paid", paid_at__isnull=False, settled_minor=models.F("total_minor"))
                | (~Q(status="paid") & Q(paid_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="invoice_void_is_unpaid",
                condition=Q(status="void", voided_at__isnull=False, settled_minor=0)
                | (~Q(status="void") & Q(voided_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="invoice_written_off_has_instant",
                condition=~Q(status="uncollectible") | Q(written_off_at__isnull=False),
            ),
            models.CheckConstraint(
                name="invoice_discount_has_reason", condition=Q(discount_minor=0) | ~Q(discount_reason="")
            ),
            models.CheckConstraint(
                name="invoice_discount_in_range",
                condition=Q(discount_minor__gte=0)
                & (Q(discount_percent__isnull=True) | (Q(discount_percent__gt=0) & Q(discount_percent__lte=100))),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "customer", "-id"], name="invoice_of_customer"),
            models.Index(fields=["organization", "status", "-id"], name="invoice_by_status"),
        ]
        triggers = frozen(
            "invoicing_invoice",
            allow=["status", "paid_at", "settled_minor", "voided_at", "written_off_at"],
            once="OLD.status <> 'draft'",
            why="a finalized invoice never changes",
        )

    def __str__(self) -> str:
        return self.number or "Draft"

    @property
    def as_it_stands(self) -> str:
        """Say what its status is: "INV-0001 is void", "This invoice is a draft"."""
        return f"{self.number} is {self.get_status_display().lower()}" if self.number else "This invoice is a draft"

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def amount_due(self) -> Money:
        """What is still to be paid: the total less what was allocated to it."""
        return Money(self.total_minor - self.settled_minor, self.currency)

    @property
    def credit(self) -> Money:
        """The credit that was applied when it was finalized, as its paper says."""
        return Money(self.credit_minor, self.currency)

    def is_past_due(self, today: date) -> bool:
        """Say whether it is open after its due day, `today` being the organization's local date."""
        return self.status == self.Status.OPEN and self.due_on is not None and self.due_on < today
