"""Walk every door as everybody, with the ids of another organization in path, query and body."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.walker import references
from tests.walker.classes import API, OFFICE, Classes, Page
from tests.walker.doors import Door
from tests.walker.forms import Form, posting
from tests.walker.references import Reference
from tests.walker.sending import Actor, Answer, Asked, send
from tests.walker.worlds import Model, World, fingerprint

CANARY = "kanarie-geheim"
FRAGMENT = "geheim"  # what is searched for: an answer that repeats the question has no canary in it
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READS = ("GET", "POST")
# What is asked with a foreign row, the same with a row that never was, and what tells them apart.
Substitution = tuple[dict[str, str], dict[str, str], dict[str, str]]


@dataclass
class Walker:
    """One organization's people at every door, and another organization that they must not find."""

    mine: World
    theirs: World
    doors: Iterable[Door]
    classes: Classes
    actors: Mapping[str, Actor]
    breaches: list[str] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self.before = self._look()
        self.names = references.names()

    def walk(self) -> list[str]:
        """Try everything; return what went wrong, in words."""
        for door in self.doors:
            page = self.classes[door.name]
            self.paths(door, page)
            self.queries(door, page)
            self.bodies(door, page)
        return self.breaches

    def paths(self, door: Door, page: Page) -> None:
        """Put the ids of the other organization into the path, for everybody and every method."""
        if not door.params:
            for actor in self.actors.values():
                for method in METHODS if _is_at_home(actor, page) else READS:
                    self.ask(Asked(actor, method, door.path({})), page)
            return
        for number, (foreign, unknown) in enumerate(self._ids(page)):
            for actor in self.actors.values():
                thorough = _is_at_home(actor, page) and actor.role in {"owner", "viewer"}
                for method in METHODS if number == 0 and _is_at_home(actor, page) else READS:
                    answer = self.ask(Asked(actor, method, door.path(foreign), form={}), page)
                    if thorough:
                        other = self.ask(Asked(actor, method, door.path(unknown), form={}), page)
                        self.compare(answer, other, {**_swapped(foreign), **_swapped(unknown)})

    def queries(self, door: Door, page: Page) -> None:
        """Filter, look up, search, preset and autocomplete by the other organization's rows."""
        actor = self._insider(page)
        path, own = door.path(self._own(page)), own_query(page, self.mine)
        if actor is None or self.ask(Asked(actor, "GET", path, own), page).status != 200:
            return
        for query, other, needles in self._queries(door, page):
            answer = self.ask(Asked(actor, "GET", path, {**own, **query}), page)
            if other:
                self.compare(answer, self.ask(Asked(actor, "GET", path, {**own, **other}), page), needles)

    def bodies(self, door: Door, page: Page) -> None:
        """Choose the other organization's rows in every form and body."""
        actor = self._insider(page)
        if actor is None:
            return
        path = door.path(self._own(page))
        if page.side == API:
            if page.body is not None:
                self._json(actor, path, page, page.body(self.mine))
            return
        shown = self.ask(Asked(actor, "GET", path), page)
        for form in posting(shown.text) if shown.status == 200 else []:
            self._forms(actor, path, page, form)

    def ask(self, asked: Asked, page: Page) -> Answer:
        """Send a request and judge the answer by itself."""
        self.asked += 1
        answer = send(asked, look=self._look)
        if CANARY in answer.text or CANARY in answer.headers:
            self.breaches.append(f"{asked} shows a row of another organization")
        if answer.status >= 500:
            self.breaches.append(f"{asked} fails with {answer.status}")
        if answer.after is not None:
            mine, theirs = answer.after
            if theirs != self.before[1]:
                self.breaches.append(
                    f"{asked} changes rows of another organization: {_changed(theirs, self.before[1])}"
                )
            if mine != self.before[0] and not page.expects(asked.actor, page.writes):
                self.breaches.append(f"{asked} changes rows, but may not: {_changed(mine, self.before[0])}")
        return answer

    def compare(self, foreign: Answer, unknown: Answer, needles: Mapping[str, str]) -> None:
        """A row of another organization and a row that never was must look alike."""
        if foreign.alike(needles) != unknown.alike(needles):
            self.breaches.append(
                f"{foreign.asked} tells a foreign row ({foreign.status}) from an unknown one ({unknown.status})"
            )

    def _look(self) -> tuple[dict[str, str], dict[str, str]]:
        return fingerprint(self.mine), fingerprint(self.theirs)

    def _insider(self, page: Page) -> Actor | None:
        """Return the most powerful actor of the page's side."""
        if page.side == API:
            return self.actors.get("key:owner")
        return self.actors.get("owner") if page.side == OFFICE else None

    def _own(self, page: Page) -> dict[str, str]:
        return own_ids(page, self.mine)

    def _ids(self, page: Page) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        """Yield ids for the parameters, foreign and unknown: first as the page takes them, then the other way."""
        kinds = [references.by_key, references.by_public_id]
        for kind in reversed(kinds) if page.side == API else kinds:
            found = {
                param: Reference(meant, meant) if isinstance(meant, str) else kind(self.theirs, meant)
                for param, meant in page.fills.items()
            }
            if all(found.values()):
                refs = {param: ref for param, ref in found.items() if ref is not None}
                yield ({p: r.foreign for p, r in refs.items()}, {p: r.unknown for p, r in refs.items()})

    def _queries(self, door: Door, page: Page) -> Iterator[Substitution]:
        model: Model | None = getattr(getattr(door.callback, "model_admin", None), "model", None)
        listing = door.name.endswith("_changelist") or (page.side == API and not door.params)
        known = references.keys_of(model) if model is not None and listing else self.names
        for name, meant in page.asks.items():
            ref = references.by_public_id(self.theirs, meant)
            assert ref is not None, "what a program asks for has a public id"
            yield {name: ref.foreign}, {name: ref.unknown}, ref.needles
        pairs = [(name, ref) for name, meant in known.items() for ref in references.all_of(self.theirs, meant)]
        if listing:
            for name, ref in pairs:
                lookups = (f"{name}__id__exact",) if ref.unknown == references.NO_KEY else (f"{name}__public_id",)
                for key in (name, *lookups):
                    yield {key: ref.foreign}, {key: ref.unknown}, ref.needles
            for name, meant in known.items():
                if column := references.first_text(meant):
                    yield _searched(f"{name}__{column}__contains")
            yield _searched("id__in") if model is None else _listed(references.by_key(self.theirs, model))
        else:
            yield from self._smuggled({})  # a page that is no list reads few names: all of them at once
        yield _searched("q", "search", "term") if not listing else _searched("q")
        for popup in ({"_to_field": "public_id", "_popup": "1"}, {"_to_field": "id", "_popup": "1"}):
            yield popup, {}, {}

    def _forms(self, actor: Actor, path: str, page: Page, form: Form) -> None:
        def post(values: dict[str, Any]) -> Answer:
            return self.ask(Asked(actor, "POST", path, form={**form.values, **values}), page)

        for name in form.values:
            for ref in self._meant_by(name):
                self.compare(post({name: [ref.foreign]}), post({name: [ref.unknown]}), ref.needles)
        for foreign, unknown, needles in self._smuggled(form.values):
            self.compare(post(foreign), post(unknown), needles)
        if "action" in form.values:
            self._actions(actor, path, page, form)

    def _actions(self, actor: Actor, path: str, page: Page, form: Form) -> None:
        """Run every action of a list, and deletion even where it is not offered, on a foreign row."""
        model = self.names.get(path.rstrip("/").rsplit("/", 1)[-1])
        if model is None:
            return
        ref = references.by_key(self.theirs, model)
        for action in {*form.choices.get("action", []), "delete_selected"} - {""}:
            for across in ("0", "1"):
                chosen = {"action": [action], "select_across": [across], "post": ["yes"], "index": ["0"]}
                answers = [
                    self.ask(Asked(actor, "POST", path, form={**form.values, **chosen, "_selected_action": [pk]}), page)
                    for pk in (ref.foreign, ref.unknown)
                ]
                self.compare(answers[0], answers[1], ref.needles)

    def _json(self, actor: Actor, path: str, page: Page, good: dict[str, Any]) -> None:
        def post(body: Any) -> Answer:
            return self.ask(Asked(actor, "POST", path, body=body), page)

        for place, name in _members(good):
            for ref in self._meant_by(name):
                self.compare(post(_with(good, place, ref.foreign)), post(_with(good, place, ref.unknown)), ref.needles)
        for foreign, unknown, needles in self._smuggled(good):
            self.compare(post({**good, **foreign}), post({**good, **unknown}), needles)

    def _meant_by(self, name: str) -> list[Reference]:
        model = references.meant_by(name, self.names)
        return list(references.all_of(self.theirs, model)) if model is not None else []

    def _smuggled(self, values: Mapping[str, Any]) -> Iterator[Substitution]:
        """Add every reference that was not asked for, all at once, by key and by public id: none may be taken."""
        for wanted in (0, 1):
            refs: dict[str, Reference] = {}
            for name, model in self.names.items():
                for ref in list(references.all_of(self.theirs, model))[wanted:][:1]:
                    refs.update((added, ref) for added in (name, f"{name}_id") if added not in values)
            needles = {needle: "" for ref in refs.values() for needle in ref.needles}
            yield {n: r.foreign for n, r in refs.items()}, {n: r.unknown for n, r in refs.items()}, needles


