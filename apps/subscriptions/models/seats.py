"""Who uses a subscription: its seats, those of the past too."""

from django.db import models
from django.db.models import F, Q

from apps.core.constraints import same_organization
from apps.core.ids import PublicIdField
from apps.subscriptions.freezing import seat_triggers
from apps.subscriptions.models.subscriptions import Subscription
from apps.tenancy.models import ONE_LINE, Owned

LONGEST_GRANTEE = 200


class Seat(Owned):
    """A grantee, by whatever id other systems know it, that uses a subscription from one instant to another.

    It is kept for ever: only its end is ever written, once.
    """

    public_id = PublicIdField(prefix="sea")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="seats")
    grantee = models.CharField(max_length=LONGEST_GRANTEE, validators=[ONE_LINE])
    assigned_at = models.DateTimeField()
    unassigned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            same_organization("subscription", name="seat_subscription_owned"),
            models.CheckConstraint(name="seat_names_somebody", condition=~Q(grantee="")),
            models.CheckConstraint(
                name="seat_ends_after_start",
                condition=Q(unassigned_at__isnull=True) | Q(unassigned_at__gte=F("assigned_at")),
            ),
            models.UniqueConstraint(
                fields=["subscription", "grantee"],
                condition=Q(unassigned_at__isnull=True),
                name="seat_once_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "grantee"], condition=Q(unassigned_at__isnull=True), name="seat_of_grantee"
            ),
            models.Index(fields=["subscription", "id"], name="seat_of_subscription"),
        ]
        triggers = seat_triggers()

    def __str__(self) -> str:
        return self.grantee
