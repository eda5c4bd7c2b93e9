"""The members that any pricing model may carry."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.rating.numbers import plain
from apps.rating.pricing.forms import Members, PriceFormError
from apps.rating.pricing.steps import ZERO
from apps.rating.pricing.transforms import Transform


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Units free of charge, the least and the most that a period costs, and the units that are sold."""

    included_units: Decimal = ZERO
    minimum_amount: Decimal | None = None
    maximum_amount: Decimal | None = None
    transform: Transform | None = None

    MEMBERS = frozenset({"included_units", "minimum_amount", "maximum_amount", "transform"})

    @classmethod
    def read(cls, members: Members) -> Self:
        """Read the common members of a price form."""
        minimum, maximum = members.optional("minimum_amount"), members.optional("maximum_amount")
        if minimum is not None and maximum is not None and minimum > maximum:
            raise PriceFormError(members.path("minimum_amount"), "The minimum must not be above the maximum.")
        transform = members.get("transform")
        return cls(
            included_units=members.decimal("included_units", default=ZERO),
            minimum_amount=minimum,
            maximum_amount=maximum,
            transform=None if transform is None else _transform(transform, members.path("transform")),
        )

    def form(self) -> dict[str, object]:
        """Give the JSON form of the common members."""
        return {
            "included_units": plain(self.included_units),
            "minimum_amount": None if self.minimum_amount is None else plain(self.minimum_amount),
            "maximum_amount": None if self.maximum_amount is None else plain(self.maximum_amount),
            "transform": None if self.transform is None else self.transform.form(),
        }


def _transform(value: object, path: str) -> Transform:
    return Transform.read(Members(value, path=path, allowed=Transform.MEMBERS))
