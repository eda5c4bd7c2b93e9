"""Seats of a subscription: assigned, taken away, handed on, and never more than bought."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.catalog.models import Plan
from apps.core.refusals import Conflict, Refusal
from apps.invoicing.lifecycle import changing, ending, items
from apps.outbox.models import Message
from apps.subscriptions import operations, seating
from apps.subscriptions.models import Seat, Subscription
from apps.subscriptions.seating import Seating
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day, item_of


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller)


def change(subscription: Subscription, *, at: str = "2026-09-10", **sent: Any) -> Seating:
    return operations.change_seats(subscription=subscription, now=day(at), actor=WHO, **sent)


def seated(subscription: Subscription) -> list[str]:
    return sorted(seating.seats(subscription=subscription).values_list("grantee", flat=True))


def bought(subscription: Subscription, at: str) -> int | None:
    return seating.bought(subscription=subscription, since=day(at))


def set_quantity(subscription: Subscription, quantity: int, at: str, **how: Any) -> None:
    items.set_quantity(item=item_of(subscription), quantity=Decimal(quantity), now=day(at), actor=WHO, **how)


def names(count: int) -> Sequence[str]:
    return [f"user-{number}" for number in range(count)]


def test_as_many_as_were_bought_are_assigned_and_no_more(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(2))
    assert change(subscription, assign=["ann", "bob"]) == Seating(bought=2, assigned=2)
    with pytest.raises(Conflict, match="2 seats are bought, and 2 assigned: 0 left for 1 more") as refused:
        change(subscription, assign=["cid"])
    assert (refused.value.code, refused.value.extra) == ("no_seat_left", {"bought": 2, "assigned": 2})
    assert seated(subscription) == ["ann", "bob"]


def test_what_is_taken_away_is_kept_and_makes_room(world: worlds.World) -> None:
    subscription = world.start()
    change(subscription, assign=["ann"])
    change(subscription, unassign=["ann"], at="2026-09-11")
    change(subscription, assign=["ann"], at="2026-09-12")
    lives = list(Seat.objects.order_by("pk").values_list("assigned_at", "unassigned_at"))
    assert lives == [(day("2026-09-10"), day("2026-09-11")), (day("2026-09-12"), None)]
    assert [seat.unassigned_at for seat in seating.seats(subscription=subscription, ended=True)] != [None, None]


def test_a_full_subscription_hands_a_seat_on(world: worlds.World) -> None:
    subscription = world.start()
    change(subscription, assign=["ann"])
    change(subscription, replace=[("ann", "bob")])
    assert seated(subscription) == ["bob"]


def test_all_of_a_call_is_done_or_nothing(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(3))
    change(subscription, assign=["ann", "bob"])
    with pytest.raises(Conflict, match="No seat is assigned to nobody") as refused:
        change(subscription, assign=["cid"], unassign=["nobody"], replace=[("bob", "dan")])
    assert (refused.value.code, refused.value.field) == ("no_such_seat", "unassign")
    assert change(subscription, assign=["cid"], unassign=["ann"], replace=[("bob", "dan")]).assigned == 2
    assert seated(subscription) == ["cid", "dan"]


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"assign": ["ann"]}, "has_seat", "assign"),
        ({"replace": [("bob", "ann")]}, "has_seat", "replace"),
        ({"replace": [("cid", "dan")]}, "no_such_seat", "replace"),
        ({"assign": ["cid", "cid"]}, "named_twice", None),
        ({"assign": ["cid"], "unassign": ["cid"]}, "named_twice", None),
        ({"assign": [""]}, "invalid_grantee", None),
        ({"assign": ["a\nb"]}, "invalid_grantee", None),
        ({"assign": ["x" * 201]}, "invalid_grantee", None),
        ({"assign": names(501)}, "too_many", None),
    ],
)
def test_what_is_refused_changes_nothing(
    world: worlds.World, sent: dict[str, Any], code: str, field: str | None
) -> None:
    subscription = world.start(quantity=Decimal(9))
    change(subscription, assign=["ann", "bob"])
    with pytest.raises(Refusal) as refused:
        change(subscription, **sent)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert seated(subscription) == ["ann", "bob"]


def test_the_database_lets_nobody_have_two_seats_and_forgets_none(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(2))
    change(subscription, assign=["ann", "bob"])
    change(subscription, unassign=["bob"])
    seat = Seat.objects.get(grantee="ann")
    twin = Seat(
        organization_id=seat.organization_id, subscription=subscription, grantee="ann", assigned_at=day("2026-09-11")
    )
    with pytest.raises(IntegrityError, match="seat_once_at_a_time"), transaction.atomic():
        twin.save()
    with pytest.raises(IntegrityError, match="history"), transaction.atomic():
        Seat.objects.filter(pk=seat.pk).update(grantee="eve")
    with pytest.raises(IntegrityError, match="history"), transaction.atomic():
        seat.delete()
    with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
        Seat.objects.filter(grantee="bob").update(unassigned_at=None)


def test_a_plan_without_a_base_fee_has_any_number(world: worlds.World) -> None:
    Plan.objects.filter(pk=world.basic.pk).update(is_free=True)
    world.basic.refresh_from_db()
    subscription = world.start()
    assert change(subscription, assign=names(40)) == Seating(bought=None, assigned=40)
    with pytest.raises(Conflict, match="40 seats are assigned") as refused:
        changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-12"), actor=WHO)
    assert refused.value.code == "seats_assigned"
    changing.change_plan(
        subscription=subscription, plan=world.pro, now=day("2026-09-12"), actor=WHO, quantity=Decimal(40)
    )
    assert bought(subscription, "2026-09-12") == 40


def test_more_can_be_assigned_at_once_after_a_rise(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(2))
    change(subscription, assign=["ann", "bob"])
    set_quantity(subscription, 3, "2026-09-11")
    assert change(subscription, assign=["cid"], at="2026-09-11").left == 0


def test_fewer_than_are_assigned_cannot_be_bought(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(5))
    change(subscription, assign=names(3))
    for proration in ("none", "prorate"):
        with pytest.raises(Conflict, match="3 seats are assigned: take some away first, or buy at least 3") as refused:
            set_quantity(subscription, 2, "2026-09-11", proration=proration)
        assert (refused.value.code, refused.value.extra) == ("seats_assigned", {"assigned": 3, "bought": 2})
    assert bought(subscription, "2026-10-02") == 5
    set_quantity(subscription, 3, "2026-09-11")


def test_a_fall_that_lies_ahead_limits_already(world: worlds.World) -> None:
    """Else there would be more seats than bought when it comes."""
    subscription = world.start(quantity=Decimal(5))
    set_quantity(subscription, 2, "2026-09-11")
    assert bought(subscription, "2026-09-11") == 2
    with pytest.raises(Conflict, match="2 seats are bought"):
        change(subscription, assign=names(3), at="2026-09-12")
    set_quantity(subscription, 4, "2026-09-13")  # what was said last holds
    change(subscription, assign=names(4), at="2026-09-13")


def test_a_fall_stays_in_sight_while_the_end_may_be_taken_back(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(5))
    ending.cancel(subscription=subscription, now=day("2026-09-11"), actor=WHO)
    set_quantity(subscription, 2, "2026-09-12")
    with pytest.raises(Conflict, match="2 seats are bought"):
        change(subscription, assign=names(3), at="2026-09-12")
    ending.reactivate(subscription=subscription, now=day("2026-09-13"), actor=WHO)
    assert bought(subscription, "2026-10-02") == 2


def test_a_change_of_plan_keeps_the_seats_or_is_refused(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(5))
    change(subscription, assign=names(3))
    for when in ("now", "period_end"):
        with pytest.raises(Conflict, match="3 seats are assigned"):
            changing.change_plan(
                subscription=subscription,
                plan=world.pro,
                now=day("2026-09-12"),
                actor=WHO,
                quantity=Decimal(2),
                when=when,
            )
    changing.change_plan(subscription=subscription, plan=world.pro, now=day("2026-09-12"), actor=WHO)
    assert seating.seating(subscription=subscription, now=day("2026-09-12")) == Seating(bought=5, assigned=3)


def test_a_planned_change_limits_already(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(5))
    changing.change_plan(
        subscription=subscription,
        plan=world.pro,
        now=day("2026-09-12"),
        actor=WHO,
        quantity=Decimal(2),
        when="period_end",
    )
    with pytest.raises(Conflict, match="2 seats are bought"):
        change(subscription, assign=names(3), at="2026-09-13")
    change(subscription, assign=names(2), at="2026-09-13")
    world.close("2026-10-01")
    assert seating.seating(subscription=subscription, now=day("2026-10-02")) == Seating(bought=2, assigned=2)


def test_after_the_end_seats_are_only_taken_away(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(2))
    change(subscription, assign=["ann"])
    ending.cancel(subscription=subscription, now=day("2026-09-11"), actor=WHO, when="now")
    with pytest.raises(Conflict, match="has ended"):
        change(subscription, assign=["bob"], at="2026-09-12")
    assert change(subscription, unassign=["ann"], at="2026-09-12").assigned == 0


def test_the_seats_bought_are_billed_assigned_or_not(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(3))
    change(subscription, assign=["ann"])
    assert world.close("2026-10-01") == ["90.00"]
    change(subscription, unassign=["ann"], at="2026-10-02")
    assert world.close("2026-11-01") == ["90.00"]


def test_others_are_told_and_the_history_says_who(world: worlds.World) -> None:
    subscription = world.start(quantity=Decimal(9))
    change(subscription, assign=names(7))
    change(subscription, assign=["ann"], unassign=["user-0"], replace=[("user-1", "bob")])
    message = Message.objects.filter(topic="subscription.seats_changed").latest("pk")
    payload = {name: said for name, said in message.payload.items() if name not in ("customer", "status")}
    assert payload == {
        "subscription": subscription.public_id,
        "assigned": ["ann"],
        "unassigned": ["user-0"],
        "replaced": [{"from": "user-1", "to": "bob"}],
        "seats": {"bought": 9, "assigned": 7},
    }
    entries = AuditEntry.objects.filter(verb="seats changed").order_by("pk")
    assert [(entry.actor, entry.summary) for entry in entries] == [
        (WHO, "Assigned to user-0, user-1, user-2, user-3, user-4 and 2 more."),
        (WHO, "Assigned to ann. Taken from user-0. Handed on: user-1 → bob."),
    ]


def test_many_are_assigned_in_few_statements(
    world: worlds.World, django_assert_max_num_queries: Any, seller: Organization
) -> None:
    subscription = world.start(quantity=Decimal(500))
    with django_assert_max_num_queries(13):
        change(subscription, assign=names(400))
    assert builders.close(seller, day("2026-10-01"))
