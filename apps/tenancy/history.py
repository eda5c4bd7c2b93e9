"""Row history: who changed what, caught by trigger, so that no way of writing passes it by."""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
import pghistory.models
from django.db import models

from apps.tenancy.scope import ScopedManager

_Model = TypeVar("_Model", bound=type[models.Model])


class OwnedHistory(pghistory.models.Event):
    """The base of history rows: they carry the organization of the row they tell of, and are scoped like it."""

    objects = ScopedManager()  # type: ignore[misc]

    class Meta:
        abstract = True


class OrganizationHistoryManager(ScopedManager[models.Model]):
    owner_field = "id"


class OrganizationHistoryBase(pghistory.models.Event):
    """The base of the organization's own history, scoped by its id."""

    objects = OrganizationHistoryManager()  # type: ignore[misc]

    class Meta:
        abstract = True


def track(base: Any = OwnedHistory) -> Callable[[_Model], _Model]:
    """Keep a row in <Model>History for every insert, update and delete of the decorated model."""

    def tracked(model: _Model) -> _Model:
        events = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
        return pghistory.track(*events, base_model=base, model_name=f"{model.__name__}History")(model)  # type: ignore[no-any-return]

    return tracked
