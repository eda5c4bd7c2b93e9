"""The pages of limits and alerts, and where they stand."""

from apps.usage.admin import rules

__all__ = ["rules"]
