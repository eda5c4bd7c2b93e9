"""Keys are looked up as the texts that they are, however many and whatever is in them."""

from apps.tenancy.models import Organization
from apps.usage import queries
from tests import builders
from tests.builders import OCTOBER

ODD = ["k,1", 'k"2', "k\\3", "k{4}", "%s", "k;'5"]


def test_keys_are_found_whatever_is_in_them(seller: Organization) -> None:
    buyer, offer = builders.customer(seller), builders.usage_offer(seller)
    builders.subscribed(buyer, offer)
    stored = {key: builders.used(buyer, offer, "1", at=OCTOBER, key=key).public_id for key in ODD}
    found = queries.known_keys(keys=[*ODD, "never used", "k"])
    assert {key: known.public_id for key, known in found.items()} == stored
    assert queries.known_keys(keys=["never used"]) == {}
