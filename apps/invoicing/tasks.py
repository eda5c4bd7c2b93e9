"""Celery's tick: do the work of runs, and close what is due, organization by organization."""

from celery import shared_task

from apps.core import clock
from apps.invoicing.lifecycle import ending
from apps.invoicing.runs import running, workers
from apps.tenancy import queries as tenancy


@shared_task(name=running.TASK, ignore_result=True)
def close_due() -> None:
    """Do the work of runs that are not done, and close everything that is due now in every organization.

    Where that is much, other workers are called to help.
    """
    for organization in tenancy.organizations():
        now = clock.billing(organization)
        ending.cancel_long_suspended(organization=organization, now=now)
        workers.call_help(organization=organization, as_of=now)
        running.tick(organization=organization, now=now)


@shared_task(name=workers.HELP, ignore_result=True)
def help_close_due() -> None:
    """Do the same beside a worker that is at it already, and call nobody."""
    for organization in tenancy.organizations():
        running.tick(organization=organization, now=clock.billing(organization))
