"""Run the project's own PostgreSQL for as long as somebody uses it.

Owns: the server's binaries, account, folders, start, stop and recovery; the throw-away server of the tests.
Does not own: Django's settings, migrations, and any server that DATABASE_URL names.
The way of a command: lease.hold (shared lock) → supervisor (one per server) → cluster (initdb, postgres).
Nothing here imports Django; importing it starts nothing and writes nothing.
"""

from billing_site.embedded.access import connection_settings, database, throwaway_cluster, url
from billing_site.embedded.errors import EmbeddedServerError

__all__ = ["EmbeddedServerError", "connection_settings", "database", "throwaway_cluster", "url"]
