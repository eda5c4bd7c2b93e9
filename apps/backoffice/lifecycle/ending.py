"""Cancel, and take that back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.backoffice.lifecycle import choices
from apps.backoffice.lifecycle.base import Deed, DeedForm
from apps.core.formats import Formats
from apps.invoicing.lifecycle import ending
from apps.invoicing.lifecycle.holding import Changed
from apps.invoicing.lifecycle.proration import Proration, When
from apps.subscriptions import queries
from apps.subscriptions.models import Subscription

Status = Subscription.Status


class CancelForm(DeedForm):
    """When, and what becomes of fees in advance."""

    when = choices.when(first=When.PERIOD_END)
    proration = choices.proration(first=Proration.NONE)

    def prepare(self) -> None:
        if self.subject.ends_at is not None:
            del self.fields["when"]


class Cancel(Deed[Subscription]):
    """End a subscription, now or at the end of its cycle."""

    route = "cancel"
    title = "Cancel"
    button = "Cancel"
    form_class = CancelForm

    def is_offered(self, subject: Subscription) -> bool:
        return subject.status != Status.CANCELED

    def words(self, subject: Subscription) -> list[str]:
        if subject.ends_at is not None:
            return ["It is to end by itself already. Cancel it now, and everything open is billed on one last invoice."]
        return [
            "At the end of its cycle: it runs on until then, and until then this can be taken back.",
            "Now: it ends at once, and everything open is billed on one last invoice.",
        ]

    def run(self, subject: Subscription, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return ending.cancel(
            subscription=subject,
            when=said.get("when", When.NOW),
            proration=said["proration"],
            reason=said["reason"],
            now=now,
            actor=actor,
        )

    def done(self, changed: Changed, subject: Subscription) -> str:
        ends_on = Formats.of(subject.organization.locale, subject.organization.zone).day_of(changed.at)
        verb = "has ended" if changed.subscription.status == Status.CANCELED else f"ends on {ends_on}"
        return f"{subject} {verb}."


class Reactivate(Deed[Subscription]):
    """Take back a cancellation or a planned change of plan."""

    route = "reactivate"
    title = "Take back what is planned"
    button = "Take back what is planned"

    def is_offered(self, subject: Subscription) -> bool:
        if subject.status == Status.CANCELED:
            return False
        return subject.ends_at is not None or queries.planned_change(subscription=subject) is not None

    def words(self, subject: Subscription) -> list[str]:
        planned = queries.planned_change(subscription=subject)
        if planned is not None:
            return [f"The change to {planned.plan} is not made. The subscription stays on {subject.plan}."]
        return ["The cancellation is taken back, and the subscription runs on as if it had never been."]

    def run(self, subject: Subscription, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return ending.reactivate(subscription=subject, reason=said["reason"], now=now, actor=actor)

    def done(self, changed: Changed, subject: Subscription) -> str:
        return f"{subject} runs on."
