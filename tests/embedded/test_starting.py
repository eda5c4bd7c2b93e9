"""What may surround a start, and what is said when there can be none."""

import os
from pathlib import Path

import environ
import psycopg
import pytest

from billing_site import embedded
from billing_site.embedded import accounts, cluster, logfile
from billing_site.embedded.places import locate
from tests.embedded.commands import Start, stop_everything


@pytest.mark.processes
@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_neither_umask_nor_folder_nor_environment_matters(checkout: Path, start: Start, umask: int) -> None:
    odd = {"PGDATA": "/nowhere", "PGPORT": "1", "PGHOST": "/nowhere", "PGUSER": "nemo", "LC_ALL": "xx_XX", "TZ": "Mars"}
    command = start(checkout, umask=umask, cwd="/proc/self", environment=odd)
    assert command.ask("SHOW timezone") == "'UTC'"
    assert command.end() == ""


@pytest.mark.processes
def test_a_url_serves_django_environ_and_libpq(checkout: Path, start: Start) -> None:
    start(checkout)
    url = embedded.url(embedded.connection_settings(checkout))
    parsed = environ.Env.db_url_config(url)
    assert parsed["NAME"] == "tallybook"
    assert parsed["OPTIONS"]["host"] == str(locate(checkout).socket)
    with (
        psycopg.connect(url) as by_libpq,
        psycopg.connect(dbname=parsed["NAME"], user=parsed["USER"], **parsed["OPTIONS"]) as as_django,
    ):
        assert by_libpq.info.host == as_django.info.host


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_with_a_database_url_nothing_is_started_or_made(
    fresh_checkout: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/tallybook")
    if where == ".env":
        monkeypatch.delenv("DATABASE_URL")
        (fresh_checkout / ".env").write_text("DATABASE_URL=postgres://elsewhere/tallybook\n")
    with embedded.database(fresh_checkout):
        assert not (fresh_checkout / "var").exists()


@pytest.mark.processes
def test_data_of_another_version_are_refused_with_what_to_do(fresh_checkout: Path, start: Start) -> None:
    first = start(fresh_checkout)
    (locate(fresh_checkout).data / "PG_VERSION").write_text("17\n")
    first.end()
    stop_everything(fresh_checkout)
    said = start(fresh_checkout, settled=False).end()
    assert f"{locate(fresh_checkout).data} was made by PostgreSQL 17, but this version of Tallybook runs" in said


@pytest.mark.processes
def test_a_server_that_cannot_start_shows_the_end_of_its_log(fresh_checkout: Path, start: Start) -> None:
    start(fresh_checkout).end()
    stop_everything(fresh_checkout)
    with (locate(fresh_checkout).data / "postgresql.conf").open("a") as configuration:
        configuration.write("colour = 'green'\n")
    commands = [start(fresh_checkout, settled=False) for _ in range(2)]
    for command in commands:
        said = command.end()
        assert "The embedded PostgreSQL could not start." in said
        assert 'unrecognized configuration parameter "colour"' in said


def test_the_log_is_kept_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "LARGEST_BYTES", 10)
    path = tmp_path / "server.log"
    log = logfile.open_for_appending(path)
    os.write(log, b"eleven byte")
    logfile.bound(path, log)
    os.write(log, b"later")
    logfile.bound(path, log)
    os.close(log)
    assert path.read_bytes() == b"later"
    assert path.with_name("server.log.1").read_bytes() == b"eleven byte"


def test_an_account_without_entry_is_told(checkout: Path) -> None:
    unknown = accounts.Account(name="", uid=4_000_000, gid=4_000_000)
    with pytest.raises(embedded.EmbeddedServerError, match="4000000 has no entry in /etc/passwd"):
        unknown.require_entry()


@pytest.mark.parametrize(
    ("limit", "megabytes"),
    [("max\n", None), ("268435456\n", cluster.LEAST_BUFFERS_MB), ("1073741824\n", 128), (None, None)],
)
def test_the_servers_pages_fit_into_a_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str | None, megabytes: int | None
) -> None:
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**22}[name])
    monkeypatch.setattr(cluster, "CONTAINER_LIMIT", tmp_path / "memory.max")
    if limit is not None:
        cluster.CONTAINER_LIMIT.write_text(limit)
    assert cluster.buffers_mb() == (megabytes or cluster.MOST_BUFFERS_MB)
