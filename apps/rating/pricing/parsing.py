"""The one JSON form of a price: read it, write it."""

from collections.abc import Mapping

from apps.rating.pricing.base import PricingModel
from apps.rating.pricing.forms import Members, PriceFormError
from apps.rating.pricing.graduated import Graduated
from apps.rating.pricing.package import Package
from apps.rating.pricing.per_unit import PerUnit
from apps.rating.pricing.percentage import Percentage
from apps.rating.pricing.stairstep import Stairstep
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.volume import Volume

MODELS: dict[str, type[PricingModel]] = {
    model.NAME: model for model in (PerUnit, Graduated, Volume, Package, Stairstep, Percentage)
}


def parse(form: Mapping[str, object]) -> PricingModel:
    """Read a price form: a JSON object with numbers as decimal text.

    Raises PriceFormError naming the member for anything that can't be priced as written: unknown or missing members,
    floats, negative or non-finite numbers, tiers that don't rise to an open last one, a minimum above the maximum.
    """
    if not isinstance(form, Mapping):
        raise PriceFormError("price", "This must be an object with members.")
    model = MODELS[_name(form)]
    members = Members(form, allowed=model.MEMBERS | Terms.MEMBERS | {"model"})
    return model.read(members, Terms.read(members))


def form(model: PricingModel) -> dict[str, object]:
    """Give the canonical JSON form, with every member that the model takes; parsing it gives an equal model."""
    return {"model": model.NAME, **model.form(), **model.terms.form()}


def _name(form: Mapping[str, object]) -> str:
    if "model" not in form:
        raise PriceFormError("model", "This is missing.")
    name = form["model"]
    if not isinstance(name, str) or name not in MODELS:
        raise PriceFormError("model", f"This must be one of {', '.join(MODELS)}.")
    return name
