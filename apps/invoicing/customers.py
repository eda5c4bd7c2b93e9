"""Change customers, by rules that ask what they have bought and owe."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts import operations as accounts
from apps.accounts.models import Customer
from apps.core.refusals import Conflict
from apps.invoicing import queries
from apps.invoicing.models import Invoice
from apps.subscriptions import queries as timelines
from apps.tenancy import operations as tenancy


@transaction.atomic
def change(*, customer: Customer, actor: str, now: datetime, **changes: Any) -> Customer:
    """Change fields of a customer, and note in the audit log what each was and is. Papers keep what they say.

    The currency may change while the customer has no live subscription, no unpaid invoice or draft, and no balance
    (BILLING §10). Raise Refusal naming the field where one is not valid, Conflict where the currency or the external id
    stands against it.
    """
    locked = Customer.objects.select_related("organization").select_for_update(of=("self",)).get(pk=customer.pk)
    before = {name: getattr(locked, name) for name in changes}
    for name, value in changes.items():
        setattr(locked, name, value)
    changed = [name for name in changes if before[name] != getattr(locked, name)]
    if "currency" in changed:
        _let_go_of_currency(locked)
    if not changed:
        return locked
    accounts.saved_customer(locked)
    told = "; ".join(f"{_label(name)}: {_said(before[name])} → {_said(getattr(locked, name))}" for name in changed)
    tenancy.record_audit(
        organization=locked.organization, actor=actor, verb="changed", subject=locked, now=now, summary=told
    )
    return locked


def held_by(*, customer: Customer) -> str | None:
    """Say what keeps a customer's currency as it is: a subscription, an open invoice or a balance; None where free."""
    if timelines.live_subscriptions_of(customer=customer):
        return "subscription"
    if queries.invoices_of(customer=customer).exclude(status=Invoice.Status.PAID).exists():
        return "open invoice"
    return "balance" if queries.balances(customer=customer) else None


def _let_go_of_currency(customer: Customer) -> None:
    holding = held_by(customer=customer)
    if holding is not None:
        sentence = f"The currency stays while the customer has {'an' if holding[0] in 'aeiou' else 'a'} {holding}."
        raise Conflict("currency_in_use", sentence, field="currency")


def _label(name: str) -> str:
    return str(Customer._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _said(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)
