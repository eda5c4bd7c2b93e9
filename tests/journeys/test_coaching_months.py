"""A coach bills calls by hand: the first month with a setup fee, the second without."""

from datetime import timedelta

from apps.tenancy.models import Organization
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER


def test_one_call_then_four(seller: Organization) -> None:
    offer = builders.usage_offer(seller, setup_fee="45")
    buyer = builders.customer(seller)
    builders.subscribed(buyer, offer)

    builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=9))
    (september,) = builders.close(seller, OCTOBER)
    assert september.total.text() == "140.00"
    assert [line.amount_minor for line in september.lines.order_by("position")] == [9500, 4500]

    for day in (2, 5, 12, 20):
        builders.used(buyer, offer, "1", at=OCTOBER + timedelta(days=day))
    (october,) = builders.close(seller, NOVEMBER)
    assert october.total.text() == "380.00"
    assert (september.number, october.number) == ("INV-0001", "INV-0002")
