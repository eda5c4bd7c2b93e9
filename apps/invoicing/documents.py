"""Hold an invoice still, and put on record what was done to it."""

from datetime import datetime
from functools import partial

from apps.accounts.models import Customer
from apps.core.refusals import NotFound
from apps.invoicing.models import Invoice, Line
from apps.subscriptions.models import Subscription
from apps.tenancy import operations as tenancy


def hold(*, invoice: Invoice, with_subscription: bool = False) -> Invoice:
    """Lock an invoice's customer, whose balance no other may use meanwhile, and the invoice; return it as it stands.

    `with_subscription` locks that too, in the order of the house: for whoever goes on to its periods. Raise NotFound
    where it is a draft that was thrown away meanwhile.
    """
    Customer.objects.select_for_update().get(pk=invoice.customer_id)
    if with_subscription and invoice.subscription_id is not None:
        Subscription.objects.select_for_update(of=("self",)).get(pk=invoice.subscription_id)
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("organization", "customer", "subscription")
    held: Invoice | None = rows.filter(pk=invoice.pk).first()
    if held is None:
        raise NotFound("not_found", "There is no such invoice any more.")
    return held


def note(
    *, invoice: Invoice, verb: str, now: datetime, actor: str, summary: str = "", line: Line | None = None
) -> None:
    """Note in the audit log what was done to an invoice; `line` by hand keeps who wrote it on itself too."""
    record = partial(
        tenancy.record_audit, organization=invoice.organization, actor=actor, now=now, summary=summary.strip()
    )
    record(verb=verb, subject=invoice)
    if line is not None:
        record(verb=verb.removeprefix("line "), subject=line)
