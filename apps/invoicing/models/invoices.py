"""Charges, and the invoices that carry them."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q

from apps.accounts.models import Customer
from apps.catalog.models import Price
from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import frozen, no_truncate
from apps.invoicing.freezing import charge_triggers, line_triggers
from apps.rating.money import Money
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Owned


class Kind(models.TextChoices):
    FLAT = "flat", "fee"
    USAGE = "usage", "usage"
    SETUP = "setup", "setup fee"
    ONE_TIME = "one_time", "one-time fee"


class Invoice(Owned):
    """A document that says what is due. A finalized one never changes but in the columns named in its trigger."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        PAID = "paid"

    class Cause(models.TextChoices):
        CYCLE = "cycle", "the end of a period"
        START = "start", "the start of a subscription"
        CHANGE = "change", "a change of a subscription"
        END = "end", "the end of a subscription"
        LATE = "late", "usage that arrived after the end of a subscription"

    public_id = PublicIdField(prefix="inv")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True
    )
    boundary_at = models.DateTimeField(null=True, help_text="The boundary of the subscription that it bills.")
    cause = models.CharField(max_length=6, choices=Cause.choices, default=Cause.CYCLE)
    status = models.CharField(max_length=5, choices=Status.choices, default=Status.DRAFT)
    currency = models.CharField(max_length=3)
    number = models.CharField(max_length=50, null=True)  # noqa: DJ001 - unique where given
    sequence = models.BigIntegerField(null=True, help_text="The place in the gapless series.")
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    finalized_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    subtotal_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0, help_text="Credit that was applied when it was finalized.")
    settled_minor = models.BigIntegerField(default=0, help_text="The sum of its allocations.")
    tax_groups = models.JSONField(default=list)
    seller = models.JSONField(default=dict, help_text="The organization as it was when finalized.")
    buyer = models.JSONField(default=dict, help_text="The customer as it was when finalized.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_id("invoicing_invoice"),
            same_organization("customer", name="invoice_customer_owned"),
            same_organization("subscription", name="invoice_subscription_owned"),
            models.UniqueConstraint(fields=["organization", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["organization", "sequence"], name="invoice_sequence_once"),
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
        ]
        indexes = [
            models.Index(fields=["organization", "customer", "-id"], name="invoice_of_customer"),
            models.Index(fields=["organization", "status", "-id"], name="invoice_by_status"),
        ]
        triggers = frozen(
            "invoicing_invoice",
            allow=["status", "paid_at", "settled_minor"],
            once="OLD.status <> 'draft'",
            why="a finalized invoice never changes",
        )

    def __str__(self) -> str:
        return self.number or "Draft"

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


class Charge(Owned):
    """One amount billed for one period: the difference between due and billed when it was made."""

    public_id = PublicIdField(prefix="chg")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    revision = models.PositiveIntegerField(default=0)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    quantity = models.DecimalField(max_digits=40, decimal_places=12, help_text="The period's quantity that it rates.")
    event_count = models.BigIntegerField(default=0, help_text="How many events of the period it rates.")
    fact_count = models.BigIntegerField(
        default=0, help_text="How many facts of the period it has seen: events, and reversals with what they took back."
    )
    steps = models.JSONField(default=list, help_text="How the whole due amount of the period came about.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_id("invoicing_charge"),
            same_organization("period", name="charge_period_owned"),
            same_organization("item", name="charge_item_owned"),
            same_organization("price", name="charge_price_owned"),
            models.UniqueConstraint(fields=["period", "kind", "revision"], name="charge_revision_once"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(kind="setup", revision=0), name="charge_setup_once_per_item"
            ),
        ]
        triggers = charge_triggers()

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"


class Line(Owned):
    """One row of an invoice."""

    public_id = PublicIdField(prefix="lin")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="lines")
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, db_constraint=False, related_name="line", null=True)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    description = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=40, decimal_places=12)
    unit = models.CharField(max_length=50, blank=True, help_text="In the number that the quantity asks for.")
    unit_amount = models.DecimalField(
        max_digits=30, decimal_places=12, null=True, help_text="Empty where no single one made the amount."
    )
    amount_minor = models.BigIntegerField()
    tax_category = models.CharField(max_length=30)
    tax_rate = models.DecimalField(
        max_digits=9, decimal_places=6, default=Decimal(0), help_text="A fraction: 0.2 is 20 %."
    )
    period_starts_at = models.DateTimeField(null=True)
    period_ends_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False, help_text="Bills usage that arrived after its period was closed.")
    steps = models.JSONField(default=list)

    class Meta:
        constraints = [
            owned_id("invoicing_line"),
            same_organization("invoice", name="line_invoice_owned"),
            same_organization("charge", name="line_charge_owned"),
            models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once"),
            models.CheckConstraint(name="line_not_negative", condition=Q(amount_minor__gte=0)),
        ]
        triggers = line_triggers()

    def __str__(self) -> str:
        return self.description


class NumberSeries(Owned):
    """The counter behind gapless numbers: locked as the last step of finalizing."""

    series = models.CharField(max_length=20)
    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [models.UniqueConstraint(fields=["organization", "series"], name="number_series_once")]
        triggers = [no_truncate("invoicing_numberseries")]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"
