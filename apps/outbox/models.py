"""Something happened (Message), and one handler's duty towards it (Job)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import frozen
from apps.tenancy.models import Organization, Owned


class Message(Owned):
    """A fact written in the transaction that made it true. The relay gives it a dense position."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False, related_name="+")
    public_id = PublicIdField(prefix="msg")
    topic = models.CharField(max_length=100)
    payload = models.JSONField()
    occurred_at = models.DateTimeField(help_text="Business time.")
    created_at = models.DateTimeField(db_default=Now(), help_text="Machine time.")
    position = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            owned_id("outbox_message"),
            models.UniqueConstraint(
                fields=["position"], condition=Q(position__isnull=False), name="message_position_once"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(position__isnull=True), name="message_to_relay"),
            models.Index(fields=["organization", "topic", "id"], name="message_of_topic"),
        ]
        triggers = frozen("outbox_message", allow=["position"], why="a message never changes")

    def __str__(self) -> str:
        return f"{self.topic} {self.public_id}"


class Position(models.Model):
    """One row: the last position given. Relays take turns on it, so positions are dense and in commit order."""

    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class Job(Owned):
    """One handler's duty towards one message, with its own lease, tries and fate."""

    class Status(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed", "gave up"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, db_constraint=False, related_name="jobs")
    handler = models.CharField(max_length=100)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    lease = models.CharField(max_length=32, blank=True, help_text="Whoever holds this token may finish the job.")
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            owned_id("outbox_job"),
            same_organization("message", name="job_message_owned"),
            models.UniqueConstraint(fields=["message", "handler"], name="job_once"),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(status__in=["pending", "running"]), name="job_to_do")
        ]

    def __str__(self) -> str:
        return f"{self.handler} of {self.message_id}"
