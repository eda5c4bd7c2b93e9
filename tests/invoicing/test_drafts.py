"""Drafts: lines by hand, discounts, terms, recalculation and discarding."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.core.refusals import Conflict, NotFound, Refusal
from apps.invoicing import drafts, issuing, rebilling
from apps.invoicing.lifecycle import ending
from apps.invoicing.models import Charge, CreditNote, Invoice, Line
from apps.subscriptions.models import Period, Subscription
from apps.tenancy.models import AuditEntry, Organization
from apps.usage import operations as usage
from tests import builders
from tests.builders import OCTOBER
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, day

BY: dict[str, Any] = {"now": OCTOBER, "actor": WHO}


@pytest.fixture
def world(seller: Organization) -> worlds.World:
    """A seller that looks at each invoice before it goes out."""
    world = worlds.world(seller, timing="arrears")
    seller.auto_finalize = False
    seller.save()
    return world


@pytest.fixture
def draft(world: worlds.World) -> Invoice:
    """September: 30.00 for the plan, 10.00 for a hundred calls."""
    world.start()
    world.use("100", "2026-09-05")
    (invoice,) = builders.close(world.seller, OCTOBER)
    return invoice


def figures(invoice: Invoice) -> tuple[str, str]:
    """Return discount and total of an invoice as it is stored."""
    invoice.refresh_from_db()
    return worlds.money(invoice.discount_minor), invoice.total.text()


def test_a_line_by_hand_is_added_changed_and_removed(draft: Invoice) -> None:
    line = drafts.add_line(
        invoice=draft, description="Travel", quantity=Decimal(2), unit_amount=Decimal("12.345"), **BY
    )
    assert (line.amount_minor, figures(draft)) == (2469, ("0.00", "64.69"))
    drafts.change_line(line=line, quantity=Decimal(1), **BY)
    assert figures(draft) == ("0.00", "52.35")
    drafts.remove_line(line=line, **BY)
    assert figures(draft) == ("0.00", "40.00")
    assert list(AuditEntry.objects.filter(object_id=draft.public_id).values_list("verb", flat=True)) == [
        "line added",
        "line changed",
        "line removed",
    ]


@pytest.mark.parametrize("category", ["Standard", "full rate", "１２"])
def test_a_tax_category_that_no_rate_can_have_is_refused(draft: Invoice, category: str) -> None:
    lines = draft.lines.count()
    with pytest.raises(Refusal, match="small letters") as refused:
        drafts.add_line(
            invoice=draft,
            description="Travel",
            quantity=Decimal(1),
            unit_amount=Decimal(10),
            tax_category=category,
            **BY,
        )
    assert (refused.value.field, draft.lines.count()) == ("tax_category", lines)


def test_what_was_measured_is_not_changed_by_hand(draft: Invoice) -> None:
    line = draft.lines.latest("pk")
    for change in (drafts.remove_line, drafts.change_line):
        with pytest.raises(Refusal, match="measured"):
            change(line=line, **BY)


def test_a_discount_in_percent_is_spread_over_the_lines(draft: Invoice) -> None:
    drafts.discount(invoice=draft, percent=Decimal("33.3333"), reason="a slow month", **BY)
    assert figures(draft) == ("13.33", "26.67")
    assert list(draft.lines.order_by("position").values_list("discount_minor", flat=True)) == [1000, 333]
    drafts.add_line(invoice=draft, description="More", quantity=Decimal(1), unit_amount=Decimal(60), **BY)
    assert figures(draft) == ("33.33", "66.67")
    drafts.discount(invoice=draft, **BY)
    assert figures(draft) == ("0.00", "100.00")


def test_a_discount_never_takes_more_than_there_is(draft: Invoice) -> None:
    drafts.discount(invoice=draft, amount=Decimal(45), reason="sorry", **BY)
    assert figures(draft) == ("40.00", "0.00")
    drafts.add_line(invoice=draft, description="More", quantity=Decimal(1), unit_amount=Decimal(60), **BY)
    assert figures(draft) == ("45.00", "55.00")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"percent": Decimal(101), "reason": "x"}, "percent"),
        ({"percent": Decimal(0), "reason": "x"}, "percent"),
        ({"amount": Decimal(-1), "reason": "x"}, "amount"),
        ({"amount": Decimal(1), "percent": Decimal(1), "reason": "x"}, "amount"),
        ({"amount": Decimal(1), "reason": " "}, "reason"),
    ],
)
def test_a_discount_that_is_none_is_refused(draft: Invoice, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        drafts.discount(invoice=draft, **given, **BY)
    assert refused.value.field == field
    assert figures(draft) == ("0.00", "40.00")


def test_terms_of_its_own_count_from_its_day(draft: Invoice) -> None:
    drafts.set_terms(invoice=draft, days=3, notes="Thank you.", **BY)
    issued = issuing.issue(invoice=draft, now=OCTOBER + timedelta(days=1))
    assert (issued.due_on, issued.notes) == (date(2026, 10, 5), "Thank you.")


def test_recalculated_it_rates_everything_so_far_and_keeps_what_was_added(draft: Invoice, world: worlds.World) -> None:
    drafts.add_line(invoice=draft, description="Travel", quantity=Decimal(1), unit_amount=Decimal(5), **BY)
    drafts.discount(invoice=draft, percent=Decimal(10), reason="sorry", **BY)
    assert not rebilling.is_behind(invoice=draft)
    world.use("50", "2026-09-20", now=OCTOBER + timedelta(hours=1))
    assert rebilling.is_behind(invoice=draft)
    assert figures(draft) == ("4.50", "40.50")
    rebilling.recalculate(invoice=draft, **BY)
    assert figures(draft) == ("5.00", "45.00")
    assert not rebilling.is_behind(invoice=draft)
    assert [line.description for line in draft.lines.order_by("position")] == ["Basic plan", "Call", "Travel"]
    assert Charge.objects.count() == 2


def test_a_reversal_before_recalculating_is_on_no_credit_note(draft: Invoice, world: worlds.World) -> None:
    event = worlds.last_event()
    usage.reverse_event(
        organization=world.seller, public_id=event.public_id, reason="twice", now=OCTOBER, source="api", actor=WHO
    )
    rebilling.recalculate(invoice=draft, **BY)
    assert figures(draft) == ("0.00", "30.00")
    issuing.issue(invoice=draft, now=OCTOBER)
    assert [invoice.total.text() for invoice in builders.close(world.seller, builders.NOVEMBER)] == ["30.00"]
    assert not CreditNote.objects.exists()


def test_nothing_recalculates_by_itself(draft: Invoice, world: worlds.World) -> None:
    world.use("50", "2026-09-20", now=OCTOBER + timedelta(hours=1))
    issuing.issue(invoice=draft, now=OCTOBER)
    (october,) = builders.close(world.seller, builders.NOVEMBER)
    assert [(line.description, line.amount_minor) for line in october.lines.order_by("position")] == [
        ("Basic plan", 3000),
        ("Call", 0),
        ("Call: late usage", 500),
    ]


def test_discarded_its_periods_are_due_with_the_next_invoice(draft: Invoice, world: worlds.World) -> None:
    drafts.discard(invoice=draft, **BY)
    assert not Invoice.objects.exists()
    assert not Charge.objects.exists()
    assert Period.objects.filter(returned_at__isnull=False).count() == 2
    (october,) = builders.close(world.seller, builders.NOVEMBER)
    assert sorted(((line.period_starts_at or OCTOBER).month, line.amount_minor) for line in october.lines.all()) == [
        (9, 1000),
        (9, 3000),
        (10, 0),
        (10, 3000),
    ]
    assert not Period.objects.filter(returned_at__isnull=False).exists()
    assert builders.close(world.seller, builders.NOVEMBER + timedelta(days=30))[0].total.text() == "30.00"


@pytest.fixture
def further(draft: Invoice, world: worlds.World) -> Invoice:
    """October's draft, with late usage of September on top of what September's draft charges."""
    world.use("50", "2026-09-20", now=OCTOBER + timedelta(hours=1))
    (october,) = builders.close(world.seller, builders.NOVEMBER)
    assert october.lines.filter(late=True).exists()
    return october


def test_what_was_charged_further_since_is_not_rated_again(
    draft: Invoice, further: Invoice, world: worlds.World
) -> None:
    assert not rebilling.is_behind(invoice=draft)
    rebilling.recalculate(invoice=draft, **BY)
    assert (figures(draft), figures(further)) == (("0.00", "40.00"), ("0.00", "35.00"))
    rebilling.recalculate(invoice=further, **BY)
    assert figures(further) == ("0.00", "35.00")
    for invoice in (draft, further):
        issuing.issue(invoice=invoice, now=builders.NOVEMBER)
    assert builders.close(world.seller, day("2026-12-01"))[0].total.text() == "30.00"


def test_what_was_charged_further_since_is_not_discarded(draft: Invoice, further: Invoice) -> None:
    with pytest.raises(Conflict, match="on another draft since: finalize or discard that one first"):
        drafts.discard(invoice=draft, **BY)
    issuing.issue(invoice=further, now=builders.NOVEMBER)
    with pytest.raises(Conflict, match="on INV-0001 since: finalize this one") as refused:
        drafts.discard(invoice=draft, **BY)
    assert (refused.value.code, figures(draft)) == ("billed_since", ("0.00", "40.00"))


def test_the_last_one_is_discarded_first(draft: Invoice, further: Invoice, world: worlds.World) -> None:
    for invoice in (further, draft):
        drafts.discard(invoice=invoice, **BY)
    (december,) = builders.close(world.seller, day("2026-12-01"))
    assert december.total.text() == "105.00"


def test_after_the_end_what_was_discarded_is_drafted_anew(draft: Invoice, world: worlds.World) -> None:
    subscription = Subscription.objects.get()
    ending.cancel(subscription=subscription, now=OCTOBER + timedelta(hours=1), actor=WHO, when="now")
    drafts.discard(invoice=draft, now=OCTOBER + timedelta(hours=2), actor=WHO)
    (anew,) = builders.close(world.seller, OCTOBER + timedelta(hours=3))
    assert (anew.status, anew.total.text(), anew.cause) == ("draft", "40.00", "late")
    assert builders.close(world.seller, OCTOBER + timedelta(hours=4)) == []


def test_a_fee_in_advance_of_a_discarded_draft_is_due_again(seller: Organization) -> None:
    world = worlds.world(seller)
    seller.auto_finalize = False
    seller.save()
    world.start()
    drafts.discard(invoice=Invoice.objects.get(), now=day("2026-09-02"), actor=WHO)
    (october,) = builders.close(seller, OCTOBER)
    assert october.total.text() == "60.00"


def test_an_invoice_about_no_subscription(world: worlds.World) -> None:
    invoice = drafts.create(customer=world.buyer, **BY)
    with pytest.raises(Conflict, match="no lines"):
        issuing.issue(invoice=invoice, now=OCTOBER)
    drafts.add_line(invoice=invoice, description="Workshop", quantity=Decimal(1), unit_amount=Decimal(500), **BY)
    issued = issuing.issue(invoice=invoice, now=OCTOBER)
    assert (issued.number, issued.total.text(), issued.cause) == ("INV-0001", "500.00", "manual")


def test_a_finalized_invoice_takes_no_more(draft: Invoice) -> None:
    issuing.issue(invoice=draft, now=OCTOBER)
    line = Line.objects.latest("pk")
    attempts: list[Any] = [
        lambda: drafts.add_line(invoice=draft, description="x", quantity=Decimal(1), unit_amount=Decimal(1), **BY),
        lambda: drafts.remove_line(line=line, **BY),
        lambda: drafts.discount(invoice=draft, percent=Decimal(1), reason="x", **BY),
        lambda: drafts.set_terms(invoice=draft, days=3, **BY),
        lambda: drafts.discard(invoice=draft, **BY),
        lambda: rebilling.recalculate(invoice=draft, **BY),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict, match="never changes"):
            attempt()


def test_what_is_gone_is_not_found(draft: Invoice) -> None:
    drafts.discard(invoice=draft, **BY)
    with pytest.raises(NotFound):
        drafts.discount(invoice=draft, percent=Decimal(1), reason="x", **BY)
