"""The demonstration has a database of its own beside the office's, empty at each run."""

from pathlib import Path

import pytest

from billing_site.embedded import EmbeddedServerError, connection_settings
from billing_site.embedded.fresh import recreate
from tests.embedded.commands import KEEP_A_ROW, Start

pytestmark = pytest.mark.processes


def test_it_is_empty_again_while_the_office_keeps_its_rows(
    checkout: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    office = start(checkout)
    office.ask(KEEP_A_ROW)
    monkeypatch.setenv("EMBEDDED_DATABASE", "tallybook_other")
    recreate(checkout)
    environment = {"EMBEDDED_DATABASE": "tallybook_other"}
    other = start(checkout, environment=environment)
    assert other.ask("SELECT current_database() || count(*) FROM pg_tables WHERE schemaname = 'public'") == (
        "'tallybook_other0'"
    )
    other.ask(KEEP_A_ROW)
    recreate(checkout)  # also while somebody is connected
    assert other.ask_until_answered("SELECT count(*) FROM pg_tables WHERE tablename = 'calls'") == "0"
    assert office.ask("SELECT total FROM calls") == "380"


@pytest.mark.parametrize("name", ["", "tallybook"])
def test_the_offices_own_is_never_dropped(checkout: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("EMBEDDED_DATABASE", name)
    assert connection_settings(checkout)["NAME"] == "tallybook"
    with pytest.raises(EmbeddedServerError, match="holds the office's rows"):
        recreate(checkout)
