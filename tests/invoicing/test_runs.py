"""Runs: what they count, how they are stopped and resumed, and what a dry one finds out and leaves alone."""

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from celery import current_app

from apps.catalog.models import Price
from apps.core.refusals import Conflict, Refusal
from apps.invoicing import drafts, queries, rebilling
from apps.invoicing.models import Charge, CreditNote, Invoice, Run, RunLine
from apps.invoicing.runs import running, workers
from apps.outbox.models import Message
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Period, Subscription
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Event
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

WHO = "owner@northwind.example"
BILLING: list[Any] = [Invoice, Charge, Period, Message, CreditNote]


@pytest.fixture
def due(seller: Organization) -> Organization:
    """Five customers of coaching, the first with a call in September."""
    offer = builders.usage_offer(seller)
    for place in range(5):
        buyer = builders.customer(seller, f"Customer {place}")
        builders.subscribed(buyer, offer)
        if not place:
            builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=2))
    return seller


def begun(seller: Organization, **asked: Any) -> Run:
    return running.start(organization=seller, as_of=OCTOBER, now=OCTOBER, by=WHO, **asked)


def finish(run: Run, most: int = 2) -> Run:
    for _ in running.work(run=run, now=OCTOBER, most=most):
        pass
    run.refresh_from_db()
    return run


def test_a_run_closes_what_is_due_in_chunks_and_counts_it(due: Organization) -> None:
    run = begun(due)
    steps = running.work(run=run, now=OCTOBER, most=2)
    assert (len(next(steps)), running.left(run)) == (2, 3)
    finish(run)
    assert (run.status, run.done, run.failed, run.invoices, running.left(run)) == (Run.Status.DONE, 5, 0, 5, 0)
    assert [money.text() for money in run.sums] == ["190.00"]
    numbers = Invoice.objects.order_by("sequence").values_list("number", flat=True)
    assert list(numbers) == [f"INV-000{place}" for place in range(1, 6)]


def test_a_stopped_run_goes_on_where_it_was_stopped(due: Organization) -> None:
    run = begun(due)
    steps = running.work(run=run, now=OCTOBER, most=2)
    next(steps)
    running.stop(run=run, now=OCTOBER, by=WHO)
    assert list(steps) == []
    running.tick(organization=due, now=OCTOBER)
    assert Invoice.objects.count() == 2
    running.resume(run=run, now=OCTOBER, by=WHO)
    running.tick(organization=due, now=OCTOBER)
    run.refresh_from_db()
    assert (run.status, run.done, Invoice.objects.count()) == (Run.Status.DONE, 5, 5)


def test_started_twice_it_is_one_run(due: Organization) -> None:
    run = begun(due)
    assert begun(due) == run
    with pytest.raises(Conflict, match="not stopped"):
        running.resume(run=run, now=OCTOBER, by=WHO)
    finish(run)
    with pytest.raises(Conflict, match="not running"):
        running.stop(run=run, now=OCTOBER, by=WHO)


def test_a_run_is_not_of_the_future(due: Organization) -> None:
    with pytest.raises(Refusal, match="before it is due"):
        running.start(organization=due, as_of=NOVEMBER, now=OCTOBER, by=WHO)


def test_the_tick_begins_no_run_where_nothing_is_due(due: Organization) -> None:
    running.tick(organization=due, now=SEPTEMBER + timedelta(days=1))
    assert not Run.objects.exists()


def test_what_fails_is_parked_and_the_rest_of_its_chunk_is_closed(due: Organization) -> None:
    broken = builders.usage_offer(due, key="broken")
    builders.subscribed(builders.customer(due, "Bad"), broken)
    builders.spoil(Price.objects.get(add_on=broken.add_on))
    run = finish(begun(due), most=10)
    assert (run.done, run.failed, run.status) == (5, 1, Run.Status.DONE)
    parked = Subscription.objects.get(parked_at__isnull=False)
    assert (parked.customer.name, "model" in parked.parked_reason) == ("Bad", True)
    builders.spoil(Price.objects.get(add_on=broken.add_on), form={"model": "per_unit", "unit_amount": "1"})
    subscriptions.unpark(subscription=parked)
    again = finish(begun(due))
    assert (again.done, again.failed) == (1, 0)


