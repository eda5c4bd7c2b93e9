"""The stored papers of invoices and credit notes, and how they were sent."""

from django.db import models
from django.db.models import Q

from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import append_only
from apps.invoicing.models import CreditNote, Invoice
from apps.outbox.models import Message
from apps.tenancy.models import Owned


class Document(Owned):
    """A rendered invoice or credit note, written once: the same bytes for ever."""

    public_id = PublicIdField(prefix="doc")
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True)
    credit_note = models.OneToOneField(
        CreditNote, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True
    )
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField()
    usage_csv = models.BinaryField(null=True, help_text="The usage behind it, where that is too long to be printed.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_id("delivery_document"),
            same_organization("invoice", name="document_invoice_owned"),
            same_organization("credit_note", name="document_note_owned"),
            models.CheckConstraint(
                name="document_of_one",
                condition=Q(invoice__isnull=False, credit_note__isnull=True)
                | Q(invoice__isnull=True, credit_note__isnull=False),
            ),
        ]
        triggers = append_only("delivery_document")

    def __str__(self) -> str:
        return f"{self.public_id} ({self.pages} pages)"


class InvoiceLink(Owned):
    """A link under which whoever has it sees an invoice: its token is a signature, and kept as a digest alone."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [same_organization("invoice", name="link_invoice_owned")]

    def __str__(self) -> str:
        return f"link to {self.invoice_id}"


class Reminder(Owned):
    """One step of the schedule of reminders, taken for an invoice: once for ever."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    days = models.SmallIntegerField(help_text="After the due day; negative is before it.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            same_organization("invoice", name="reminder_invoice_owned"),
            models.UniqueConstraint(fields=["invoice", "days"], name="reminder_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.days} days"


class Delivery(Owned):
    """One message to one recipient over one channel; `invoice` is the one that it carries, if it carries any."""

    class Channel(models.TextChoices):
        EMAIL = "email", "e-mail"

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        UNKNOWN = "unknown", "outcome unknown"
        FAILED = "failed"

    public_id = PublicIdField(prefix="dlv")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True)
    channel = models.CharField(max_length=5, choices=Channel.choices, default=Channel.EMAIL)
    recipient = models.EmailField()
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            owned_id("delivery_delivery"),
            same_organization("message", name="delivery_message_owned"),
            same_organization("invoice", name="delivery_invoice_owned"),
            models.UniqueConstraint(fields=["message", "channel", "recipient"], name="delivery_once"),
        ]
        indexes = [models.Index(fields=["organization", "invoice"], name="delivery_of_invoice")]

    def __str__(self) -> str:
        return f"{self.channel} to {self.recipient}"


class Attempt(Owned):
    """One try of a delivery."""

    class Outcome(models.TextChoices):
        STARTED = "started"
        SENT = "sent"
        REFUSED = "refused", "refused, will be tried again"
        REJECTED = "rejected", "refused for good"
        UNKNOWN = "unknown", "outcome unknown"

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, db_constraint=False, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.STARTED)
    detail = models.TextField(blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            same_organization("delivery", name="attempt_delivery_owned"),
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.started_at:%Y-%m-%d %H:%M}"
