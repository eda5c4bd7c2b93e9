"""What gives money back: credit notes."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Customer
from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import append_only
from apps.invoicing.freezing import credit_bounds
from apps.invoicing.models.charges import Charge
from apps.invoicing.models.invoices import Invoice
from apps.invoicing.models.lines import Line
from apps.invoicing.models.taxes import NAME_LENGTH, TREATMENTS
from apps.rating.money import Money
from apps.rating.taxing import Treatment
from apps.tenancy.models import Owned


class CreditNote(Owned):
    """A document that takes back part of an invoice. It is issued when it is made, and never changes."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", "correction of what was billed"
        COMMERCIAL = "commercial", "goodwill"

    public_id = PublicIdField(prefix="crn")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="credit_notes")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CORRECTION)
    reason = models.CharField(max_length=300, blank=True, help_text="Printed on it.")
    currency = models.CharField(max_length=3)
    number = models.CharField(max_length=50)
    sequence = models.BigIntegerField(help_text="The place in the gapless series.")
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    subtotal_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    tax_inclusive = models.BooleanField(default=False, help_text="Its amounts contain the tax, as its invoice's do.")
    tax_groups = models.JSONField(default=list)
    seller = models.JSONField(default=dict, help_text="The organization as it was when this was issued.")
    buyer = models.JSONField(default=dict, help_text="The customer as it was when this was issued.")

    class Meta:
        constraints = [
            owned_id("invoicing_creditnote"),
            same_organization("invoice", name="creditnote_invoice_owned"),
            same_organization("customer", name="creditnote_customer_owned"),
            models.UniqueConstraint(fields=["organization", "number"], name="creditnote_number_once"),
            models.UniqueConstraint(fields=["organization", "sequence"], name="creditnote_sequence_once"),
            models.CheckConstraint(
                name="creditnote_total_adds_up",
                condition=Q(total_minor=F("subtotal_minor") + F("tax_minor")) & Q(total_minor__gte=0),
            ),
        ]
        indexes = [models.Index(fields=["organization", "customer", "id"], name="creditnote_of_customer")]
        triggers = append_only("invoicing_creditnote")

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        """What it gives back, tax included."""
        return Money(self.total_minor, self.currency)


class CreditLine(Owned):
    """One row of a credit note: how much of one line of the invoice is taken back."""

    public_id = PublicIdField(prefix="crl")
    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, db_constraint=False, related_name="lines")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, db_constraint=False, related_name="credit_lines")
    charge = models.ForeignKey(
        Charge,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="credit_lines",
        null=True,
        help_text="The charge that takes back; goodwill takes nothing back of what was billed.",
    )
    position = models.PositiveIntegerField()
    description = models.CharField(max_length=300)
    amount_minor = models.BigIntegerField(help_text="Of the line's amount, before its part of the discount.")
    discount_minor = models.BigIntegerField(default=0, help_text="The part of the line's discount that goes with it.")
    tax_category = models.CharField(max_length=30)
    tax_rate = models.DecimalField(max_digits=9, decimal_places=6, default=Decimal(0))
    tax_treatment = models.CharField(max_length=14, choices=TREATMENTS, default=Treatment.UNTAXED.value)
    tax_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    period_starts_at = models.DateTimeField(null=True)
    period_ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_id("invoicing_creditline"),
            same_organization("credit_note", name="creditline_note_owned"),
            same_organization("line", name="creditline_line_owned"),
            same_organization("charge", name="creditline_charge_owned"),
            models.UniqueConstraint(fields=["credit_note", "position"], name="creditline_position_once"),
            models.CheckConstraint(name="creditline_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="creditline_discount_within_amount",
                condition=Q(discount_minor__gte=0) & Q(discount_minor__lte=F("amount_minor")),
            ),
        ]
        triggers = [*append_only("invoicing_creditline"), credit_bounds()]

    def __str__(self) -> str:
        return self.description