def test_a_dry_run_says_who_would_be_billed_what_and_stores_nothing_of_it(due: Organization) -> None:
    builders.close(due, OCTOBER)
    first = Subscription.objects.select_related("customer").earliest("pk")
    before = {model: list(model.objects.order_by("pk").values()) for model in BILLING}
    run = running.start(organization=due, as_of=NOVEMBER, now=NOVEMBER, by=WHO, dry=True)
    for _ in running.work(run=run, now=NOVEMBER, most=2):
        pass
    run.refresh_from_db()
    assert (run.status, run.done, run.invoices, running.left(run)) == (Run.Status.DONE, 5, 5, 0)
    assert {model: list(model.objects.order_by("pk").values()) for model in BILLING} == before
    line = RunLine.objects.get(subscription=first)
    assert (line.total_text, line.difference_text, line.boundary_at) == ("0.00", "-190.00", NOVEMBER)
    assert len(builders.close(due, NOVEMBER)) == 5


def test_a_dry_run_looks_at_every_elapsed_period_and_says_what_would_fail(due: Organization) -> None:
    broken = builders.usage_offer(due, key="broken")
    builders.subscribed(builders.customer(due, "Bad"), broken)
    builders.spoil(Price.objects.get(add_on=broken.add_on))
    run = running.start(organization=due, as_of=NOVEMBER, now=NOVEMBER, by=WHO, dry=True)
    for _ in running.work(run=run, now=NOVEMBER):
        pass
    run.refresh_from_db()
    assert (run.done, run.failed, [money.text() for money in run.sums]) == (10, 1, ["190.00"])
    assert not Subscription.objects.filter(parked_at__isnull=False).exists()
    lines = RunLine.objects.filter(customer__name="Customer 0").order_by("pk")
    assert [(line.total_text, line.difference_text) for line in lines] == [("190.00", None), ("0.00", "-190.00")]
    assert "model" in RunLine.objects.get(customer__name="Bad").reason


def test_a_dry_run_says_what_would_be_credited(due: Organization, caplog: pytest.LogCaptureFixture) -> None:
    broken = builders.usage_offer(due, key="broken")
    builders.close(due, OCTOBER)
    event = Event.objects.get()
    usage.reverse_event(
        organization=due, public_id=event.public_id, reason="twice", now=OCTOBER, source="admin", actor=WHO
    )
    builders.subscribed(builders.customer(due, "Bad"), broken, now=OCTOBER)
    builders.spoil(Price.objects.get(add_on=broken.add_on))
    run = running.start(organization=due, as_of=NOVEMBER, now=NOVEMBER, by=WHO, dry=True)
    for _ in running.work(run=run, now=NOVEMBER):
        pass
    parked, changed, *_ = queries.run_lines_by_change(run=run)
    assert (parked.customer.name, changed.customer.name) == ("Bad", "Customer 0")
    assert [(invoice, credited.text()) for invoice, credited in changed.credited] == [("INV-0001", "190.00")]
    assert not CreditNote.objects.exists()
    assert not [record for record in caplog.records if "is parked" in record.message]


def test_the_period_before_is_told_by_the_invoice_that_holds(due: Organization) -> None:
    builders.close(due, OCTOBER)
    first = Subscription.objects.earliest("pk")
    billed = Invoice.objects.get(subscription=first)
    assert queries.last_totals(subscriptions=[first]) == {first.pk: 19000}
    anew = rebilling.void(invoice=billed, rebill=True, now=OCTOBER, actor=WHO)
    assert anew is not None
    drafts.discount(invoice=anew, amount=Decimal(10), reason="late", now=OCTOBER, actor=WHO)
    assert queries.last_totals(subscriptions=[first]) == {first.pk: 18000}


def hints() -> int:
    """Return how many hints wait at the broker in memory."""
    with current_app.connection_or_acquire() as connection:
        return int(connection.default_channel.queue_declare("celery").message_count)


def test_where_much_is_due_other_workers_are_called(due: Organization) -> None:
    before = hints()
    assert workers.call_help(organization=due, as_of=OCTOBER) == 0
    called = workers.call_help(organization=due, as_of=OCTOBER, most=1)
    assert called == min(os.cpu_count() or 1, 5, workers.MOST_WORKERS) - 1
    assert hints() - before == called
