"""Celery's tick: keep the rollups of large periods close behind their events."""

from celery import shared_task

from apps.tenancy import queries as tenancy
from apps.usage import operations as usage


@shared_task(name="usage.advance_rollups", ignore_result=True)
def advance_rollups() -> None:
    """Count what is far behind in every organization."""
    for organization in tenancy.organizations():
        usage.catch_up(organization=organization)
