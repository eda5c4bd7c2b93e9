"""Celery's ticks: find ended periods whose usage must be asked for; keep the rollups of large ones close behind."""

from celery import shared_task

from apps.core import clock
from apps.tenancy import queries as tenancy
from apps.usage import operations as usage


@shared_task(name="usage.advance_rollups", ignore_result=True)
def advance_rollups() -> None:
    """Count what is far behind in every organization."""
    for organization in tenancy.organizations():
        usage.catch_up(organization=organization)


@shared_task(name="usage.announce_pulls", ignore_result=True)
def announce_pulls() -> None:
    """Announce what is to be asked now in every organization; the outbox does the asking."""
    for organization in tenancy.organizations():
        usage.announce_due(organization=organization, now=clock.billing(organization))
