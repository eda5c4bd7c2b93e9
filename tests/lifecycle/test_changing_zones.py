"""After a change of zone stored boundaries stand; the next end leaves at least half an interval (BILLING §2)."""

from datetime import datetime

import pytest

from apps.invoicing.lifecycle import items
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day


def move_to(world: worlds.World, zone: str) -> None:
    Organization.objects.update(timezone=zone)
    world.seller.refresh_from_db()


def ends() -> list[datetime]:
    """Return where the periods of the base fee end."""
    return list(
        Period.objects.filter(item__add_on=None).order_by("starts_at").values_list("ends_at", flat=True).distinct()
    )


@pytest.mark.parametrize("alignment", ["anniversary", "calendar"])
@pytest.mark.parametrize(
    ("zone", "october", "november"),
    [
        ("Europe/Paris", "2026-10-31T23:00", "2026-11-30T23:00"),
        ("Asia/Kolkata", "2026-10-31T18:30", "2026-11-30T18:30"),
        ("Pacific/Apia", "2026-10-31T11:00", "2026-11-30T11:00"),
        ("America/New_York", "2026-11-01T04:00", "2026-12-01T05:00"),
        ("Pacific/Pago_Pago", "2026-11-01T11:00", "2026-12-01T11:00"),
    ],
)
def test_odd_hours_are_not_prorated_and_the_next_end_is_a_midnight_of_the_new_zone(
    seller: Organization, alignment: str, zone: str, october: str, november: str
) -> None:
    world = worlds.world(seller, alignment=alignment)
    world.start()
    move_to(world, zone)
    assert world.close("2026-10-01") == ["30.00"]
    assert ends() == [day("2026-10-01"), day(october)]
    assert world.close("2026-11-02") == ["30.00"]
    assert world.close("2026-12-02") == ["30.00"]
    assert ends()[:3] == [day("2026-10-01"), day(october), day(november)]


def test_there_and_back_no_day_is_lost_or_billed_twice(seller: Organization) -> None:
    world = worlds.world(seller)
    world.start()
    for zone, at in (("Pacific/Apia", "2026-10-01"), ("America/New_York", "2026-11-01"), ("UTC", "2026-12-02")):
        move_to(world, zone)
        assert world.close(at) == ["30.00"]
    chain = Period.objects.filter(item__add_on=None).order_by("starts_at")
    assert [period.starts_at for period in chain[1:]] == [period.ends_at for period in chain][:-1]
    assert all(period.starts_at == period.full_starts_at for period in chain)


@pytest.mark.parametrize("alignment", ["anniversary", "calendar"])
def test_a_start_ahead_keeps_its_day_in_a_zone_to_the_west(seller: Organization, alignment: str) -> None:
    world = worlds.world(seller, alignment=alignment)
    world.start("2026-09-10", starts_at=day("2026-10-01"))
    move_to(world, "America/New_York")
    assert world.close("2026-10-02") == ["30.00"]
    assert ends() == [day("2026-11-01T04:00")]


def test_an_add_on_of_later_ends_with_the_others(seller: Organization) -> None:
    world = worlds.world(seller)
    subscription = world.start()
    move_to(world, "America/New_York")
    world.close("2026-10-02")
    changed = items.add_item(subscription=subscription, add_on=world.support, now=day("2026-10-17T04:00"), actor=WHO)
    assert {period.ends_at for period in Period.objects.filter(ends_at__gt=day("2026-10-02"))} == {
        day("2026-11-01T04:00")
    }
    assert worlds.charged(changed) == [("Support", "5.81")]  # 15 of October's 31 days
