"""Celery's tick: do the work of runs, and close what is due, organization by organization."""

from celery import shared_task

from apps.core import clock
from apps.invoicing.lifecycle import ending
from apps.invoicing.runs import running
from apps.tenancy import queries as tenancy


@shared_task(name=running.TASK, ignore_result=True)
def close_due() -> None:
    """Do the work of runs that are not done, and close everything that is due now in every organization."""
    for organization in tenancy.organizations():
        now = clock.billing(organization)
        ending.cancel_long_suspended(organization=organization, now=now)
        running.tick(organization=organization, now=now)
