"""Foreign keys over two columns, declared with the model and kept by PostgreSQL.

Django has no composite foreign keys. A money table's key to another row carries the organization as well, so that
the database itself refuses a row of one organization that points into another (DESIGN §3).
"""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint


class CompositeForeignKey(BaseConstraint):
    """Columns of this table must exist together in another: FOREIGN KEY (fields) REFERENCES to (to_fields).

    `via` names the foreign key field whose target is the other table; without it the target is this table. One that is
    `deferrable` is checked at once all the same, unless a transaction asks to have it checked later.
    """

    def __init__(
        self, *, name: str, fields: Sequence[str], to_fields: Sequence[str], via: str = "", deferrable: bool = False
    ) -> None:
        super().__init__(name=name)
        self.fields = tuple(fields)
        self.to_fields = tuple(to_fields)
        self.via = via
        self.deferrable = deferrable

    def target(self, model: type[models.Model]) -> type[models.Model]:
        """Return the model referred to, in the same app registry (migrations have their own)."""
        if not self.via:
            return model
        related: Any = model._meta.get_field(self.via).related_model
        return related  # type: ignore[no-any-return]

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        return f"CONSTRAINT {schema_editor.quote_name(self.name)} {self._clause(model, schema_editor)}"

    def create_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave it to the database: it alone sees rows of other transactions."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, options = super().deconstruct()
        options.update(fields=self.fields, to_fields=self.to_fields, via=self.via)
        if self.deferrable:
            options["deferrable"] = True
        return path, tuple(args), dict(options)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CompositeForeignKey):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__

    def _clause(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        target = self.target(model)

        def columns(owner: type[models.Model], names: Sequence[str]) -> str:
            fields: list[Any] = [owner._meta.get_field(name) for name in names]
            return ", ".join(schema_editor.quote_name(field.column) for field in fields)

        return (
            f"FOREIGN KEY ({columns(model, self.fields)}) "
            f"REFERENCES {schema_editor.quote_name(target._meta.db_table)} ({columns(target, self.to_fields)})"
            f"{' DEFERRABLE' if self.deferrable else ''}"
        )


def same_organization(field: str, *, name: str, deferrable: bool = False) -> CompositeForeignKey:
    """Declare that the row `field` points to belongs to the same organization as this one."""
    return CompositeForeignKey(
        name=name,
        fields=("organization", field),
        to_fields=("organization", "id"),
        via=field,
        deferrable=deferrable,
    )


def owned_id(table: str) -> models.UniqueConstraint:
    """Make (organization, id) a key, so that same_organization can refer to it."""
    return models.UniqueConstraint(fields=("organization", "id"), name=f"{table}_owned_id")