def _is_at_home(actor: Actor, page: Page) -> bool:
    """Say whether somebody comes as a door expects: with a key to the API's, with a session or nothing elsewhere."""
    return actor.name.startswith("key:") == (page.side == API)


def own_ids(page: Page, world: World) -> dict[str, str]:
    """Return what fills the parameters of a door with a world's own rows."""
    filled = {}
    for param, meant in page.fills.items():
        if isinstance(meant, str):
            filled[param] = meant
        else:
            public = references.by_public_id(world, meant) if page.side == API else None
            filled[param] = (public or references.by_key(world, meant)).foreign
    return filled


def own_query(page: Page, world: World) -> dict[str, str]:
    """Return the query that a door must be asked with, about a world's own rows."""
    refs = {name: references.by_public_id(world, meant) for name, meant in page.asks.items()}
    return {name: ref.foreign for name, ref in refs.items() if ref is not None}


def _swapped(ids: Mapping[str, str]) -> dict[str, str]:
    return dict.fromkeys(ids.values(), "")


def _searched(*keys: str) -> Substitution:
    return dict.fromkeys(keys, FRAGMENT), dict.fromkeys(keys, FRAGMENT[::-1]), {FRAGMENT: "", FRAGMENT[::-1]: ""}


def _listed(ref: Reference) -> Substitution:
    return {"id__in": ref.foreign}, {"id__in": ref.unknown}, ref.needles


def _changed(now: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    return sorted(table for table in now if now[table] != before[table])


def _members(body: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield the place and the name of every plain member of a JSON body."""
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, dict | list):
                yield from _members(value, (*place, name))
            else:
                yield (*place, name), name
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from _members(value, (*place, number))


def _with(body: Any, place: tuple[Any, ...], value: str) -> Any:
    """Return a copy of a JSON body with another value at a place."""
    if not place:
        return value
    first, *rest = place
    copy = body.copy()
    copy[first] = _with(body[first], tuple(rest), value)
    return copy
