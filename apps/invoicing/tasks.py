"""Celery's tick: close what is due, organization by organization."""

from celery import shared_task

from apps.core import clock
from apps.invoicing import closing
from apps.invoicing.lifecycle import ending
from apps.tenancy import queries as tenancy


@shared_task(name="invoicing.close_due", ignore_result=True)
def close_due() -> None:
    """Close everything that is due now in every organization."""
    for organization in tenancy.organizations():
        now = clock.billing(organization)
        ending.cancel_long_suspended(organization=organization, now=now)
        for _ in closing.close_due(organization=organization, as_of=now, now=now):
            pass
