"""What is sold, and at what price."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from apps.core.constraints import owned_id, same_organization
from apps.core.ids import PublicIdField
from apps.core.triggers import frozen
from apps.rating import pricing
from apps.rating.periods import IntervalUnit
from apps.tenancy.history import track
from apps.tenancy.models import KEY, TAX_CATEGORY, Owned, validate_currency

# So many units at the most, that no period leaves the calendar.
INTERVAL_BOUNDS = [MinValueValidator(1), MaxValueValidator(366)]
INTERVAL_UNITS = [(unit.value, unit.value) for unit in IntervalUnit]


@track()
class Product(Owned):
    """What is sold; groups plans."""

    public_id = PublicIdField(prefix="prd")
    key = models.CharField(max_length=50, validators=[KEY])
    name = models.CharField(max_length=200)
    currency = models.CharField("default currency", max_length=3, validators=[validate_currency])
    tax_category = models.CharField(max_length=30, default="standard", validators=[TAX_CATEGORY])
    archived_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("catalog_product"),
            models.UniqueConstraint(fields=["organization", "key"], name="product_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


@track()
class Metric(Owned):
    """What is counted, and how the events of a period become one quantity."""

    class Aggregation(models.TextChoices):
        SUM = "sum", "sum of the quantities"
        COUNT = "count", "number of events"
        MAX = "max", "greatest quantity"
        UNIQUE = "unique", "number of distinct values of a property"
        LATEST = "latest", "last quantity"

    public_id = PublicIdField(prefix="met")
    key = models.CharField(max_length=50, validators=[KEY])
    name = models.CharField(max_length=200)
    aggregation = models.CharField(max_length=6, choices=Aggregation.choices, default=Aggregation.SUM)
    property = models.CharField(max_length=100, blank=True, help_text="The event property whose distinct values count.")
    archived_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("catalog_metric"),
            models.UniqueConstraint(fields=["organization", "key"], name="metric_key_once"),
            models.CheckConstraint(
                name="metric_unique_names_a_property",
                condition=(Q(aggregation="unique") & ~Q(property="")) | (~Q(aggregation="unique") & Q(property="")),
                violation_error_message="Name a property for a unique count, and only for that.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@track()
class Feature(Owned):
    """What a product can do or allow, in a word that other programs ask for; each plan gives it a value."""

    class Kind(models.TextChoices):
        BOOLEAN = "boolean", "yes or no"
        NUMBER = "number", "a number"
        TEXT = "text", "a text"

    public_id = PublicIdField(prefix="fea")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, db_constraint=False, related_name="features")
    key = models.CharField(max_length=50, validators=[KEY])
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.BOOLEAN)
    archived_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("catalog_feature"),
            same_organization("product", name="feature_product_owned"),
            models.UniqueConstraint(fields=["product", "key"], name="feature_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Timing(models.TextChoices):
    ADVANCE = "advance", "in advance"
    ARREARS = "arrears", "in arrears"


class AfterTrial(models.TextChoices):
    CONVERT = "convert", "billing begins"
    CANCEL = "cancel", "the subscription ends"


class Alignment(models.TextChoices):
    ANNIVERSARY = "anniversary", "the day it started"
    CALENDAR = "calendar", "the calendar: first of the month, quarter or year, Mondays"


@track()
class Plan(Owned):
    """A base fee per interval, or none, plus the add-ons that come with it or may be chosen."""

    public_id = PublicIdField(prefix="pln")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, db_constraint=False, related_name="plans")
    key = models.CharField(max_length=50, validators=[KEY])
    name = models.CharField(max_length=200)
    is_free = models.BooleanField("free", default=False, help_text="No base fee: a customer pays for add-ons alone.")
    interval_unit = models.CharField(max_length=5, choices=INTERVAL_UNITS, default=IntervalUnit.MONTH.value)
    interval_count = models.PositiveSmallIntegerField(default=1, validators=INTERVAL_BOUNDS)
    timing = models.CharField("base fee billed", max_length=7, choices=Timing.choices, default=Timing.ADVANCE)
    alignment = models.CharField(
        "cycles begin on",
        max_length=11,
        choices=Alignment.choices,
        default=Alignment.ANNIVERSARY,
        help_text="By the calendar, the first cycle is a short one, and costs its part.",
    )
    trial_days = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(730)])
    after_trial = models.CharField(
        max_length=7, choices=AfterTrial.choices, default=AfterTrial.CONVERT, help_text="What a trial's end brings."
    )
    archived_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("catalog_plan"),
            same_organization("product", name="plan_product_owned"),
            models.UniqueConstraint(fields=["organization", "key"], name="plan_key_once"),
            models.CheckConstraint(name="plan_interval_positive", condition=Q(interval_count__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


@track()
class AddOn(Owned):
    """Something billed beside the base fee: by use, by period, or once."""

    class Kind(models.TextChoices):
        USAGE = "usage", "by use"
        FIXED = "fixed", "a fixed fee each period"
        ONE_TIME = "one_time", "once"

    public_id = PublicIdField(prefix="add")
    key = models.CharField(max_length=50, validators=[KEY])
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.USAGE)
    metric = models.ForeignKey(
        Metric, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True, blank=True
    )
    unit = models.CharField("unit of measure", max_length=50, help_text="One of it, such as call.")
    unit_plural = models.CharField(max_length=50, help_text="Several of it, such as calls.")
    tax_category = models.CharField(max_length=30, default="standard", validators=[TAX_CATEGORY])
    interval_unit = models.CharField(
        "own interval",
        max_length=5,
        choices=INTERVAL_UNITS,
        blank=True,
        help_text="Empty: billed as often as the plan. A yearly plan may carry a monthly add-on.",
    )
    interval_count = models.PositiveSmallIntegerField(default=1, validators=INTERVAL_BOUNDS)
    archived_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("catalog_addon"),
            models.CheckConstraint(name="addon_interval_positive", condition=Q(interval_count__gte=1)),
            same_organization("metric", name="addon_metric_owned"),
            models.UniqueConstraint(fields=["organization", "key"], name="addon_key_once"),
            models.CheckConstraint(
                name="addon_usage_has_metric",
                condition=Q(kind="usage", metric__isnull=False) | (~Q(kind="usage") & Q(metric__isnull=True)),
                violation_error_message="A usage add-on needs a metric; no other kind has one.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@track()
class PlanAddOn(Owned):
    """An add-on enabled for a plan."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, db_constraint=False, related_name="plan_add_ons")
    add_on = models.ForeignKey(AddOn, on_delete=models.PROTECT, db_constraint=False, related_name="plan_add_ons")
    automatic = models.BooleanField(default=True, help_text="Comes with the plan; otherwise it is chosen.")

    class Meta:
        verbose_name = "add-on of a plan"
        verbose_name_plural = "add-ons of plans"
        constraints = [
            same_organization("plan", name="planaddon_plan_owned"),
            same_organization("add_on", name="planaddon_addon_owned"),
            models.UniqueConstraint(fields=["plan", "add_on"], name="planaddon_once"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} + {self.add_on}"


@track()
class PlanFeature(Owned):
    """The value of a feature on a plan."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, db_constraint=False, related_name="plan_features")
    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, db_constraint=False, related_name="plan_features")
    value = models.JSONField(help_text="true or false, a number as text, or a text, as the feature's kind says.")

    class Meta:
        verbose_name = "feature of a plan"
        verbose_name_plural = "features of plans"
        constraints = [
            same_organization("plan", name="planfeature_plan_owned"),
            same_organization("feature", name="planfeature_feature_owned"),
            models.UniqueConstraint(fields=["plan", "feature"], name="planfeature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.feature}: {self.value}"


@track()
class Price(Owned):
    """What a plan's base fee or an add-on costs, in one currency: immutable, superseded by a newer one.

    `plan` alone is the plan's base fee; `add_on` alone the add-on's price; both, the add-on's price on that plan.
    A negotiated one is for single items only: it is nobody's current price.
    `form` is the JSON form that apps.rating.pricing.parse reads. `setup_fee_minor` is charged once per item.
    """

    public_id = PublicIdField(prefix="pri")
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, db_constraint=False, related_name="prices", null=True, blank=True
    )
    add_on = models.ForeignKey(
        AddOn, on_delete=models.PROTECT, db_constraint=False, related_name="prices", null=True, blank=True
    )
    currency = models.CharField(max_length=3, validators=[validate_currency])
    form = models.JSONField()
    setup_fee_minor = models.BigIntegerField(default=0, validators=[MinValueValidator(0)])
    negotiated = models.BooleanField(default=False, editable=False)
    superseded_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("catalog_price"),
            same_organization("plan", name="price_plan_owned"),
            same_organization("add_on", name="price_addon_owned"),
            models.CheckConstraint(
                name="price_of_something", condition=Q(plan__isnull=False) | Q(add_on__isnull=False)
            ),
            models.CheckConstraint(name="price_setup_fee_not_negative", condition=Q(setup_fee_minor__gte=0)),
            models.CheckConstraint(
                name="price_superseded_later",
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("created_at")),
            ),
            models.UniqueConstraint(
                fields=["organization", "plan", "add_on", "currency"],
                condition=Q(superseded_at__isnull=True, negotiated=False),
                nulls_distinct=False,
                name="price_one_current",
            ),
        ]
        triggers = frozen("catalog_price", allow=["superseded_at"], why="a price is superseded, never edited")

    def __str__(self) -> str:
        return f"{self.add_on or self.plan} in {self.currency}"

    @cached_property
    def model(self) -> pricing.PricingModel:
        """What its form says, read once. Raise PriceFormError where it says nothing that can be priced."""
        return pricing.parse(self.form)
