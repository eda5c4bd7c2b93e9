"""What the rest of the project calls: the server for a block, and how to connect to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import environ

from billing_site.embedded import folders, lease, throwaway
from billing_site.embedded.cluster import DATABASE, ROLE
from billing_site.embedded.places import CHECKOUT, PORT, Places, locate


@contextmanager
def database(checkout: Path = CHECKOUT) -> Iterator[None]:
    """Make sure that a database server runs for the time of the block.

    With DATABASE_URL, in the environment or in the checkout's .env, that is not our business: nothing happens.
    Otherwise the embedded server starts when it does not run, and stops soon after its last user. Blocks may nest, and
    child processes may have their own. Raises EmbeddedServerError when the server cannot be used.
    """
    environ.Env.read_env(checkout / ".env")
    if os.environ.get("DATABASE_URL"):
        yield
        return
    places = locate(checkout)
    folders.prepare(places)
    with lease.hold(places):
        yield


def connection_settings(checkout: Path = CHECKOUT) -> dict[str, Any]:
    """Return Django's DATABASES entry for the embedded server, running or not; nothing is started or written.

    EMBEDDED_DATABASE names another database than the office's: the demonstration has one of its own.
    """
    return _settings(locate(checkout), os.environ.get("EMBEDDED_DATABASE") or DATABASE)


def url(settings: dict[str, Any] | None = None) -> str:
    """Return a DATABASE_URL, for django-environ and libpq alike, of a DATABASES entry or of this checkout's server."""
    entry = settings or connection_settings()
    user = quote(entry["USER"], safe="") + (f":{quote(entry['PASSWORD'], safe='')}" if entry["PASSWORD"] else "")
    # A host that is a folder has no place before the path.
    query = {"host": entry["HOST"], "port": entry["PORT"], **entry.get("OPTIONS", {})}
    return f"postgresql://{user}@/{quote(entry['NAME'])}?{urlencode({k: v for k, v in query.items() if v})}"


@contextmanager
def throwaway_cluster(checkout: Path = CHECKOUT) -> Iterator[dict[str, Any]]:
    """Run a separate server with an empty database and no durability, and remove it after the block.

    Yields Django's DATABASES entry. The server also ends, and its files go, when this process is killed.
    """
    with throwaway.held(checkout) as places:
        yield _settings(places)


def _settings(places: Places, name: str = DATABASE) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": ROLE,
        "PASSWORD": "",
        "HOST": str(places.socket),
        "PORT": str(PORT),
        # libpq then refuses a server that another user put at this path.
        "OPTIONS": {"requirepeer": places.account().name},
    }
