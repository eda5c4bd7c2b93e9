"""/api/v1/runs: begin, watch, stop and resume a run, and read what a dry one found out."""

import pytest

from apps.accounts.models import Customer
from apps.invoicing.models import Invoice
from apps.invoicing.runs import running
from apps.tenancy.models import Organization
from tests.api.calling import Program, fault
from tests.api.conftest import MakeProgram, move_clock
from tests.builders import OCTOBER


@pytest.fixture(autouse=True)
def october(seller: Organization, buyer: Customer) -> None:
    """It is October: September of one customer is due."""
    move_clock(seller, OCTOBER)


def test_a_run_is_begun_by_a_program_and_done_by_a_worker(keeper: Program, seller: Organization) -> None:
    begun = keeper.post("runs", {}, Idempotency_Key="run-1")
    told = begun.json()
    assert (begun.status_code, told["status"], told["left"], told["done"]) == (201, "running", 1, 0)
    assert keeper.post("runs", {}, Idempotency_Key="run-1").json() == told
    running.tick(organization=seller, now=OCTOBER)
    done = keeper.get(f"runs/{told['id']}").json()
    assert (done["status"], done["left"], done["done"], done["invoices"]) == ("done", 0, 1, 1)
    assert done["sums"] == [{"currency": "USD", "amount": "45.00"}]
    assert [run["id"] for run in keeper.get("runs").json()["results"]] == [told["id"]]


def test_a_dry_run_is_read_line_by_line(keeper: Program, seller: Organization, buyer: Customer) -> None:
    run = keeper.post("runs", {"dry_run": True, "as_of": "2026-10-01T00:00:00Z"}).json()
    running.tick(organization=seller, now=OCTOBER)
    (line,) = keeper.get(f"runs/{run['id']}/lines").json()["results"]
    assert (line["customer"], line["total"], line["difference"], line["reason"]) == (buyer.public_id, "45.00", None, "")
    assert Invoice.objects.count() == 1  # the tick closed for real as well, once


def test_a_run_is_stopped_and_resumed(keeper: Program, seller: Organization) -> None:
    run = keeper.post("runs", {}).json()["id"]
    assert keeper.post(f"runs/{run}/stop", {}).json()["status"] == "stopped"
    assert fault(keeper.post(f"runs/{run}/stop", {})) == (409, "not_running", "status")
    running.tick(organization=seller, now=OCTOBER)
    assert not Invoice.objects.exists()
    assert keeper.post(f"runs/{run}/resume", {}).json()["status"] == "running"
    assert fault(keeper.post(f"runs/{run}/resume", {})) == (409, "not_stopped", "status")


def test_bad_input_is_named_and_begins_nothing(keeper: Program, program: Program, program_as: MakeProgram) -> None:
    assert fault(keeper.post("runs", {"as_of": "2026-10-02T00:00:00Z"})) == (400, "as_of_in_future", "as_of")
    assert fault(keeper.post("runs", {"as_of": "soon"})) == (400, "invalid", "as_of")
    assert fault(keeper.post("runs", {"dry_run": "yes"})) == (400, "invalid", "dry_run")
    assert program.post("runs", {}).status_code == 403
    assert keeper.get("runs").json()["results"] == []
