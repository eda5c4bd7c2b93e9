"""Every page of the office that shows more than one room; Django's admin finds them here."""

from apps.backoffice import (
    credit_notes,
    customers,
    events,
    goods,
    invoices,
    items,
    jobs,
    payments,
    runs,
    settings_page,
    tax_rates,
    usage_systems,
)
from apps.backoffice.subscription import page as subscriptions

__all__ = [
    "credit_notes",
    "customers",
    "events",
    "goods",
    "invoices",
    "items",
    "jobs",
    "payments",
    "runs",
    "settings_page",
    "subscriptions",
    "tax_rates",
    "usage_systems",
]
