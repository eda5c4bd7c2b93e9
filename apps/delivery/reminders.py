"""Which unpaid invoices are to be reminded of, by the schedule of their organization."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Max, OuterRef, Subquery

from apps.delivery import operations
from apps.delivery.models import Reminder
from apps.invoicing.models import Invoice
from apps.outbox.models import Message
from apps.rating.wallclock import local_date
from apps.tenancy.models import Organization

# A step is taken on its day, or after an outage within a week; later it would be a reminder of another time.
LATEST = timedelta(days=7)


def remind_due(*, organization: Organization, now: datetime) -> Iterator[Message]:
    """Take every step that is due, one invoice after the other; `now` is business time."""
    today = local_date(now, organization.zone)
    for invoice, days in due(organization=organization, today=today):
        message = operations.remind(organization=organization, invoice=invoice, days=days, now=now)
        if message is not None:
            yield message


def due(*, organization: Organization, today: date) -> Iterator[tuple[Invoice, int]]:
    """Return each open invoice for which a step is due and not taken, with that step."""
    schedule = organization.reminder_days
    if not schedule:
        return
    taken = Reminder.objects.filter(invoice=OuterRef("pk")).order_by().values("invoice").annotate(last=Max("days"))
    rows = Invoice.objects.filter(
        status=Invoice.Status.OPEN,
        due_on__gte=today - LATEST - timedelta(days=max(schedule)),
        due_on__lte=today - timedelta(days=min(schedule)),
    ).annotate(taken=Subquery(taken.values("last")))
    for invoice in rows.order_by("pk").iterator(chunk_size=1000):
        assert invoice.due_on is not None and invoice.issued_on is not None, "a finalized invoice has its dates"
        step = step_for(schedule, issued_on=invoice.issued_on, due_on=invoice.due_on, today=today)
        if step is not None and (invoice.taken is None or invoice.taken < step):
            yield invoice, step


def step_for(schedule: list[int], *, issued_on: date, due_on: date, today: date) -> int | None:
    """Return the last step of a schedule whose day has come; None before the first, and where it is too long ago.

    A step on or before the day of the invoice itself reminds of nothing, and one before the due day not after it.
    """
    come = [days for days in schedule if due_on + timedelta(days=days) <= today]
    if not come:
        return None
    step = max(come)
    day = due_on + timedelta(days=step)
    is_passed = today - day > LATEST or (step <= 0 and today > due_on)
    return None if is_passed or day <= issued_on else step
