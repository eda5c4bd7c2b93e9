"""Whether what was paid in advance is given back when time is cut."""

from django.db import models


class Proration(models.TextChoices):
    """`prorate` gives back what was paid for time that is cut off; `none` keeps it."""

    PRORATE = "prorate", "give back what was paid for the rest"
    NONE = "none", "give nothing back"


class When(models.TextChoices):
    """When a verb takes effect: at once, or at the end of the plan's cycle."""

    NOW = "now", "now"
    PERIOD_END = "period_end", "at the end of the cycle"
