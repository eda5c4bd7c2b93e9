"""What sample quantities would cost, with the steps, as the price editor shows it."""

from dataclasses import dataclass
from decimal import Decimal

from apps.core.formats import Formats
from apps.rating import pricing
from apps.rating.money import to_money
from apps.rating.pricing import PricingModel

MOST_SAMPLES = 14


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One quantity and what it costs; `asked` where somebody asked for this quantity."""

    quantity: str
    amount: str
    steps: tuple[str, ...]
    asked: bool


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """How one price looks: numbers and amounts as the organization writes them."""

    model: PricingModel
    currency: str
    formats: Formats

    def costs(self, *, tried: Decimal | None = None) -> list[Cost]:
        """Return what the quantities worth showing cost, and what `tried` costs, rising."""
        quantities = set(pricing.samples(self.model, most=MOST_SAMPLES))
        if tried is not None:
            quantities.add(tried)
        return [self._cost(quantity, tried) for quantity in sorted(quantities)]

    def warnings(self) -> tuple[str, ...]:
        """Return a sentence for each quantity from which on more units cost less."""
        return pricing.warnings(self.model, number=self.formats.number, money=self._rounded)

    def _cost(self, quantity: Decimal, tried: Decimal | None) -> Cost:
        rating = self.model.rate(quantity)
        return Cost(
            quantity=self.formats.number(quantity),
            amount=self._rounded(rating.amount),
            steps=tuple(pricing.words(step, number=self.formats.number, money=self._exact) for step in rating.steps),
            asked=quantity == tried,
        )

    def _exact(self, amount: Decimal) -> str:
        return self.formats.rate(amount, self.currency)

    def _rounded(self, amount: Decimal) -> str:
        """Write an amount as it would be charged; one that no invoice could hold is written in full."""
        try:
            return self.formats.money(to_money(amount, self.currency))
        except ValueError:
            return self._exact(amount)
