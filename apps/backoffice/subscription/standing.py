"""Where a subscription stands and what is planned for it, in plain sentences."""

from collections.abc import Iterator
from datetime import date, datetime

from apps.core.formats import Formats
from apps.subscriptions.models import PlanChange, Subscription

Status = Subscription.Status
COLOURS: dict[str, str] = {
    Status.SCHEDULED: "info",
    Status.TRIALING: "info",
    Status.ACTIVE: "success",
    Status.SUSPENDED: "warning",
    Status.PAUSED: "warning",
    Status.CANCELED: "",
}


def sentences(
    subscription: Subscription, *, planned: PlanChange | None, formats: Formats, today: date
) -> Iterator[str]:
    """Say where it stands, then what is planned for it."""

    def day(instant: datetime | None) -> str:
        return formats.day_of(instant, today=today) if instant is not None else ""

    since, until = day(subscription.starts_at), day(subscription.ends_at)
    match subscription.status:
        case Status.SCHEDULED:
            yield f"Begins on {since}. Nothing is billed before."
        case Status.TRIALING:
            trial = day(subscription.trial_ends_at)
            yield f"On trial since {since}: until {trial} usage is free, and no fee is due."
        case Status.CANCELED:
            yield f"Ended on {until}. It began on {since}."
            return
        case Status.PAUSED:
            yield f"Paused since {day(subscription.paused_at)}: nothing is billed until it is resumed."
        case _:
            yield f"Active since {since}."
    if subscription.suspended_at is not None:
        yield f"Suspended since {day(subscription.suspended_at)}: nobody has access, and billing runs on."
    if subscription.ends_at is not None:
        yield f"Ends on {until}. Until then the cancellation can be taken back."
    if planned is not None:
        yield f"Changes to {planned.plan} on {day(planned.at)}. Until then that can be taken back."
