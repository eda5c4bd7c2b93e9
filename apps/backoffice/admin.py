"""Every page of the office that shows more than one room; Django's admin finds them here."""

from apps.backoffice import credit_notes, customers, events, invoices, items, jobs, settings_page, usage_systems

__all__ = ["credit_notes", "customers", "events", "invoices", "items", "jobs", "settings_page", "usage_systems"]
