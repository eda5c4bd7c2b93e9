"""The rows of usage, a module for each kind."""

from apps.usage.models.events import Event
from apps.usage.models.rollups import DailyRollup, Rollup

__all__ = ["DailyRollup", "Event", "Rollup"]
