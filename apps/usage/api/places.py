"""The three places at which limits and alerts stand, as addresses: an item, an add-on, an add-on on one plan."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from apps.accounts.scoped_api import ScopedView, id_parameter
from apps.catalog import queries as catalog
from apps.catalog.api import references
from apps.core.json_body import JSONBody
from apps.subscriptions import queries as timelines
from apps.usage.models import Alert, Limit
from apps.usage.rules import Where

STANDS = ("item", "plan", "add_on")


@dataclass(frozen=True)
class Told:
    """How OpenAPI speaks of a place: in operation ids, in words, and by the parts of its address."""

    word: str
    phrase: str
    tag: str
    parameters: Sequence[OpenApiParameter]


ITEM = Told("item", "one item", "items", [id_parameter("itm_…")])
ADD_ON = Told("add_on", "an add-on wherever it is sold", "add-ons", [references.parameter("add-on", "add_…")])
PLAN_ADD_ON = Told(
    "plan_add_on",
    "an add-on on one plan",
    "plans",
    [references.parameter("plan", "pln_…"), references.parameter("add-on", "add_…", name="add_on")],
)


class Placed(ScopedView, ABC):
    """A view of the rules at one place."""

    parser_classes = [JSONBody]

    @abstractmethod
    def where(self, request: Request, **named: str) -> Where:
        """Return the place that an address names; raise NotFound."""


class OfItem(Placed):
    """At an item."""

    def where(self, request: Request, **named: str) -> Where:
        related = ("subscription__customer", "add_on__metric")
        return Where(item=self.one(timelines.items().select_related(*related), named["public_id"], request))


class OfAddOn(Placed):
    """At an add-on."""

    def where(self, request: Request, **named: str) -> Where:
        return Where(add_on=references.in_path(self.own(catalog.add_ons(), request), named["public_id"]))


class OfPlanAddOn(Placed):
    """At an add-on on one plan."""

    def where(self, request: Request, **named: str) -> Where:
        plan = references.in_path(self.own(catalog.plans(), request), named["public_id"])
        return Where(plan=plan, add_on=references.in_path(self.own(catalog.add_ons(), request), named["add_on"]))


def stands_at(rule: Limit | Alert) -> str:
    """Say where a rule stands: item, plan or add_on."""
    return "item" if rule.item_id is not None else "plan" if rule.plan_id is not None else "add_on"


def parameters_of(told: Told) -> dict[str, Any]:
    """Return what every operation at a place says of itself."""
    return {"tags": [told.tag], "parameters": list(told.parameters)}
