"""No URL of the site lets anyone see, change or guess a row of another organization, and each knows who may come in."""

from collections.abc import Iterator

import pytest

from tests.walker import people
from tests.walker.classes import FREE, PUBLIC, REDIRECT, Page, stale, unclassified
from tests.walker.conftest import Two
from tests.walker.doors import Door, doors
from tests.walker.sending import Actor, Asked, send
from tests.walker.site import CLASSES
from tests.walker.walking import CANARY, Walker, own_ids, own_query
from tests.walker.worlds import World


def test_every_url_is_classified() -> None:
    assert unclassified(doors(), CLASSES) == []
    assert stale(doors(), CLASSES) == []


def test_nothing_of_another_organization_is_seen_changed_or_guessed(two: Two) -> None:
    walker = Walker(*two, doors(), CLASSES, people.actors(two[0]))
    assert not walker.walk(), told(walker.breaches)
    assert walker.asked > 1000


def told(findings: list[str]) -> str:
    """Put findings on lines of their own, cut to a readable length."""
    return "\n".join(finding if len(finding) < 400 else f"{finding[:200]} … {finding[-180:]}" for finding in findings)


def classified() -> Iterator[tuple[Door, Page]]:
    return ((door, CLASSES[door.name]) for door in doors() if door.name in CLASSES)


def differences(door: Door, page: Page, actor: Actor, world: World) -> Iterator[str]:
    """Compare what an actor may do at a door, with rows of their own, with what is written down."""
    path = door.path(own_ids(page, world))
    got = send(Asked(actor, "GET", path, own_query(page, world)))
    posted = send(Asked(actor, "POST", path, form={}))
    if page.side == FREE:
        return
    if page.side == REDIRECT:
        if got.status not in {301, 302} or posted.status not in {301, 302}:
            yield f"{actor.name} is not redirected from {door.name}: {got.status}, {posted.status}"
        return
    everybody = page.side == PUBLIC
    opens = everybody or page.expects(actor, page.opens)
    if (got.status == (302 if page.onward and opens else 200)) != opens or (not opens and not got.is_refused):
        yield f"GET {path} as {actor.name}: {got.status}, {'should open' if opens else 'should be refused'}"
    if not everybody and posted.is_refused == page.expects(actor, page.writes):
        wanted = "should be refused" if not posted.is_refused else "should be let through"
        yield f"POST {path} as {actor.name}: {posted.status}, {wanted}"


def test_each_role_opens_and_writes_what_is_written_down(two: Two) -> None:
    everybody = people.actors(two[0]).values()
    found = [
        difference
        for door, page in classified()
        for actor in everybody
        for difference in differences(door, page, actor, two[0])
    ]
    assert not found, told(found)


def test_the_owner_sees_the_marks_that_nobody_else_may_see(two: Two) -> None:
    """The walk proves nothing where the marks would not have been shown."""
    everybody = people.actors(two[1])
    blind = []
    for door, page in classified():
        if page.shows:
            actor = everybody["key:owner" if page.side == "api" else "owner"]
            asked = Asked(actor, "GET", door.path(own_ids(page, two[1])), own_query(page, two[1]))
            answer = send(asked)
            if answer.status != 200 or CANARY not in answer.text:
                blind.append(f"{door.name}: {answer.status}")
    assert not blind, told(blind)


@pytest.mark.parametrize("name", ["key:revoked", "key:garbage"])
def test_a_key_that_is_not_in_force_opens_nothing(two: Two, name: str) -> None:
    actor = people.actors(two[0])[name]
    for door, page in classified():
        if page.side not in {FREE, PUBLIC, REDIRECT}:
            assert send(Asked(actor, "GET", door.path(own_ids(page, two[0])))).is_refused, door.name
