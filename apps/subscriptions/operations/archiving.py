"""Put customers away and take them back. Who is on a plan stays where it is seen."""

from datetime import datetime

from django.db import transaction
from django.utils.text import get_text_list

from apps.accounts.models import Customer
from apps.core.refusals import Conflict
from apps.subscriptions import queries
from apps.tenancy import operations as tenancy


@transaction.atomic
def archive(*, customer: Customer, actor: str, now: datetime) -> Customer:
    """Put a customer away: it stays with all its papers, and starts on no plan. Repeated, it changes nothing.

    Raise Conflict naming the subscriptions that are not over.
    """
    locked = Customer.objects.select_related("organization").select_for_update(of=("self",)).get(pk=customer.pk)
    live = queries.live_subscriptions_of(customer=locked)
    if live:
        named = get_text_list([f"{subscription.plan} ({subscription.public_id})" for subscription in live], "and")
        raise Conflict(
            "has_subscriptions",
            f"{locked} is on {named}. Cancel that first.",
            extra={"subscriptions": [subscription.public_id for subscription in live]},
        )
    if locked.archived_at is None:
        _set(locked, now, "archived", actor, now)
    return locked


@transaction.atomic
def restore(*, customer: Customer, actor: str, now: datetime) -> Customer:
    """Take a customer back, so that it may start on plans again. Repeated, it changes nothing."""
    locked = Customer.objects.select_related("organization").select_for_update(of=("self",)).get(pk=customer.pk)
    if locked.archived_at is not None:
        _set(locked, None, "restored", actor, now)
    return locked


def _set(customer: Customer, archived_at: datetime | None, verb: str, actor: str, now: datetime) -> None:
    customer.archived_at = archived_at
    customer.save(update_fields=["archived_at"])
    tenancy.record_audit(organization=customer.organization, actor=actor, verb=verb, subject=customer, now=now)
