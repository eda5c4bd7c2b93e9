"""Importing from a shell: what it says to people and to machines, how it ends, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.builders import OCTOBER

GOOD = "customer,type,date,amount\nFabrikam,Coaching call,2026-09-10,1\nFabrikam,Coaching call,2026-09-11,2\n"


@pytest.fixture
def shop(db: None) -> Organization:
    """A test organization on 1 October with one coaching customer since September."""
    seller = builders.organization(mode="test", clock_at=OCTOBER)
    with scope.of(seller):
        builders.subscribed(builders.customer(seller, "Fabrikam"), builders.usage_offer(seller))
    return seller


@pytest.fixture
def file(tmp_path: Path, shop: Organization) -> Path:
    path = tmp_path / "usage.csv"
    path.write_text(GOOD)
    return path


def run(path: Path, **options: Any) -> int:
    """Run the command; return what it ends with."""
    try:
        call_command("import_usage", str(path), **{"organization": "northwind", "actor": "ops", **options})
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def events(shop: Organization) -> int:
    with scope.of(shop):
        return Event.objects.count()


def words(text: str) -> str:
    return " ".join(text.split())


def test_it_records_and_says_so(shop: Organization, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(file) == 0
    said = capsys.readouterr()
    assert "recorded 2 rows in the file 2 Next: nothing." in words(said.out)
    assert f"Importing usage.csv: {len(GOOD)}/{len(GOOD)} bytes 2 rows" in said.err
    assert run(file) == 0
    again = words(capsys.readouterr().out)
    assert "recorded 0 were recorded before and add nothing 2" in again
    assert "another note, or a key of its own" in again
    assert events(shop) == 2


def test_rejected_rows_are_told_with_the_next_thing_to_do(
    shop: Organization, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(GOOD + "Fabrikm,Coaching call,2026-09-11,2\n")
    assert run(file) == 2
    said = words(capsys.readouterr().out)
    assert "rejected 1" in said
    assert "4 No customer of this name; did you mean Fabrikam?" in said
    assert f"the rejected rows are in {file}.rejected.csv" in said
    assert events(shop) == 2


def test_machines_get_one_json_object(shop: Organization, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(GOOD + "Fabrikm,Coaching call,2026-09-11,2\n")
    assert run(file, json=True) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["recorded"], told["before"], told["rejected"]) == (3, 2, 0, 1)
    assert told["rejected_file"] == f"{file}.rejected.csv"
    assert told["rejections"] == [{"row": 4, "reason": "No customer of this name; did you mean Fabrikam?"}]


def test_a_dry_run_says_what_would_be(shop: Organization, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(file, dry_run=True) == 0
    assert "would be recorded 2" in words(capsys.readouterr().out)
    assert events(shop) == 0


def test_the_actor_is_the_user_of_the_shell_unless_told(shop: Organization, file: Path) -> None:
    run(file, actor=None)
    with scope.of(shop):
        assert Event.objects.filter(actor__in=("", "ops")).count() == 0


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (GOOD, {"organization": "nobody"}, "--organization: there is no organization nobody"),
        ("", {}, "There are no rows."),
        ("PK\x03\x04", {}, "This is a workbook"),
        ("customer,amount\nx,1\n", {}, "The header has no column for the type"),
        (None, {}, "No such file"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_stored(
    shop: Organization, file: Path, content: str | None, options: dict[str, Any], sentence: str
) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    with pytest.raises(CommandError, match=sentence):
        run(file, **options)
    assert events(shop) == 0
