"""Who is on which plan, who uses it, and the time line of each billable item."""

from apps.subscriptions.models.items import Item, Quantity
from apps.subscriptions.models.periods import Period
from apps.subscriptions.models.seats import Seat
from apps.subscriptions.models.subscriptions import PlanChange, Subscription

__all__ = ["Item", "Period", "PlanChange", "Quantity", "Seat", "Subscription"]
