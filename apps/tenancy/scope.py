"""Which organization this piece of work is for. Without an answer, every read of an owned row raises.

An edge (a request, a job, a command) opens a scope; managers of owned rows read it. Nothing is ever shown by
forgetting a filter: forgetting is an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal, Protocol, TypeVar

from django.db import models

EVERYWHERE: Final = "everywhere"
Scope = int | Literal["everywhere"] | None

_scope: ContextVar[Scope] = ContextVar("tallybook_scope", default=None)


class Tenant(Protocol):
    """An organization, as far as a scope needs to know it."""

    @property
    def pk(self) -> Any: ...


class Unscoped(Exception):
    """An owned row was read before anything said for which organization."""


class CrossedScope(Exception):
    """Work for one organization tried to open the scope of another."""


def current() -> Scope:
    """Return the organization's primary key, EVERYWHERE, or None."""
    return _scope.get()


def activate(organization: Tenant) -> None:
    """Set the scope for the rest of the enclosing `fresh` block; an edge calls it once it knows who asks."""
    _refuse_crossing(organization)
    _scope.set(organization.pk)


@contextmanager
def fresh() -> Iterator[None]:
    """Begin without a scope, and forget whatever is activated inside."""
    token = _scope.set(None)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def of(organization: Tenant) -> Iterator[None]:
    """Work for one organization."""
    _refuse_crossing(organization)
    token = _scope.set(organization.pk)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def everywhere() -> Iterator[None]:
    """Work across organizations. Only signing in and the machinery may: tests/architecture keeps the list."""
    token = _scope.set(EVERYWHERE)
    try:
        yield
    finally:
        _scope.reset(token)


def _refuse_crossing(organization: Tenant) -> None:
    if isinstance(_scope.get(), int) and _scope.get() != organization.pk:
        raise CrossedScope(f"already working for another organization than {organization.pk}")


_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class ScopedManager(models.Manager[_Row]):
    """The default manager of owned rows: filters by the open scope, raises Unscoped where there is none.

    `owner_field` is the column that names the organization. Django's forms, list filters and unique checks all
    read through the default manager, so they are scoped without knowing it.
    """

    owner_field = "organization_id"

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        scope = current()
        if scope == EVERYWHERE:
            return rows
        if scope is None:
            raise Unscoped(f"{self.model.__name__} was read outside any organization's scope")
        return rows.filter(**{self.owner_field: scope})
