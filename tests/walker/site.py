"""The site's URLs, each with what is expected of it. A new URL must be placed here, or the walker stays red."""

from typing import Any

from apps.accounts.models import ApiKey, Customer, Member
from apps.catalog.models import AddOn, Metric, Plan, Price, Product
from apps.invoicing.models import Invoice
from apps.outbox.models import Job
from apps.subscriptions.models import Item, Subscription
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests.walker.classes import (
    ADMIN,
    API,
    DEVELOPER,
    FREE,
    MANAGERS,
    MEMBERS,
    NOBODY,
    OWNER,
    OWNERS,
    PUBLIC,
    RECORDERS,
    REDIRECT,
    Kind,
    Page,
    office,
)
from tests.walker.worlds import World

KEYHOLDERS = frozenset({OWNER, ADMIN, DEVELOPER})

KINDS = [
    Kind(Member, reads=OWNERS, adds=OWNERS, changes=OWNERS, deletes=OWNERS),
    Kind(ApiKey, reads=KEYHOLDERS, adds=KEYHOLDERS),
    Kind(Customer, adds=MANAGERS, changes=MANAGERS),
    Kind(Product, adds=MANAGERS, changes=MANAGERS),
    Kind(Metric, adds=MANAGERS, changes=MANAGERS),
    Kind(Plan, adds=MANAGERS, changes=MANAGERS),
    Kind(AddOn, adds=MANAGERS, changes=MANAGERS),
    Kind(Price, adds=MANAGERS),
    Kind(Subscription),
    Kind(Event),
    Kind(Invoice),
    Kind(Job),
    Kind(Organization, reads=OWNERS, changes=OWNERS),
]


def usage_body(world: World) -> dict[str, Any]:
    """Return one event by a customer's id and a metric, as programs send it."""
    return {
        "customer": world.row(Customer).public_id,
        "metric": world.row(Metric).key,
        "quantity": "1",
        "occurred_at": "2026-10-05T14:30:00Z",
        "idempotency_key": "call-81",
    }


def usage_body_by_item(world: World) -> dict[str, Any]:
    """Return one event by an item's id."""
    return {"item": world.row(Item).public_id, "quantity": "1", "occurred_at": "2026-10-05T14:30:00Z"}


CUSTOMER = {"object_id": Customer}
INVOICE = {"object_id": Invoice}

CLASSES: dict[str, Page] = {
    **office(KINDS),
    "/": Page(REDIRECT),
    "admin:tenancy_organization_changelist": Page(opens=OWNERS, writes=OWNERS, onward=True),
    "admin:index": Page(writes=MEMBERS, shows=True),
    "admin:login": Page(FREE),
    "admin:logout": Page(FREE),
    "admin:password_change": Page(writes=MEMBERS),
    "admin:password_change_done": Page(),
    "admin:autocomplete": Page(opens=NOBODY),
    "admin:jsi18n": Page(),
    "admin:organizations": Page(writes=MEMBERS, shows=True),
    "admin:app_list": Page(writes=MEMBERS, fills={"app_label": "accounts"}),
    "/admin/%(url)s": Page(opens=NOBODY, fills={"url": "nothing/here"}),
    "admin:accounts_apikey_revoke": Page(opens=NOBODY, writes=KEYHOLDERS, fills={"object_id": ApiKey}),
    "admin:accounts_customer_subscription": Page(writes=MEMBERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_usage": Page(writes=MEMBERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_invoices": Page(writes=MEMBERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_next_invoice": Page(writes=MEMBERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_add_usage": Page(opens=RECORDERS, writes=RECORDERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_start_subscription": Page(opens=MANAGERS, writes=MANAGERS, fills=CUSTOMER, shows=True),
    "admin:subscriptions_subscription_retry": Page(opens=NOBODY, writes=MANAGERS, fills={"object_id": Subscription}),
    "admin:invoicing_invoice_pdf": Page(writes=MEMBERS, fills=INVOICE, shows=True),
    "admin:invoicing_invoice_resend": Page(opens=MANAGERS, writes=MANAGERS, fills=INVOICE, shows=True),
    "admin:invoicing_invoice_finalize": Page(opens=MANAGERS, writes=MANAGERS, fills=INVOICE),
    "admin:outbox_job_try_again": Page(opens=NOBODY, writes=MANAGERS, fills={"object_id": Job}),
    "/api/v1/customers": Page(API, shows=True),
    "/api/v1/customers/%(public_id)s": Page(API, fills={"public_id": Customer}, shows=True),
    "/api/v1/invoices": Page(API, shows=True),
    "/api/v1/invoices/%(public_id)s": Page(API, fills={"public_id": Invoice}, shows=True),
    "/api/v1/invoices/%(public_id)s/pdf": Page(API, fills={"public_id": Invoice}, shows=True),
    "/api/v1/usage": Page(API, opens=NOBODY, writes=RECORDERS, body=usage_body),
    "schema": Page(PUBLIC),
    "docs": Page(PUBLIC),
    "/health/live": Page(PUBLIC),
    "/health/ready": Page(PUBLIC),
    "/health/work": Page(PUBLIC),
}
