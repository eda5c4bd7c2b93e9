"""Numbers have no gap and are given once: twenty finalizers at the same moment, and some of them killed half way."""

import os
import signal
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn

from django.db import connection, transaction

from apps.core.refusals import Conflict
from apps.invoicing import collecting, drafts, issuing
from apps.invoicing.models import CreditNote, Invoice, NumberSeries
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER
from tests.committing import PATIENCE_SECONDS, at_once
from tests.overlapping import course, wait_for_line

FINALIZERS = 20
WAITING = 5
BY: dict[str, Any] = {"now": OCTOBER, "actor": "owner@northwind.example"}


def drafted(seller: Organization, place: int, *, empty: bool = False) -> Invoice:
    draft = drafts.create(customer=builders.customer(seller, f"Customer {place}"), **BY)
    if not empty:
        drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(10), **BY)
    return draft


def issuer(draft: Invoice) -> Callable[[], Invoice]:
    """Return what finalizes a draft."""
    return lambda: issuing.issue(invoice=draft, now=OCTOBER)


def numbers() -> list[tuple[int, str]]:
    rows = Invoice.objects.filter(number__isnull=False).order_by("sequence")
    return list(rows.values_list("sequence", "number"))  # type: ignore[arg-type]


def gapless(count: int) -> list[tuple[int, str]]:
    """Return the first so many numbers of a series of invoices."""
    return [(place, f"INV-{place:04d}") for place in range(1, count + 1)]


def test_twenty_finalizers_at_the_same_moment(seller: Organization) -> None:
    rows = [drafted(seller, place) for place in range(FINALIZERS)]
    results = at_once(*[issuer(draft) for draft in rows])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert numbers() == gapless(FINALIZERS)
    assert NumberSeries.objects.get().last == FINALIZERS


def test_one_draft_finalized_twenty_times_at_once_takes_one_number(seller: Organization) -> None:
    results = at_once(*[issuer(drafted(seller, 1))] * FINALIZERS)
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * (FINALIZERS - 1) + ["Invoice"]
    assert numbers() == gapless(1)


def test_what_is_refused_among_them_leaves_no_gap(seller: Organization) -> None:
    rows = [drafted(seller, place, empty=place % 4 == 0) for place in range(FINALIZERS)]
    results = at_once(*[issuer(draft) for draft in rows])
    assert [isinstance(result, Conflict) for result in results] == [place % 4 == 0 for place in range(FINALIZERS)]
    assert numbers() == gapless(FINALIZERS - FINALIZERS // 4)


def test_a_killed_connection_gives_its_number_to_the_next_in_line(seller: Organization) -> None:
    dying, *others = [drafted(seller, place) for place in range(WAITING + 1)]
    with course() as beside:
        held = beside.hold(issuer(dying))
        assert held.result.number == "INV-0001"
        waiting = [beside.start(issuer(draft)) for draft in others]
        wait_for_line(WAITING)
        assert held.kill() is not None
        assert all(isinstance(future.result(), Invoice) for future in waiting)
    dying.refresh_from_db()
    assert (dying.status, dying.number, numbers()) == ("draft", None, gapless(WAITING))
    assert issuing.issue(invoice=dying, now=OCTOBER).sequence == WAITING + 1


def test_a_process_killed_between_its_number_and_its_commit_leaves_no_gap(seller: Organization) -> None:
    dying, *others = [drafted(seller, place) for place in range(WAITING + 1)]
    told, telling = os.pipe()
    connection.close()  # a fork must not share the parent's
    child = os.fork()
    if not child:
        issue_and_wait(dying, telling)
    os.close(telling)
    assert os.read(told, 20) == b"INV-0001"
    with course() as beside:
        waiting = [beside.start(issuer(draft)) for draft in others]
        wait_for_line(WAITING)
        os.kill(child, signal.SIGKILL)
        assert all(isinstance(future.result(), Invoice) for future in waiting)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    os.close(told)
    dying.refresh_from_db()
    assert (dying.status, numbers()) == ("draft", gapless(WAITING))


def issue_and_wait(draft: Invoice, telling: int) -> NoReturn:
    """Take a number in a process of its own, tell it, and never commit."""
    signal.alarm(PATIENCE_SECONDS)
    try:
        with scope.fresh(), scope.of(draft.organization), transaction.atomic():
            os.write(telling, str(issuing.issue(invoice=draft, now=OCTOBER).number).encode())
            signal.pause()
    finally:
        os._exit(1)


def test_the_numbers_of_credit_notes_have_no_gap_either(seller: Organization) -> None:
    dying, *others = [issuer(drafted(seller, place))() for place in range(WAITING + 1)]

    def crediting(invoice: Invoice) -> Callable[[], CreditNote]:
        return lambda: collecting.give_credit(invoice=invoice, reason="sorry", **BY)

    with course() as beside:
        held = beside.hold(crediting(dying))
        waiting = [beside.start(crediting(invoice)) for invoice in others]
        wait_for_line(WAITING)
        assert held.kill() is not None
        assert all(isinstance(future.result(), CreditNote) for future in waiting)
    rows = CreditNote.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(rows) == list(range(1, WAITING + 1))
