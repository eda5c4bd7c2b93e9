"""Usage that is asked for: the address of a usage system, and one question to it for each period."""

from django.db import models
from django.db.models import Q

from apps.core.constraints import owned_id, same_organization
from apps.core.encrypted_field import EncryptedTextField
from apps.core.ids import PublicIdField
from apps.core.outbound.targets import LONGEST_URL
from apps.subscriptions.models import Item, Period
from apps.tenancy.history import track
from apps.tenancy.models import Owned


@track()
class PullSource(Owned):
    """The usage system of one item. Taken away and given again, it is the same row with another secret."""

    public_id = PublicIdField(prefix="pls")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    url = models.CharField("address", max_length=LONGEST_URL)
    secret = EncryptedTextField(help_text="Signs the questions, as Standard Webhooks say.")
    asks_from = models.DateTimeField(help_text="Periods that end after this are asked for.")
    created_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, help_text="Set when it was taken away: nothing waits for it any more.")

    class Meta:
        verbose_name = "usage system"
        constraints = [
            owned_id("usage_pullsource"),
            same_organization("item", name="pullsource_item_owned"),
            models.UniqueConstraint(fields=["item"], name="pullsource_once"),
        ]

    def __str__(self) -> str:
        return self.url


class Pull(Owned):
    """What became of asking for one period. Closing waits until it is done, or its source is taken away."""

    class Status(models.TextChoices):
        WAITING = "waiting", "no answer yet"
        DONE = "done", "recorded"
        FAILED = "failed", "no valid answer"
        DROPPED = "dropped", "not asked any more"

    public_id = PublicIdField(prefix="pul")
    source = models.ForeignKey(PullSource, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Since it was announced, or told to try again.")
    asked_at = models.DateTimeField(null=True, help_text="When it was asked last, in machine time.")
    answer = models.CharField(max_length=500, blank=True, help_text="What came of the last try, in words.")
    quantity = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    created_at = models.DateTimeField(help_text="When the period was found to have ended, in business time.")
    answered_at = models.DateTimeField(null=True, help_text="When the answer was recorded, in business time.")

    class Meta:
        constraints = [
            owned_id("usage_pull"),
            same_organization("source", name="pull_source_owned"),
            same_organization("period", name="pull_period_owned"),
            models.UniqueConstraint(fields=["period"], name="pull_once"),
            models.CheckConstraint(
                name="pull_done_has_quantity",
                condition=Q(status="done", quantity__gte=0, answered_at__isnull=False)
                | (~Q(status="done") & Q(quantity__isnull=True, answered_at__isnull=True)),
            ),
        ]

    @property
    def idempotency_key(self) -> str:
        """The key under which its event is recorded."""
        return f"pull:{self.period.public_id}"

    def __str__(self) -> str:
        return f"{self.period}: {self.get_status_display()}"
