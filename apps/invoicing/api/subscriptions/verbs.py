"""What is done to a whole subscription."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.scoped_api import KEY_HEADER, id_parameter
from apps.catalog.api import references
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import problems
from apps.core.fields import NumberIn, StrictSerializer, Text
from apps.invoicing.api.subscriptions.doing import Asked, ChangeSerializer, Verb, add_on_names
from apps.invoicing.lifecycle import changing, ending, pausing
from apps.invoicing.lifecycle.holding import Changed
from apps.invoicing.lifecycle.proration import Proration, When

_Post = TypeVar("_Post", bound=Callable[..., Response])

PRORATION_HELP = "prorate: what was paid in advance for time that is cut off is credited. none: it is kept."
KEPT = "Fees paid in advance are kept unless `proration` says otherwise; fees in arrears are charged for the part used."


def described(name: str, summary: str, description: str, form: type[StrictSerializer]) -> Callable[[_Post], _Post]:
    """Describe a verb of a subscription for OpenAPI."""
    documented: Callable[[_Post], _Post] = extend_schema(
        operation_id=f"{name}_subscription",
        summary=summary,
        description=description,
        tags=["subscriptions"],
        parameters=[id_parameter("sub_…"), KEY_HEADER],
        request={"application/json": form},
        responses={200: ChangeSerializer, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    return documented


def proration(default: str) -> serializers.ChoiceField:
    """Take whether anything is given back."""
    return serializers.ChoiceField(choices=Proration.choices, default=default, help_text=PRORATION_HELP)


class PlanToChangeTo(Asked):
    """Another plan."""

    plan = Text(max_length=references.LONGEST, help_text="The plan's id or key.")
    add_ons = add_on_names()
    quantity = NumberIn(required=False, help_text="How many of the base fee: as many as before unless given.")
    when = serializers.ChoiceField(
        choices=When.choices, default=When.NOW, help_text="period_end: at the end of the plan's cycle."
    )
    proration = proration(Proration.PRORATE)


class ChangePlan(Verb):
    """Another plan for a subscription."""

    @described(
        "change_plan_of",
        "Change the plan",
        "Add-ons that the new plan has at the same price and interval go on untouched; what goes on at another price "
        "is billed up to now and begins afresh; the rest ends. Another interval begins a cycle of its own. With `when: "
        "period_end` it is planned, and may be taken back by `reactivate`; a change planned before is replaced.",
        PlanToChangeTo,
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        subscription = self.found(public_id, request)
        sent = self.sent(request, PlanToChangeTo)
        sent["plan"] = self.plan(sent["plan"], request)
        sent["add_ons"] = self.add_ons(sent.get("add_ons", []), request)
        return self.done(request, sent, changing.change_plan, subscription=subscription)


class Plainly(Verb):
    """A verb that is told nothing but what its form says."""

    form: ClassVar[type[Asked]] = Asked
    verb: ClassVar[Callable[..., Changed]]

    def answered(self, request: Request, public_id: str) -> Response:
        """Do the verb to the subscription of an address."""
        self.asked(request)
        subscription = self.found(public_id, request)
        return self.done(request, self.sent(request, self.form), type(self).verb, subscription=subscription)


class Cancellation(Asked):
    """When a subscription ends."""

    when = serializers.ChoiceField(
        choices=When.choices, default=When.PERIOD_END, help_text="period_end: at the end of the plan's cycle."
    )
    proration = proration(Proration.NONE)


class Cancel(Plainly):
    """The end of a subscription."""

    form = Cancellation
    verb = staticmethod(ending.cancel)

    @described(
        "cancel", "Cancel a subscription", f"Now, with a last invoice of everything open, or later. {KEPT}", form
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.answered(request, public_id)


class Reactivate(Plainly):
    """What was planned for a subscription, taken back."""

    verb = staticmethod(ending.reactivate)

    @described(
        "reactivate",
        "Take a cancellation back",
        "As long as the end lies ahead. Where a change of plan is planned, that is taken back.",
        Asked,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.answered(request, public_id)


class Prorated(Asked):
    """Whether anything is given back."""

    proration = proration(Proration.NONE)


class Pause(Plainly):
    """A time in which nothing is billed."""

    form = Prorated
    verb = staticmethod(pausing.pause)

    @described(
        "pause",
        "Pause a subscription",
        f"What is open is billed up to now; from then on nothing is, and usage is free, until `resume`. {KEPT}",
        form,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.answered(request, public_id)


class Resume(Plainly):
    """The end of a pause."""

    verb = staticmethod(pausing.resume)

    @described("resume", "Resume a subscription", "Fees are due for what is left of their interval.", Asked)
    def post(self, request: Request, public_id: str) -> Response:
        return self.answered(request, public_id)


class Suspend(Plainly):
    """Access taken away."""

    verb = staticmethod(pausing.suspend)

    @described("suspend", "Suspend a subscription", "Access ends; metering and billing run on.", Asked)
    def post(self, request: Request, public_id: str) -> Response:
        return self.answered(request, public_id)


class Restore(Plainly):
    """Access given back."""

    verb = staticmethod(pausing.restore)

    @described("restore", "Restore a suspended subscription", "Access is given back.", Asked)
    def post(self, request: Request, public_id: str) -> Response:
        return self.answered(request, public_id)
