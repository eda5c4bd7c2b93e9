"""What every row of the house must be like: each rule takes models and returns the breaches in words."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import PROTECT

from apps.accounts.models import User
from apps.core.constraints import CompositeForeignKey
from apps.outbox.models import Position
from apps.tenancy.history import OrganizationHistoryBase, OwnedHistory
from apps.tenancy.models import Organization, Owned
from apps.tenancy.scope import ScopedManager
from apps.usage.models import Event
from tests.architecture.sources import height

Model = type[models.Model]
Rule = Callable[[Iterable[Model]], list[str]]

# Rows that belong to nobody: people may be members of several organizations, and the relay counts for all.
OWNERLESS = {User, Position}


def room_of(model: Model) -> str:
    """Return the room of a model; empty for one that is not ours."""
    package, _, rest = model.__module__.partition(".")
    return rest.split(".")[0] if package == "apps" else ""


def is_history(model: Model) -> bool:
    """Say whether a model keeps the history of another."""
    return issubclass(model, OwnedHistory | OrganizationHistoryBase)


def is_owned(model: Model) -> bool:
    """Say whether a model's rows belong to an organization."""
    return issubclass(model, Owned | OwnedHistory)


def keys(model: Model) -> Iterator[Any]:
    """Yield the foreign keys that a model holds itself."""
    return (field for field in model._meta.fields if field.many_to_one or field.one_to_one)


def rows_without_owner(all_models: Iterable[Model]) -> list[str]:
    """Every row belongs to an organization, and reads through a manager that fails closed."""
    return [
        f"{model.__name__} belongs to no organization, or its default manager does not scope"
        for model in all_models
        if model not in OWNERLESS
        and not (
            (is_owned(model) or model is Organization or issubclass(model, OrganizationHistoryBase))
            and isinstance(model._default_manager, ScopedManager)
            and all(isinstance(manager, ScopedManager) for manager in model._meta.managers)
        )
    ]


def keys_to_higher_rooms(all_models: Iterable[Model]) -> list[str]:
    """A row knows only rows of its own room and of rooms below."""
    return [
        f"{model.__name__}.{key.name} points up to {key.related_model.__name__}"
        for model in all_models
        for key in keys(model)
        if room_of(key.related_model)
        and room_of(key.related_model) != room_of(model)
        and height(room_of(key.related_model)) >= height(room_of(model))
    ]


def doors_across_rooms(all_models: Iterable[Model]) -> list[str]:
    """A key to another room leaves no accessor there, and never takes rows along when they go."""
    return [
        f"{model.__name__}.{key.name}: another room needs related_name='+' and on_delete=PROTECT"
        for model in all_models
        if not is_history(model)
        for key in keys(model)
        if room_of(key.related_model) != room_of(model)
        and (not key.remote_field.hidden or key.remote_field.on_delete is not PROTECT)
    ]


def cascades(all_models: Iterable[Model]) -> list[str]:
    """Within a room too, nothing goes with another row; history has no say at all."""
    return [
        f"{model.__name__}.{key.name} is not protected"
        for model in all_models
        if not is_history(model)
        for key in keys(model)
        if key.remote_field.on_delete is not PROTECT
    ]


def keys_without_organization(all_models: Iterable[Model]) -> list[str]:
    """A key between owned rows carries the organization, in a constraint that PostgreSQL keeps."""
    return [
        f"{model.__name__}.{key.name} needs same_organization and db_constraint=False"
        for model in all_models
        if is_owned(model) and not is_history(model)
        for key in keys(model)
        if is_owned(key.related_model) and (key.db_constraint or not _is_kept_with_organization(model, key))
    ]


def keys_to_events(all_models: Iterable[Model]) -> list[str]:
    """Events are counted by the million: nothing may point at one."""
    return [
        f"{model.__name__}.{key.name} points to an event"
        for model in all_models
        for key in keys(model)
        if key.related_model is Event
    ]


def untyped_keys(all_models: Iterable[Model]) -> list[str]:
    """No key leaves its table open, and no table stands between two rows unnamed."""
    open_keys = [
        f"{model.__name__}.{field.name} is a generic foreign key"
        for model in all_models
        for field in model._meta.private_fields
    ]
    return open_keys + [
        f"{model.__name__}.{field.name} is many-to-many: its rows would belong to nobody"
        for model in all_models
        for field in model._meta.local_many_to_many
    ]


def floats(all_models: Iterable[Model]) -> list[str]:
    """No column is a float."""
    return [
        f"{model.__name__}.{field.name} is a float"
        for model in all_models
        for field in model._meta.fields
        if isinstance(field, models.FloatField)
    ]


def orderings(all_models: Iterable[Model]) -> list[str]:
    """An order is asked for where it is wanted: a default one hides in every join."""
    return [f"{model.__name__} has Meta.ordering" for model in all_models if model._meta.ordering]


def _is_kept_with_organization(model: Model, key: Any) -> bool:
    """Say whether a composite key names the row with its organization, or through a row that names the same one."""
    for constraint in model._meta.constraints:
        if not isinstance(constraint, CompositeForeignKey) or not constraint.via:
            continue
        named = dict(zip(constraint.fields, constraint.to_fields, strict=True))
        target = constraint.target(model)
        if named.get("organization") != "organization" or key.name not in named:
            continue
        if constraint.via == key.name and named[key.name] == "id":
            return True
        if (
            named.get(constraint.via) == "id"
            and target._meta.get_field(named[key.name]).related_model is key.related_model
        ):
            return True
    return False
