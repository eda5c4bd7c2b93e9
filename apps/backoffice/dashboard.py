"""The first page: a checklist for a new organization, then the figures that want a look."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, Sum
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import Customer
from apps.accounts.scoped_admin import formats_of, organization_of
from apps.catalog.models import AddOn, Metric, Plan, Price, Product
from apps.core import clock
from apps.core.formats import Formats
from apps.invoicing.models import Invoice
from apps.outbox.models import Job
from apps.rating.money import Money
from apps.rating.wallclock import day_start, local_date
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization
from apps.usage.models import Event


@dataclass(frozen=True)
class Step:
    """One thing to do first: whether it is done, and where it is done."""

    words: str
    done: bool
    address: str


@dataclass(frozen=True)
class Figure:
    """One number and the list it counts; `wants` says that somebody should look."""

    words: str
    value: str
    address: str
    wants: bool = False


def board(request: HttpRequest) -> dict[str, Any]:
    """Return the checklist until the first usage is recorded, the figures from then on."""
    organization = organization_of(request)
    steps = _checklist(organization)
    if not steps[-1].done:
        return {"steps": steps, "next_step": next(step for step in steps if not step.done)}
    now = clock.billing(organization)
    first = local_date(now, organization.zone).replace(day=1)
    return {"figures": _figures(day_start(first, organization.zone), formats_of(request))}


def _checklist(organization: Organization) -> list[Step]:
    return [
        Step("Say who you are and how you are paid", bool(organization.address_line1), _list("tenancy_organization")),
        Step("Add a product", Product.objects.exists(), _add("catalog_product")),
        Step("Add a metric: what is counted", Metric.objects.exists(), _add("catalog_metric")),
        Step("Add an add-on: what is billed by use", AddOn.objects.exists(), _add("catalog_addon")),
        Step("Add a plan with its add-ons", Plan.objects.exists(), _add("catalog_plan")),
        Step("Say what it costs", Price.objects.exists(), _add("catalog_price")),
        Step("Add a customer", Customer.objects.exists(), _add("accounts_customer")),
        Step("Start a subscription", Subscription.objects.exists(), _list("accounts_customer")),
        Step("Record the first usage", Event.objects.exists(), _list("accounts_customer")),
    ]


def _figures(month_at: datetime, formats: Formats) -> list[Figure]:
    invoices = _list("invoicing_invoice")
    month = month_at.astimezone(formats.zone).strftime("%Y-%m")
    issued = Invoice.objects.filter(issued_on__gte=month_at.astimezone(formats.zone).date())
    issued = issued.exclude(status=Invoice.Status.VOID)
    unpaid = Invoice.objects.filter(status=Invoice.Status.OPEN)
    drafts = Invoice.objects.filter(status=Invoice.Status.DRAFT).count()
    events = Event.objects.filter(period__ends_at__gt=month_at, occurred_at__gte=month_at.astimezone(UTC)).count()
    parked = Subscription.objects.filter(parked_at__isnull=False).count()
    failed = Job.objects.filter(status=Job.Status.FAILED).count()
    return [
        Figure("Invoiced this month", _sums(issued, Sum("total_minor"), formats), f"{invoices}?month={month}"),
        Figure(
            "To be paid", _sums(unpaid, Sum(F("total_minor") - F("settled_minor")), formats), f"{invoices}?status=open"
        ),
        Figure("Usage events this month", f"{events:,}", _list("usage_event")),
        Figure("Drafts to review", f"{drafts:,}", f"{invoices}?status=draft", wants=drafts > 0),
        Figure(
            "Parked subscriptions",
            f"{parked:,}",
            f"{_list('subscriptions_subscription')}?parked=yes",
            wants=parked > 0,
        ),
        Figure("Failed jobs", f"{failed:,}", _list("outbox_job"), wants=failed > 0),
    ]


def _sums(invoices: Any, minor: Sum, formats: Formats) -> str:
    """Add invoices up by currency: "$1,380.00 on 4"; nothing is "0"."""
    rows = invoices.values("currency").annotate(minor=minor, many=Count("pk")).order_by("currency")
    return ", ".join(f"{formats.money(Money(int(r['minor']), r['currency']))} on {r['many']}" for r in rows) or "0"


def _add(page: str) -> str:
    return reverse(f"admin:{page}_add")


def _list(page: str) -> str:
    return reverse(f"admin:{page}_changelist")
