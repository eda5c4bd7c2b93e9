"""Reminders: by the seller's schedule, once each, and never of what is paid."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models import F

from apps.delivery import operations, reminders
from apps.delivery.models import Delivery, Reminder
from apps.delivery.tasks import remind
from apps.invoicing.models import Invoice
from apps.outbox.work import work
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER
from tests.delivery.conftest import billed

DUE = OCTOBER + timedelta(days=14)  # the invoice of 1 October is due on the 15th


@pytest.fixture
def unpaid(seller: Organization) -> Invoice:
    """An invoice that is mailed and due on 15 October, with reminders 3 days before, and 3 and 10 after."""
    seller.reminder_days = [-3, 3, 10]
    seller.payment_details = "IBAN DE02"
    seller.save()
    invoice = billed(seller, calls=4)
    work(clock=lambda: OCTOBER)
    mail.outbox.clear()
    return invoice


def on(seller: Organization, day: timedelta, hour: int = 9) -> list[str]:
    """Take what is due so many days after the due day; return the subjects that were mailed."""
    moment: datetime = DUE + day + timedelta(hours=hour)
    before = len(mail.outbox)
    list(reminders.remind_due(organization=seller, now=moment))
    work(clock=lambda: moment)
    return [str(sent.subject) for sent in mail.outbox[before:]]


def days(count: int) -> timedelta:
    return timedelta(days=count)


def test_each_step_is_mailed_on_its_day_and_once(seller: Organization, unpaid: Invoice) -> None:
    assert on(seller, days(-4)) == []
    before = "Reminder: invoice INV-0001 from Northwind Studio, $380.00 due October 15"
    after = "Reminder: invoice INV-0001 from Northwind Studio, $380.00 was due October 15"
    assert on(seller, days(-3)) == [before]
    assert on(seller, days(-3), hour=10) == on(seller, days(0)) == on(seller, days(2)) == []
    assert on(seller, days(3)) == [after]
    assert on(seller, days(10)) == [after]
    assert on(seller, days(11)) == on(seller, days(100)) == []
    assert Delivery.objects.filter(message__topic="invoice.reminder_due").count() == 3


def test_it_is_polite_complete_and_carries_the_invoice(seller: Organization, unpaid: Invoice) -> None:
    on(seller, days(3))
    (sent,) = mail.outbox
    first, words, rows, *_ = str(sent.body).split("\n\n")
    assert first == "Reminder: invoice INV-0001 from Northwind Studio, $380.00 was due October 15, 2026."
    assert words.startswith("We have not seen your payment yet; perhaps it was overlooked.")
    assert "Coaching call, 4 calls" in rows and "IBAN DE02" in sent.body
    assert [part.get_filename() for part in sent.message().walk() if part.get_filename()] == ["INV-0001.pdf"]


def test_what_is_paid_is_never_reminded_of(seller: Organization, unpaid: Invoice) -> None:
    Invoice.objects.update(status=Invoice.Status.PAID, paid_at=OCTOBER, settled_minor=F("total_minor"))
    assert on(seller, days(3)) == []
    assert not Reminder.objects.exists()


def test_a_payment_between_the_step_and_its_mail_stops_it(seller: Organization, unpaid: Invoice) -> None:
    assert operations.remind(organization=seller, invoice=unpaid, days=3, now=DUE) is not None
    Invoice.objects.update(status=Invoice.Status.PAID, paid_at=OCTOBER, settled_minor=F("total_minor"))
    work(clock=lambda: DUE)
    assert mail.outbox == []


def test_what_is_partly_settled_asks_for_the_rest(seller: Organization, unpaid: Invoice) -> None:
    Invoice.objects.update(settled_minor=F("total_minor") - 12_00)
    assert on(seller, days(3)) == ["Reminder: invoice INV-0001 from Northwind Studio, $12.00 was due October 15"]
    assert "  Total: $380.00\n  Still to pay: $12.00\n" in str(mail.outbox[0].body)


def test_after_an_outage_one_mail_comes_for_the_last_step(seller: Organization, unpaid: Invoice) -> None:
    assert len(on(seller, days(11))) == 1
    assert [taken.days for taken in Reminder.objects.all()] == [10]
    assert on(seller, days(12)) == []


def test_a_schedule_set_late_does_not_reach_back(seller: Organization, unpaid: Invoice) -> None:
    assert on(seller, days(18)) == []
    assert len(on(seller, days(17))) == 1


def test_the_seller_s_own_days_count(seller: Organization, unpaid: Invoice) -> None:
    seller.timezone = "Pacific/Auckland"  # 13 hours ahead: the 18th begins there at 11:00 UTC of the 17th
    seller.save()
    assert on(seller, days(2), hour=10) == []
    assert len(on(seller, days(2), hour=12)) == 1


@pytest.mark.parametrize(
    ("schedule", "issued", "due", "today", "step"),
    [
        ([-3, 3], 1, 15, 11, None),
        ([-3, 3], 1, 15, 12, -3),
        ([-3, 3], 1, 15, 18, 3),
        ([0], 1, 15, 15, 0),
        ([-3], 1, 15, 15, -3),
        ([-3], 1, 15, 16, None),
        ([-9], 1, 15, 13, -9),
        ([-9], 1, 15, 14, None),
        ([3], 1, 15, 25, 3),
        ([3], 1, 15, 26, None),
        ([-3], 1, 2, 5, None),
        ([-3], 12, 15, 13, None),
        ([0], 15, 15, 15, None),
        ([0, 1], 15, 15, 16, 1),
    ],
)
def test_the_step_of_a_day(schedule: Sequence[int], issued: int, due: int, today: int, step: int | None) -> None:
    said = reminders.step_for(
        list(schedule), issued_on=date(2026, 10, issued), due_on=date(2026, 10, due), today=date(2026, 10, today)
    )
    assert said == step


def test_without_a_schedule_nobody_is_reminded(seller: Organization) -> None:
    billed(seller, calls=1)
    work(clock=lambda: OCTOBER)
    mail.outbox.clear()
    assert on(seller, days(3)) == []


def test_the_database_keeps_a_step_once(unpaid: Invoice, seller: Organization) -> None:
    Reminder.objects.create(organization=seller, invoice=unpaid, days=3, created_at=OCTOBER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(organization=seller, invoice=unpaid, days=3, created_at=OCTOBER)
    assert operations.remind(organization=seller, invoice=unpaid, days=3, now=OCTOBER) is None


def test_the_tick_goes_through_every_organization_on_its_own_clock(db: None) -> None:
    for key in ("one", "two"):
        organization = builders.organization(key, mode="test", clock_at=DUE + days(3), reminder_days=[3])
        with scope.of(organization):
            billed(organization, calls=1)
    remind.run()
    with scope.everywhere():
        assert Reminder.objects.count() == 2


def test_one_question_finds_what_is_due(
    seller: Organization, unpaid: Invoice, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    with django_assert_num_queries(1):
        assert list(reminders.due(organization=seller, today=date(2026, 10, 18))) == [(unpaid, 3)]
