"""Django's backend for PostgreSQL, but quicker with the instants of many rows."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.adapt import AdaptersMap

MOST_KNOWN = 5_000


class InstantLoader(BaseTzLoader):
    """Read an instant, and one that the same cursor has read before from memory.

    Rows that are read together share most of their instants, and reading one takes ten times as long as finding it.
    """

    timezone = UTC

    def __init__(self, oid: int, context: Any = None) -> None:
        super().__init__(oid, context)
        self._known: dict[bytes, datetime] = {}
        self._read: Callable[[Any], datetime] = super().load

    def load(self, data: Any) -> datetime:
        text = bytes(data)
        known = self._known.get(text)
        if known is None:
            known = self._read(data)
            if len(self._known) < MOST_KNOWN:
                self._known[text] = known
        return known


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that reads instants in UTC, as all of the house are."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if self.timezone is UTC:
            params["context"] = _with_instants(params["context"])
        return params


@cache
def _with_instants(template: AdaptersMap) -> AdaptersMap:
    adapters = AdaptersMap(template)
    adapters.register_loader("timestamptz", InstantLoader)
    return adapters
