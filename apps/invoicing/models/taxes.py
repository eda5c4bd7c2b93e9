"""The rates of tax by category, country and time."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from apps.core.ids import PublicIdField
from apps.core.triggers import frozen
from apps.rating.numbers import plain
from apps.rating.taxing import EXEMPT, STANDARD, Treatment
from apps.tenancy.models import ONE_LINE, TAX_CATEGORY, Owned

TREATMENTS = [(each.value, each.value.replace("_", " ")) for each in Treatment]
PLACE = RegexValidator(r"\A[A-Z]{2}\Z", "Use the two-letter country code, such as DE; EU is all of the Union.")
NAME_LENGTH = 100  # of an exemption it is the article of the law


class TaxRate(Owned):
    """A rate of tax on a category of goods in a country, from a day on.

    It holds until `valid_until`, that day included, or until the next of its category and country begins: there is
    always one at the most, since no two begin on the same day. Its numbers never change once it began.
    """

    public_id = PublicIdField(prefix="txr")
    category = models.CharField(
        max_length=30,
        default=STANDARD,
        validators=[TAX_CATEGORY],
        help_text="Of products, add-ons and customers that it is for; exempt is what bears no tax by what it is.",
    )
    country = models.CharField(
        max_length=2,
        blank=True,
        validators=[PLACE],
        help_text="Of the customer: two letters; EU is all of the Union, empty any country without a rate of its own.",
    )
    rate = models.DecimalField(
        max_digits=7,
        decimal_places=6,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text="A fraction: 0.19 is 19 %.",
    )
    name = models.CharField(
        max_length=NAME_LENGTH,
        validators=[ONE_LINE],
        help_text="Printed before the percentage, such as VAT; of the category exempt, why: the article of the law.",
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="The last day.")
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "category", "country", "valid_from"],
                name="taxrate_begins_once",
                violation_error_message="A rate of this category and country begins on that day already.",
            ),
            models.CheckConstraint(name="taxrate_is_fraction", condition=Q(rate__gte=0) & Q(rate__lte=1)),
            models.CheckConstraint(
                name="taxrate_exempt_is_zero",
                condition=~Q(category=EXEMPT) | Q(rate=0),
                violation_error_message="What is exempt has a rate of zero.",
            ),
            models.CheckConstraint(
                name="taxrate_ends_after_start",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="The last day must not be before the first.",
            ),
        ]
        triggers = frozen(
            "invoicing_taxrate",
            allow=["valid_until"],
            once="OLD.valid_from <= CURRENT_DATE",
            why="a rate that began never changes: end it and add another",
        )

    def __str__(self) -> str:
        return f"{self.name} {plain(self.rate * 100)} %"

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, of one that was read with the day on which the next begins (`next_from`)."""
        next_from: date | None = getattr(self, "next_from", None)
        ends = [self.valid_until, next_from and next_from - timedelta(days=1)]
        return min((day for day in ends if day is not None), default=None)

    def is_in_force(self, today: date) -> bool:
        """Say whether it holds on a day, of one that was read with the day on which the next begins."""
        return self.valid_from <= today and (self.last_day is None or today <= self.last_day)
