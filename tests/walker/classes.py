"""How the walker learns what a URL is: what fills its parameters, who may open it, and to whom it lets write."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from tests.walker.doors import Door
from tests.walker.sending import Actor
from tests.walker.worlds import World

Model = type[models.Model]
Body = Callable[[World], dict[str, Any]]

OWNER, ADMIN, DEVELOPER, VIEWER = "owner", "admin", "developer", "viewer"
MEMBERS = frozenset({OWNER, ADMIN, DEVELOPER, VIEWER})
MANAGERS = frozenset({OWNER, ADMIN})
RECORDERS = frozenset({OWNER, ADMIN, DEVELOPER})
OWNERS = frozenset({OWNER})
NOBODY: frozenset[str] = frozenset()

OFFICE, API, PUBLIC, REDIRECT, FREE = "office", "api", "public", "redirect", "free"


@dataclass(frozen=True)
class Page:
    """What is expected of a door.

    `opens` are the roles for which GET with ids of their own answers 200; `writes` those whose POST is not refused.
    On the side of the office these are the roles of people, on the API's those of keys; a public door knows no roles,
    and of a free one nothing is expected. `onward` pages lead to another one instead of opening.
    `fills` says for each parameter whose row's id it takes, or the text it takes. `shows` are pages on which the owner
    of the rows sees their texts. `asks` names the rows whose ids the query must give. `body` makes a good JSON body of
    an API door.
    """

    side: str = OFFICE
    opens: frozenset[str] = MEMBERS
    writes: frozenset[str] = NOBODY
    fills: Mapping[str, Model | str] = field(default_factory=dict)
    asks: Mapping[str, Model] = field(default_factory=dict)
    shows: bool = False
    onward: bool = False
    body: Body | None = None

    def expects(self, actor: Actor, roles: frozenset[str]) -> bool:
        """Say whether an actor, coming by the side of this page, is among the roles."""
        by_key = actor.name.startswith("key:")
        return actor.role in roles and by_key == (self.side == API)


@dataclass(frozen=True)
class Kind:
    """Who may do what to one kind of row in the admin."""

    model: Model
    reads: frozenset[str] = MEMBERS
    adds: frozenset[str] = NOBODY
    changes: frozenset[str] = NOBODY
    deletes: frozenset[str] = NOBODY


Classes = Mapping[str, Page]


def office(kinds: Iterable[Kind]) -> dict[str, Page]:
    """Return the classes of the standard pages of the admin for these kinds of rows."""
    pages: dict[str, Page] = {}
    for kind in kinds:
        label = f"admin:{kind.model._meta.app_label}_{kind.model._meta.model_name}"
        one = {"object_id": kind.model}
        pages[f"{label}_changelist"] = Page(opens=kind.reads, writes=kind.reads, shows=True)
        pages[f"{label}_add"] = Page(opens=kind.adds, writes=kind.adds)
        pages[f"{label}_change"] = Page(opens=kind.reads, writes=kind.changes, fills=one, shows=True)
        pages[f"{label}_delete"] = Page(opens=kind.deletes, writes=kind.deletes, fills=one, shows=bool(kind.deletes))
        pages[f"{label}_history"] = Page(opens=kind.reads, writes=kind.reads, fills=one)
        bare = f"/admin/{kind.model._meta.app_label}/{kind.model._meta.model_name}/%(object_id)s/"
        pages[bare] = Page(REDIRECT, fills=one)
    return pages


def unclassified(doors: Iterable[Door], classes: Classes) -> list[str]:
    """Name every door that nobody classified, or whose parameters nobody said how to fill."""
    return [
        f"{door.name} ({door.template}) is not classified in tests/walker"
        for door in doors
        if door.name not in classes or set(door.params) != set(classes[door.name].fills)
    ]


def stale(doors: Iterable[Door], classes: Classes) -> list[str]:
    """Name every class that no door has any more."""
    return sorted(set(classes) - {door.name for door in doors})
