"""The names under which rows refer to each other, and what stands for a row: its key, its public id, or nobody's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import models

from apps.accounts.models import User
from apps.tenancy.models import Organization
from tests.walker.worlds import Model, World, every_owned_model

NO_KEY = "999999999"


@dataclass(frozen=True)
class Reference:
    """One way to name a row of the other organization, beside one that looks alike and names nothing."""

    foreign: str
    unknown: str

    @property
    def needles(self) -> dict[str, str]:
        return {self.foreign: "", self.unknown: ""}


def names() -> dict[str, Model]:
    """Return each name of a foreign key, a model or an inline, and the model that it stands for."""
    found: dict[str, Model] = {"organization": Organization, "user": User}
    numbers = {"quantity", "quantities"}  # everywhere else a quantity is a number, not a row
    for model in every_owned_model():
        if model._meta.model_name.endswith("history"):  # type: ignore[union-attr]
            continue
        found[model._meta.model_name or ""] = model
        for key in model._meta.fields:
            if key.related_model is not None and (key.many_to_one or key.one_to_one):
                found[key.name] = key.related_model
                if not key.remote_field.hidden:  # type: ignore[union-attr]
                    found[str(key.remote_field.related_name)] = model  # type: ignore[union-attr]
    return {name: model for name, model in found.items() if name not in numbers}


def keys_of(model: Model) -> dict[str, Model]:
    """Return the foreign keys of a model by name."""
    return {
        key.name: key.related_model  # type: ignore[misc]
        for key in model._meta.fields
        if (key.many_to_one or key.one_to_one) and key.related_model in (*every_owned_model(), Organization, User)
    }


def by_key(world: World, model: Model) -> Reference:
    """Name a row by its primary key."""
    return Reference(str(world.row(model).pk), NO_KEY)


def by_public_id(world: World, model: Model) -> Reference | None:
    """Name a row by its public id, where it has one."""
    public_id = getattr(world.row(model), "public_id", None)
    return Reference(public_id, public_id[:4] + "0" * (len(public_id) - 4)) if public_id else None


def all_of(world: World, model: Model) -> Iterator[Reference]:
    """Yield every way to name a row."""
    yield by_key(world, model)
    public = by_public_id(world, model)
    if public is not None:
        yield public


def meant_by(field: str, known: Mapping[str, Model]) -> Model | None:
    """Return what a form's field or a body's member refers to, by its name: add_ons, plan, lines-0-invoice, x-0-id."""
    parts = field.split("-")
    last = parts[-1]
    if last == "id" and len(parts) > 1:
        last = parts[0].removesuffix("_set")
    for name in (last, last.removesuffix("_id"), last.removesuffix("s")):
        if name in known:
            return known[name]
    return None


def first_text(model: Model) -> str | None:
    """Return a text column of a model, to ask whether it starts with something."""
    texts = [
        f.name
        for f in model._meta.fields
        if isinstance(f, models.CharField) and not f.choices and f.name != "public_id"
    ]
    return "name" if "name" in texts else texts[0] if texts else None
