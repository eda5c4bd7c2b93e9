"""Money that came in and went out, and what of money and credit was used on what."""

from django.db import models
from django.db.models import Q

from apps.accounts.models import Customer
from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import append_only
from apps.invoicing.freezing import allocation_bounds
from apps.invoicing.models.credit_notes import CreditNote
from apps.invoicing.models.invoices import Invoice
from apps.rating.money import Money
from apps.tenancy.models import Owned


class Method(models.TextChoices):
    BANK = "bank", "bank transfer"
    CARD = "card", "card"
    CASH = "cash", "cash"
    CHECK = "check", "check"
    OTHER = "other", "another way"


class Receipt(Owned):
    """A payment: money that came in. What its invoice does not need is the customer's balance."""

    public_id = PublicIdField(prefix="rec")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    method = models.CharField(max_length=5, choices=Method.choices)
    reference = models.CharField(max_length=200, blank=True, help_text="Such as the text of the bank transfer.")
    received_on = models.DateField()
    actor = models.CharField(max_length=320)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "payment"
        constraints = [
            owned_id("invoicing_receipt"),
            same_organization("customer", name="receipt_customer_owned"),
            models.CheckConstraint(name="receipt_positive", condition=Q(amount_minor__gt=0)),
        ]
        indexes = [models.Index(fields=["organization", "customer", "id"], name="receipt_of_customer")]
        triggers = append_only("invoicing_receipt")

    def __str__(self) -> str:
        return f"{self.amount.text()} {self.currency} on {self.received_on}"

    @property
    def amount(self) -> Money:
        """What was paid."""
        return Money(self.amount_minor, self.currency)


class Refund(Owned):
    """Money that was paid back to a customer out of its balance."""

    public_id = PublicIdField(prefix="rfd")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    method = models.CharField(max_length=5, choices=Method.choices)
    reference = models.CharField(max_length=200, blank=True)
    refunded_on = models.DateField()
    actor = models.CharField(max_length=320)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_id("invoicing_refund"),
            same_organization("customer", name="refund_customer_owned"),
            models.CheckConstraint(name="refund_positive", condition=Q(amount_minor__gt=0)),
        ]
        indexes = [models.Index(fields=["organization", "customer", "id"], name="refund_of_customer")]
        triggers = append_only("invoicing_refund")

    def __str__(self) -> str:
        return f"{self.amount.text()} {self.currency} on {self.refunded_on}"

    @property
    def amount(self) -> Money:
        """What was paid back."""
        return Money(self.amount_minor, self.currency)


class Allocation(Owned):
    """A part of a credit note or a receipt, used on an invoice or paid back by a refund."""

    public_id = PublicIdField(prefix="alo")
    credit_note = models.ForeignKey(
        CreditNote, on_delete=models.PROTECT, db_constraint=False, related_name="allocations", null=True
    )
    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, db_constraint=False, related_name="allocations", null=True
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="allocations", null=True
    )
    refund = models.ForeignKey(
        Refund, on_delete=models.PROTECT, db_constraint=False, related_name="allocations", null=True
    )
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_id("invoicing_allocation"),
            same_organization("credit_note", name="allocation_note_owned"),
            same_organization("receipt", name="allocation_receipt_owned"),
            same_organization("invoice", name="allocation_invoice_owned"),
            same_organization("refund", name="allocation_refund_owned"),
            models.CheckConstraint(
                name="allocation_from_one",
                condition=Q(credit_note__isnull=False, receipt__isnull=True)
                | Q(credit_note__isnull=True, receipt__isnull=False),
            ),
            models.CheckConstraint(
                name="allocation_to_one",
                condition=Q(invoice__isnull=False, refund__isnull=True) | Q(invoice__isnull=True, refund__isnull=False),
            ),
            models.CheckConstraint(name="allocation_positive", condition=Q(amount_minor__gt=0)),
        ]
        triggers = [*append_only("invoicing_allocation"), allocation_bounds()]

    def __str__(self) -> str:
        return f"{self.credit_note_id or self.receipt_id} on {self.invoice_id or self.refund_id}"
