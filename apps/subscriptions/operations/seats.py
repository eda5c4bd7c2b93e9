"""Assign the seats of a subscription, take them away, and hand them on."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import get_text_list

from apps.core.refusals import Conflict, Refusal
from apps.subscriptions import seating
from apps.subscriptions.models import Seat, Subscription
from apps.subscriptions.operations.noting import note
from apps.subscriptions.seating import Seating

MOST_AT_ONCE = 500
MOST_NAMED = 5


@transaction.atomic
def change_seats(
    *,
    subscription: Subscription,
    now: datetime,
    actor: str,
    assign: Sequence[str] = (),
    unassign: Sequence[str] = (),
    replace: Sequence[tuple[str, str]] = (),
) -> Seating:
    """Assign seats to grantees, take theirs from others, and hand some on (from one, to another): all of it or nothing.

    The subscription's lock lets one caller after the other count, so never more are assigned than bought. Raise Refusal
    where a grantee is named twice or is no line of text; Conflict where one to come has a seat, one to go has none, no
    seat is left, or the subscription has ended: seats can still be taken away then.
    """
    coming = [*assign, *(to for _, to in replace)]
    going = [*unassign, *(before for before, _ in replace)]
    _check_grantees(coming, going)
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("customer", "organization")
    held = rows.get(pk=subscription.pk)
    if coming and seating.is_over(held, now):
        raise Conflict("ended", "This subscription has ended: nobody can be given a seat.", field="status")
    live = seating.live_among(subscription=held, grantees=[*coming, *going])
    _check_standing(live, assign, unassign, replace)
    before = seating.seating(subscription=held, now=now)
    after = Seating(before.bought, before.assigned + len(coming) - len(going))
    _check_room(before, after)
    leaving = Seat.objects.filter(pk__in=[live[grantee].pk for grantee in going], unassigned_at__isnull=True)
    assert leaving.update(unassigned_at=now) == len(going), "a seat was taken away in spite of the lock"
    Seat.objects.bulk_create(
        Seat(organization_id=held.organization_id, subscription=held, grantee=grantee, assigned_at=now)
        for grantee in coming
    )
    if coming or going:
        _note(held, assign, unassign, replace, after, now, actor)
    return after


def keep_seats(*, subscription: Subscription, since: datetime) -> None:
    """Raise Conflict, naming how many seats are assigned, where fewer than those are bought at any time from `since`.

    Whoever changes how many base fees there are calls this afterwards, under the subscription's lock.
    """
    standing = seating.seating(subscription=subscription, now=since)
    if standing.bought is not None and standing.bought < standing.assigned:
        many = f"{standing.assigned} seats are" if standing.assigned > 1 else "1 seat is"
        raise Conflict(
            "seats_assigned",
            f"{many} assigned: take some away first, or buy at least {standing.assigned}.",
            field="quantity",
            extra={"assigned": standing.assigned, "bought": standing.bought},
        )


def _check_grantees(coming: Sequence[str], going: Sequence[str]) -> None:
    named = [*coming, *going]
    if len(named) > MOST_AT_ONCE:
        raise Refusal("too_many", f"At most {MOST_AT_ONCE} seats can be changed at once.")
    twice = [grantee for grantee, times in Counter(named).items() if times > 1]
    if twice:
        raise Refusal("named_twice", f"Each grantee can be named once: {_listed(twice)}.")
    field = Seat._meta.get_field("grantee")
    for grantee in named:
        try:
            field.clean(grantee, None)
        except ValidationError as invalid:
            sentence = f"{grantee[:40]!r} names nobody: {' '.join(invalid.messages)}"
            raise Refusal("invalid_grantee", sentence) from None


def _check_standing(
    live: dict[str, Seat], assign: Sequence[str], unassign: Sequence[str], replace: Sequence[tuple[str, str]]
) -> None:
    for field, coming in (("assign", assign), ("replace", [to for _, to in replace])):
        there = [grantee for grantee in coming if grantee in live]
        if there:
            raise Conflict("has_seat", f"A seat is assigned already to {_listed(there)}.", field=field)
    for field, going in (("unassign", unassign), ("replace", [before for before, _ in replace])):
        missing = [grantee for grantee in going if grantee not in live]
        if missing:
            raise Conflict("no_such_seat", f"No seat is assigned to {_listed(missing)}.", field=field)


def _check_room(before: Seating, after: Seating) -> None:
    if after.bought is None or after.assigned <= max(after.bought, before.assigned):
        return
    bought = "1 seat is" if after.bought == 1 else f"{after.bought} seats are"
    raise Conflict(
        "no_seat_left",
        f"{bought} bought, and {before.assigned} assigned: {before.left} left for {after.assigned - before.assigned} "
        "more. Buy more first.",
        field="assign",
        extra={"bought": after.bought, "assigned": before.assigned},
    )


def _note(
    held: Subscription,
    assign: Sequence[str],
    unassign: Sequence[str],
    replace: Sequence[tuple[str, str]],
    after: Seating,
    now: datetime,
    actor: str,
) -> None:
    handed_on = [f"{before} → {to}" for before, to in replace]
    told = (("Assigned to", assign), ("Taken from", unassign), ("Handed on:", handed_on))
    note(
        subscription=held,
        verb="seats changed",
        topic="seats_changed",
        now=now,
        actor=actor,
        summary=" ".join(f"{verb} {_listed(names)}." for verb, names in told if names),
        assigned=list(assign),
        unassigned=list(unassign),
        replaced=[{"from": before, "to": to} for before, to in replace],
        seats={"bought": after.bought, "assigned": after.assigned},
    )


def _listed(names: Sequence[str]) -> str:
    """Name some, and say how many more there are."""
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return get_text_list([*names[:MOST_NAMED], *more], "and")
