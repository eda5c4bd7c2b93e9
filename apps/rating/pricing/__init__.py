"""Pricing models: one file each, one JSON form for all, steps that explain every amount."""

from apps.rating.pricing.base import PricingModel
from apps.rating.pricing.dips import warnings
from apps.rating.pricing.forms import PriceFormError
from apps.rating.pricing.parsing import MODELS, form, parse
from apps.rating.pricing.sampling import samples
from apps.rating.pricing.steps import Rating, Step, StepKind, for_part, free_of_charge, total
from apps.rating.pricing.wording import words

__all__ = [
    "MODELS",
    "PriceFormError",
    "PricingModel",
    "Rating",
    "Step",
    "StepKind",
    "for_part",
    "form",
    "free_of_charge",
    "parse",
    "samples",
    "total",
    "warnings",
    "words",
]
