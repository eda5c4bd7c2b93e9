"""Closing from a shell: what it says to people and to machines, and what it refuses."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.catalog.models import Price
from apps.core import clock
from apps.invoicing.models import Invoice
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER


@pytest.fixture
def due(db: None) -> Organization:
    """A test organization on 1 October, with one coaching customer since September."""
    seller = builders.organization(mode="test", clock_at=OCTOBER)
    with scope.of(seller):
        builders.subscribed(builders.customer(seller, "Fabrikam"), builders.usage_offer(seller, setup_fee="45"))
    return seller


def invoices(seller: Organization) -> int:
    with scope.of(seller):
        return Invoice.objects.count()


def test_it_closes_what_is_due_and_says_so(due: Organization, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("close_due")
    said = capsys.readouterr()
    assert "INV-0001" in said.out
    assert "Together: 45.00 USD" in said.out
    assert "Closing Northwind Studio: 1/1" in said.err
    call_command("close_due")
    assert capsys.readouterr().out == "Nothing is due.\n"
    assert invoices(due) == 1


def test_machines_get_one_json_object(due: Organization, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("close_due", json=True)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["boundaries"] == 1
    assert told["totals"] == {"USD": "45.00"}
    assert [(i["number"], i["status"], i["total"]) for i in told["invoices"]] == [("INV-0001", "open", "45.00")]
    assert told["parked"] == []


@pytest.mark.parametrize(("as_of", "made"), [("2026-09-30", 0), ("2026-10-01", 1), ("2026-10-01T02:00:00+02:00", 1)])
def test_as_of_is_a_date_or_an_instant(due: Organization, as_of: str, made: int) -> None:
    call_command("close_due", as_of=as_of, json=True)
    assert invoices(due) == made


def test_one_organization_may_be_named(due: Organization) -> None:
    other = builders.organization("southridge", mode="test", clock_at=OCTOBER)
    call_command("close_due", organization="southridge", json=True)
    assert (invoices(due), invoices(other)) == (0, 0)
    call_command("close_due", organization=due.public_id, json=True)
    assert invoices(due) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"as_of": "soon"}, "--as-of: use a date"),
        ({"as_of": "2026-13-01"}, "--as-of: use a date"),
        ({"as_of": "2026-10-01T00:00:00"}, "--as-of: use a date"),
        ({"as_of": "2026-10-02"}, "--as-of: this is in the future"),
        ({"organization": "nobody"}, "--organization: there is no organization nobody"),
    ],
)
def test_bad_input_is_named_and_nothing_is_closed(due: Organization, options: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("close_due", **options)
    assert invoices(due) == 0


def test_what_is_parked_is_told_with_its_reason(due: Organization, capsys: pytest.CaptureFixture[str]) -> None:
    with scope.of(due):
        builders.spoil(Price.objects.get(add_on__isnull=False))
    call_command("close_due")
    said = capsys.readouterr().out
    assert "Parked sub_" in said
    assert "Next: open each parked subscription in the office" in said


def test_the_clock_of_a_live_organization_is_the_wall_clock() -> None:
    before = clock.wall()
    assert before <= clock.billing(Organization(clock_at=None)) <= clock.wall()
    assert clock.billing(Organization(clock_at=OCTOBER)) == OCTOBER
