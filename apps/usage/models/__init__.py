"""The rows of usage, a module for each kind."""

from apps.usage.models.alerts import Alert, AlertFiring
from apps.usage.models.events import Event
from apps.usage.models.limits import Limit, LimitFiring
from apps.usage.models.pulls import Pull, PullSource
from apps.usage.models.rollups import DailyRollup, Rollup

__all__ = ["Alert", "AlertFiring", "DailyRollup", "Event", "Limit", "LimitFiring", "Pull", "PullSource", "Rollup"]
