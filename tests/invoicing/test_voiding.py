"""Voiding with and without rebilling, and what comes late on each."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.core.refusals import Conflict
from apps.invoicing import collecting, drafts, issuing, rebilling, verifying
from apps.invoicing.models import Charge, CreditNote, Invoice
from apps.outbox.models import Message
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from tests import builders
from tests.builders import NOVEMBER, OCTOBER
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO

BY: dict[str, Any] = {"now": OCTOBER, "actor": WHO}


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    return worlds.world(seller, timing="arrears")


@pytest.fixture
def invoice(world: worlds.World) -> Invoice:
    """September: 30.00 for the plan, 10.00 for a hundred calls."""
    world.start()
    world.use("100", "2026-09-05")
    (invoice,) = builders.close(world.seller, OCTOBER)
    return invoice


def billed() -> int:
    """Return the sum of all charges."""
    return sum(Charge.objects.values_list("amount_minor", flat=True))


def test_rebilled_it_is_taken_back_and_drafted_anew(invoice: Invoice, world: worlds.World) -> None:
    world.use("50", "2026-09-20", now=OCTOBER + timedelta(hours=1))
    draft = rebilling.void(invoice=invoice, rebill=True, reason="wrong address", **BY)
    assert draft is not None
    invoice.refresh_from_db()
    assert (invoice.status, invoice.number, invoice.voided_at) == ("void", "INV-0001", OCTOBER)
    assert (draft.status, draft.total.text(), draft.rebills_id, draft.cause) == ("draft", "45.00", invoice.pk, "rebill")
    assert [line.quantity for line in draft.lines.order_by("position")] == [Decimal(1), Decimal(150)]
    assert billed() == 4500
    assert Message.objects.filter(topic="invoice.voided").count() == 1
    assert issuing.issue(invoice=draft, now=OCTOBER).number == "INV-0002"
    world.use("10", "2026-09-21", now=OCTOBER + timedelta(hours=2))
    (november,) = builders.close(world.seller, NOVEMBER)
    assert november.total.text() == "31.00"
    assert not CreditNote.objects.exists()


def test_waived_it_counts_as_billed(invoice: Invoice, world: worlds.World) -> None:
    assert rebilling.void(invoice=invoice, rebill=False, **BY) is None
    world.use("10", "2026-09-21", now=OCTOBER + timedelta(hours=2))
    (november,) = builders.close(world.seller, NOVEMBER)
    assert november.total.text() == "31.00"  # October's fee, and the late calls alone


def test_what_was_waived_is_taken_back_without_a_credit_note(invoice: Invoice, world: worlds.World) -> None:
    rebilling.void(invoice=invoice, rebill=False, **BY)
    usage.reverse_event(
        organization=world.seller,
        public_id=worlds.last_event().public_id,
        reason="twice",
        now=OCTOBER + timedelta(hours=1),
        source="api",
        actor=WHO,
    )
    (november,) = builders.close(world.seller, NOVEMBER)
    assert november.total.text() == "30.00"
    assert not CreditNote.objects.exists()
    assert billed() == 3000 + 0 + 3000


def test_lines_by_hand_and_the_discount_go_along(seller: Organization) -> None:
    world = worlds.world(seller, timing="arrears")
    seller.auto_finalize = False
    seller.save()
    world.start()
    (draft,) = builders.close(seller, OCTOBER)
    drafts.add_line(invoice=draft, description="Travel", quantity=Decimal(1), unit_amount=Decimal(10), **BY)
    drafts.discount(invoice=draft, percent=Decimal(50), reason="sorry", **BY)
    first = issuing.issue(invoice=draft, now=OCTOBER)
    again = rebilling.void(invoice=first, rebill=True, **BY)
    assert again is not None
    assert (again.total.text(), again.discount_reason) == ("20.00", "sorry")
    assert [line.description for line in again.lines.order_by("position")] == ["Basic plan", "Call", "Travel"]


def test_only_an_open_and_unpaid_one_is_voided(invoice: Invoice) -> None:
    collecting.mark_paid(invoice=invoice, amount=Decimal(1), **BY)
    with pytest.raises(Conflict, match="paid or credited"):
        rebilling.void(invoice=invoice, rebill=False, **BY)
    collecting.mark_paid(invoice=invoice, **BY)
    with pytest.raises(Conflict, match="only an open one"):
        rebilling.void(invoice=invoice, rebill=False, **BY)


@pytest.mark.parametrize("rebill", [True, False])
def test_a_void_leaves_nothing_that_verifying_would_find(
    invoice: Invoice, world: worlds.World, *, rebill: bool
) -> None:
    rebilling.void(invoice=invoice, rebill=rebill, **BY)
    assert [breach for check in verifying.CHECKS for breach in check.breaches()] == []


def test_nor_does_one_whose_late_usage_was_billed_since(invoice: Invoice, world: worlds.World) -> None:
    world.use("50", "2026-09-20", now=OCTOBER + timedelta(hours=1))
    builders.close(world.seller, NOVEMBER)
    rebilling.void(invoice=invoice, rebill=True, **BY)
    assert [breach for check in verifying.CHECKS for breach in check.breaches()] == []
