"""One run shared among processes of a machine: each subscription once, one of them killed or not."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.invoicing.models import Charge, Invoice, Run
from apps.invoicing.runs import running, workers
from apps.invoicing.runs.workers import Outcome
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER

SUBSCRIPTIONS = 12
MOST = 2  # subscriptions in a chunk


@pytest.fixture
def due(seller: Organization) -> Organization:
    """A dozen customers whose September is to be closed."""
    offer = builders.usage_offer(seller, base="10", timing="arrears")
    for place in range(SUBSCRIPTIONS):
        builders.subscribed(builders.customer(seller, f"Customer {place}"), offer)
    return seller


def closed_by(seller: Organization, count: int) -> list[Outcome]:
    with scope.fresh():
        steps = workers.close_due(
            organization=seller, as_of=OCTOBER, now=OCTOBER, by="a test", workers=count, most=MOST
        )
        return [outcome for step in steps for outcome in step]


def assert_each_once(outcomes: list[Outcome]) -> None:
    assert len({outcome.subscription for outcome in outcomes}) == len(outcomes) == SUBSCRIPTIONS
    stored = Invoice.objects.order_by("sequence").values_list("sequence", "public_id")
    assert [sequence for sequence, _ in stored] == list(range(1, SUBSCRIPTIONS + 1))
    assert {public_id for _, public_id in stored} == {outcome.invoice for outcome in outcomes}
    assert {(outcome.total_minor, outcome.currency) for outcome in outcomes} == {(1000, "USD")}
    (run,) = Run.objects.all()
    assert (run.status, run.done, run.failed, run.invoices) == (Run.Status.DONE, SUBSCRIPTIONS, 0, SUBSCRIPTIONS)
    assert run.sums_minor == {"USD": SUBSCRIPTIONS * 1000}


def test_processes_close_each_subscription_once(due: Organization) -> None:
    assert_each_once(closed_by(due, 3))


def test_one_that_is_killed_loses_nothing(due: Organization) -> None:
    """Kill the connection of whoever stores the second chunk of charges: its process ends there."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE SEQUENCE deaths;
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('deaths') = 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER die AFTER INSERT ON invoicing_charge FOR EACH STATEMENT EXECUTE FUNCTION die();
            """
        )
    try:
        assert_each_once(closed_by(due, 2))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION die() CASCADE; DROP SEQUENCE deaths")
    assert Charge.objects.count() == SUBSCRIPTIONS * 2


def test_a_stopped_run_is_not_begun_anew(due: Organization) -> None:
    steps = workers.close_due(organization=due, as_of=OCTOBER, now=OCTOBER, by="a test", workers=1, most=MOST)
    assert len(next(steps)) == MOST
    running.stop(run=Run.objects.get(), now=OCTOBER, by="owner@northwind.example")
    assert list(steps) == []
    assert (Run.objects.get().status, Invoice.objects.count()) == (Run.Status.STOPPED, MOST)


@pytest.mark.parametrize(
    ("left", "asked", "count"), [(0, None, 1), (500, 4, 1), (501, 4, 2), (10_000, 4, 4), (10_000, 1, 1)]
)
def test_there_are_no_more_processes_than_chunks(left: int, asked: int | None, count: int) -> None:
    assert workers.useful(left, asked=asked, most=500) == count


def test_no_process_at_all_is_refused(seller: Organization) -> None:
    with pytest.raises(CommandError, match="--workers: there must be at least one"):
        call_command("close_due", workers=0)


@pytest.mark.parametrize(
    ("due", "count", "share"),
    [(10_000, 2, 1_250), (10_001, 2, 1_001), (2_600, 2, 650), (1_300, 2, 650), (1_300, 1, 650), (5, 1, 5)],
)
def test_workers_get_shares_of_one_size(due: int, count: int, share: int) -> None:
    assert workers.share_of(due, workers=count, most=1_250) == share
