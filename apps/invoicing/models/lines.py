"""The rows of invoices, and the counters behind their numbers."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import no_truncate
from apps.invoicing.freezing import line_triggers
from apps.invoicing.models.charges import Charge, Kind
from apps.invoicing.models.invoices import Invoice
from apps.invoicing.models.taxes import NAME_LENGTH, TREATMENTS
from apps.rating.taxing import Treatment
from apps.tenancy.models import Owned, proved_owner


class Line(Owned):
    """One row of an invoice."""

    public_id = PublicIdField(prefix="lin")
    organization = proved_owner()
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="lines"
    )
    charge = models.OneToOneField(
        Charge, on_delete=models.PROTECT, db_constraint=False, related_name="line", null=True, blank=True
    )
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    description = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=40, decimal_places=12)
    unit = models.CharField(max_length=50, blank=True, help_text="In the number that the quantity asks for.")
    unit_amount = models.DecimalField(
        max_digits=30, decimal_places=12, null=True, help_text="Empty where no single one made the amount."
    )
    amount_minor = models.BigIntegerField(help_text="Before its part of the discount.")
    discount_minor = models.BigIntegerField(default=0, help_text="Its part of the invoice's discount.")
    tax_category = models.CharField(max_length=30)
    tax_rate = models.DecimalField(
        max_digits=9, decimal_places=6, default=Decimal(0), help_text="A fraction: 0.2 is 20 %."
    )
    tax_treatment = models.CharField(
        max_length=14, choices=TREATMENTS, default=Treatment.UNTAXED.value, help_text="Why the rate is what it is."
    )
    tax_name = models.CharField(
        max_length=NAME_LENGTH, blank=True, help_text="What the tax is called, such as VAT, or why there is none."
    )
    taxed_on = models.DateField(null=True, help_text="The day whose rate applies.")
    period_starts_at = models.DateTimeField(null=True)
    period_ends_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False, help_text="Bills usage that arrived after its period was closed.")
    steps = models.JSONField(default=list)

    class Meta:
        constraints = [
            owned_id("invoicing_line"),
            same_organization("invoice", name="line_invoice_owned", deferrable=True),
            same_organization("charge", name="line_charge_owned"),
            models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once"),
            models.CheckConstraint(
                name="line_discount_within_amount",
                condition=Q(discount_minor__gte=0) & Q(discount_minor__lte=models.F("amount_minor")),
            ),
            models.CheckConstraint(
                name="line_charge_unless_manual",
                condition=Q(kind="manual", charge__isnull=True) | (~Q(kind="manual") & Q(charge__isnull=False)),
            ),
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
