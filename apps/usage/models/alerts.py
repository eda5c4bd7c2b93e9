"""Alerts: at which quantity or amount of a period somebody is told, whom, and that they were."""

from django.db import models
from django.db.models import Q

from apps.catalog.models import AddOn, Plan
from apps.core.constraints import CompositeForeignKey, owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.subscriptions.models import Item, Period
from apps.tenancy.history import track
from apps.tenancy.models import Owned, validate_currency
from apps.usage.models.limits import MOST, ONE_PLACE


@track()
class Alert(Owned):
    """Tell somebody once a period measured, or costs, so much.

    It stands at an item, at an add-on on one plan, or at an add-on, like a limit; but all that apply hold, only an
    equal threshold at a more specific place takes the other's turn. It is never edited: it is taken away, and set anew.
    """

    class Basis(models.TextChoices):
        INCLUDED = "included", "percent of the included units"
        LIMIT = "limit", "percent of the limit"
        QUANTITY = "quantity", "a quantity"
        AMOUNT = "amount", "an amount of money"

    public_id = PublicIdField(prefix="alr")
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True, blank=True
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True, blank=True
    )
    add_on = models.ForeignKey(
        AddOn, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True, blank=True
    )
    basis = models.CharField(max_length=8, choices=Basis.choices)
    threshold = models.DecimalField(
        max_digits=30, decimal_places=12, help_text="Percent, units of the metric, or major units of the currency."
    )
    currency = models.CharField(max_length=3, blank=True, validators=[validate_currency])
    tells_team = models.BooleanField("tell the team", default=True, help_text="At the organization's billing e-mail.")
    tells_customer = models.BooleanField("tell the customer", default=False, help_text="At its billing e-mail.")
    addresses = models.JSONField("further addresses", default=list, blank=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("usage_alert"),
            same_organization("item", name="alert_item_owned"),
            same_organization("plan", name="alert_plan_owned"),
            same_organization("add_on", name="alert_addon_owned"),
            models.CheckConstraint(name="alert_at_one_place", condition=ONE_PLACE),
            models.CheckConstraint(
                name="alert_threshold_in_range", condition=Q(threshold__gt=0) & Q(threshold__lt=MOST)
            ),
            models.CheckConstraint(
                name="alert_amount_has_currency",
                condition=(Q(basis="amount") & ~Q(currency="")) | (~Q(basis="amount") & Q(currency="")),
            ),
            models.CheckConstraint(
                name="alert_tells_somebody",
                condition=Q(tells_team=True) | Q(tells_customer=True) | ~Q(addresses=[]),
                violation_error_message="Say whom to tell: the team, the customer, or further addresses.",
            ),
            models.UniqueConstraint(
                fields=["item", "plan", "add_on", "basis", "threshold", "currency"],
                condition=Q(removed_at__isnull=True),
                nulls_distinct=False,
                name="alert_once",
            ),
        ]
        indexes = [
            models.Index(fields=["item"], condition=Q(removed_at__isnull=True), name="alert_of_item"),
            models.Index(fields=["add_on"], condition=Q(removed_at__isnull=True), name="alert_of_add_on"),
        ]

    def __str__(self) -> str:
        return f"{self.get_basis_display()}: {self.threshold.normalize():f} {self.currency}".strip()


class AlertFiring(Owned):
    """An alert was reached in a period: once, whatever was reversed since. `amount_minor` is the period's, before tax.

    It is empty where the period came to more than any invoice could say.
    """

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, db_constraint=False, related_name="firings")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    quantity = models.DecimalField(max_digits=40, decimal_places=12)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            same_organization("alert", name="alertfiring_alert_owned"),
            CompositeForeignKey(
                name="alertfiring_period_of_item",
                fields=("organization", "item", "period"),
                to_fields=("organization", "item", "id"),
                via="period",
            ),
            models.UniqueConstraint(fields=["alert", "period"], name="alertfiring_once"),
        ]

    def __str__(self) -> str:
        return f"{self.alert} at {self.at:%Y-%m-%d %H:%M}"
