"""The rows of usage, a module for each kind."""

from apps.usage.models.events import Event

__all__ = ["Event"]
