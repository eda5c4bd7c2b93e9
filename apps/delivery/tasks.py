"""Celery's tick: remind of what is unpaid, organization by organization."""

from celery import shared_task

from apps.core import clock
from apps.delivery import reminders
from apps.tenancy import queries as tenancy
from apps.tenancy import scope


@shared_task(name="delivery.remind", ignore_result=True)
def remind() -> None:
    """Take every step of every schedule of reminders that is due now."""
    for organization in tenancy.organizations():
        with scope.of(organization):
            for _ in reminders.remind_due(organization=organization, now=clock.billing(organization)):
                pass
