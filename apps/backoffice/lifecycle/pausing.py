"""Pause and resume; suspend and restore."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.backoffice.lifecycle import choices
from apps.backoffice.lifecycle.base import Deed, DeedForm
from apps.invoicing.lifecycle import pausing
from apps.invoicing.lifecycle.holding import Changed
from apps.invoicing.lifecycle.proration import Proration
from apps.subscriptions.models import Subscription

Status = Subscription.Status


class PauseForm(DeedForm):
    """What becomes of fees in advance."""

    proration = choices.proration(first=Proration.NONE)


class Pause(Deed[Subscription]):
    """Stop billing for a while."""

    route = "pause"
    title = "Pause"
    button = "Pause"
    form_class = PauseForm

    def is_offered(self, subject: Subscription) -> bool:
        return subject.status in (Status.TRIALING, Status.ACTIVE, Status.SUSPENDED)

    def words(self, subject: Subscription) -> list[str]:
        return ["What is open is billed up to now, then nothing until it is resumed. Usage meanwhile is free."]

    def run(self, subject: Subscription, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return pausing.pause(
            subscription=subject, proration=said["proration"], reason=said["reason"], now=now, actor=actor
        )

    def done(self, changed: Changed, subject: Subscription) -> str:
        return f"{subject} is paused."


class Resume(Deed[Subscription]):
    """Bill again."""

    route = "resume"
    title = "Resume"
    button = "Resume"

    def is_offered(self, subject: Subscription) -> bool:
        return subject.status == Status.PAUSED

    def words(self, subject: Subscription) -> list[str]:
        return ["It is billed again from now on: fees for what is left of their interval, usage as it comes."]

    def run(self, subject: Subscription, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return pausing.resume(subscription=subject, reason=said["reason"], now=now, actor=actor)

    def done(self, changed: Changed, subject: Subscription) -> str:
        return f"{subject} is billed again."


class Suspend(Deed[Subscription]):
    """Take access away."""

    route = "suspend"
    title = "Suspend"
    button = "Suspend"

    def is_offered(self, subject: Subscription) -> bool:
        return subject.status != Status.CANCELED and subject.suspended_at is None

    def words(self, subject: Subscription) -> list[str]:
        return ["Nobody has access until it is restored. Usage is still recorded, and billing runs on."]

    def run(self, subject: Subscription, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return pausing.suspend(subscription=subject, reason=said["reason"], now=now, actor=actor)

    def done(self, changed: Changed, subject: Subscription) -> str:
        return f"{subject} is suspended."


class Restore(Deed[Subscription]):
    """Give access back."""

    route = "restore"
    title = "Restore access"
    button = "Restore access"

    def is_offered(self, subject: Subscription) -> bool:
        return subject.status != Status.CANCELED and subject.suspended_at is not None

    def words(self, subject: Subscription) -> list[str]:
        return ["Everybody who had access has it again. Billing is as it was."]

    def run(self, subject: Subscription, said: Mapping[str, Any], *, now: datetime, actor: str) -> Changed:
        return pausing.restore(subscription=subject, reason=said["reason"], now=now, actor=actor)

    def done(self, changed: Changed, subject: Subscription) -> str:
        return f"{subject} has access again."
