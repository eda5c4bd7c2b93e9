"""Row history: who changed what, caught by trigger, so that no way of writing passes it by."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pghistory
import pghistory.models
from django.db import models

from apps.tenancy.scope import ScopedManager

_Model = TypeVar("_Model", bound=type[models.Model])


class OwnedHistory(pghistory.models.Event):
    """The base of history rows: they carry the organization of the row they tell of, and are scoped like it."""

    objects = ScopedManager()  # type: ignore[assignment, misc]

    class Meta:
        abstract = True


class OrganizationHistoryManager(ScopedManager[models.Model]):
    owner_field = "id"


class OrganizationHistoryBase(pghistory.models.Event):
    """The base of the organization's own history, scoped by its id."""

    objects = OrganizationHistoryManager()  # type: ignore[assignment, misc]

    class Meta:
        abstract = True


def track(base: Any = OwnedHistory, *, exclude: Sequence[str] = ()) -> Callable[[_Model], _Model]:
    """Keep a row in <Model>History for every insert, update and delete of the decorated model.

    Columns in `exclude` are left out: they move by themselves, and nobody asks who moved them.
    """

    def tracked(model: _Model) -> _Model:
        events = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
        name = f"{model.__name__}History"
        return pghistory.track(*events, base_model=base, model_name=name, exclude=list(exclude))(model)  # type: ignore[no-any-return]

    return tracked
