"""Start a subscription, and bill what is due at its start."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.accounts.models import Customer
from apps.catalog.models import AddOn, Plan
from apps.core.refusals import Conflict, Refusal
from apps.invoicing import billing
from apps.invoicing.billing import Billed
from apps.invoicing.lifecycle.holding import Changed, told
from apps.invoicing.models import Invoice
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization


@transaction.atomic
def start(
    *,
    organization: Organization,
    customer: Customer,
    plan: Plan,
    now: datetime,
    starts_at: datetime | None = None,
    add_ons: Sequence[AddOn] = (),
    quantity: Decimal = Decimal(1),
    alignment: str | None = None,
    again: bool = False,
    actor: str = "",
) -> Subscription:
    """Put a customer on a plan, now, back-dated or ahead, and bill at once what is due at a start that has come.

    Periods that have elapsed since a back-dated start are billed by the next closing, in order. A second subscription
    to the same plan must be asked for with `again`, else it is taken for the first one sent twice and refused. Raise
    Refusal as subscriptions.operations.start does.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)  # its currency may have changed meanwhile
    if customer.archived_at is not None:
        raise Conflict("customer_archived", f"{customer} is archived. Restore it first.", field="customer")
    there = Subscription.objects.filter(customer=customer, plan=plan).exclude(status=Subscription.Status.CANCELED)
    if not again and there.exists():
        raise Refusal("on_this_plan", f"This customer is on {plan} already.", field="plan")
    subscription = subscriptions.start(
        organization=organization,
        customer=customer,
        plan=plan,
        starts_at=starts_at or now,
        now=now,
        add_ons=add_ons,
        quantity=quantity,
        alignment=alignment,
        actor=actor,
    )
    if subscription.starts_at <= now:
        billing.close_boundary(subscription=subscription, now=now, cause=Invoice.Cause.START)
    return subscription


@transaction.atomic
def begin(*, customer: Customer, now: datetime, reason: str = "", **asked: Any) -> Changed:
    """Start a subscription as `start` does, and say what was charged at once."""
    subscription = start(organization=customer.organization, customer=customer, now=now, **asked)
    invoice = Invoice.objects.filter(subscription=subscription).select_related("customer", "organization").first()
    return told(subscription, subscription.starts_at, Billed(invoice))
