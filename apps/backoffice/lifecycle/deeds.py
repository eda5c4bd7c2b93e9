"""All that may be done to a subscription, and to one of its items, in the order of its buttons."""

from typing import Any

from apps.backoffice.lifecycle.base import Deed
from apps.backoffice.lifecycle.changing import ChangePlan
from apps.backoffice.lifecycle.ending import Cancel, Reactivate
from apps.backoffice.lifecycle.items import AddItem, Remove, SetQuantity
from apps.backoffice.lifecycle.pausing import Pause, Restore, Resume, Suspend

OF_SUBSCRIPTION: tuple[Deed[Any], ...] = (
    Resume(),
    Restore(),
    Reactivate(),
    ChangePlan(),
    AddItem(),
    Pause(),
    Suspend(),
    Cancel(),
)
OF_ITEM: tuple[Deed[Any], ...] = (SetQuantity(), Remove())
