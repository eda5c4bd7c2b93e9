"""Two answers are alike when only what was asked for differs, however the page spells it."""

from tests.walker.sending import Actor, Answer, Asked

FOREIGN, UNKNOWN = "itm_25y9fqgrn0w515ecfv5e", "itm_zzzzzzzzzzzzzzzzzzzz"


def told(text: str) -> Answer:
    return Answer(Asked(Actor("anonymous"), "GET", "/"), 302, "", text, "/admin/", frozenset())


def test_an_id_that_the_admin_takes_for_quoted_signs_is_the_same_id() -> None:
    needles = {FOREIGN: "", UNKNOWN: ""}
    foreign, unknown = told("no item “itm%y9fqgrn0w515ecfv5e”"), told(f"no item “{UNKNOWN}”")
    assert foreign.alike(needles) == unknown.alike(needles)
    assert told("an item of Canary").alike(needles) != unknown.alike(needles)
