"""The site's URLs, each with what is expected of it. A new URL must be placed here, or the walker stays red."""

from collections.abc import Mapping
from typing import Any

from apps.accounts.models import ApiKey, Customer, Member
from apps.catalog.models import AddOn, Feature, Metric, Plan, Price, Product
from apps.invoicing.models import CreditNote, Invoice, Receipt, Refund, Run, TaxRate
from apps.outbox.models import Job
from apps.subscriptions.models import Item, Seat, Subscription
from apps.tenancy.models import Organization
from apps.usage.models import Alert, Event, Limit, PullSource
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
    Body,
    Kind,
    Model,
    Page,
    office,
)
from tests.walker.lives import deeds_on_documents, documents, nothing, runs, subscriptions
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
    Kind(Feature, adds=MANAGERS, changes=MANAGERS),
    Kind(Subscription),
    Kind(Seat),
    Kind(Item),
    Kind(Event),
    Kind(PullSource),
    Kind(Limit),
    Kind(Invoice),
    Kind(CreditNote),
    Kind(Receipt),
    Kind(Refund),
    Kind(Run),
    Kind(TaxRate, adds=MANAGERS),
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


def reversal_body(world: World) -> dict[str, Any]:
    """Return why an event is taken back."""
    return {"reason": "entered twice"}


PER_UNIT = {"model": "per_unit", "unit_amount": "0.01"}
NEW = {"key": "new", "name": "New"}


def customer_body(world: World) -> dict[str, Any]:
    """Return a customer to create."""
    return {"name": "New", "email": "new@example.com"}


def product_body(world: World) -> dict[str, Any]:
    """Return a product to create."""
    return NEW


def part_body(world: World) -> dict[str, Any]:
    """Return a feature or a plan to create, which belongs to a product."""
    return {**NEW, "product": world.row(Product).public_id}


def add_on_body(world: World) -> dict[str, Any]:
    """Return an add-on to create."""
    return {**NEW, "metric": world.row(Metric).public_id, "unit": "call"}


def price_body(world: World) -> dict[str, Any]:
    """Return a price to set for an add-on on a plan."""
    named = {"plan": world.row(Plan).public_id, "add_on": world.row(AddOn).public_id}
    return {**named, "currency": "USD", "form": PER_UNIT}


def quote_body(world: World) -> dict[str, Any]:
    """Return a quantity to rate by a stored price."""
    return {"price": world.row(Price).public_id, "quantity": "1"}


def item_price_body(world: World) -> dict[str, Any]:
    """Return a price to negotiate."""
    return {"form": PER_UNIT}


def pull_source_body(world: World) -> dict[str, Any]:
    """Return a usage system to name."""
    return {"url": "https://usage.example.com/other"}


def move_body(world: World) -> dict[str, Any]:
    """Return whose items to move."""
    return {"plan": world.row(Plan).public_id}


def seats_body(world: World) -> dict[str, Any]:
    """Return a seat to take away: no more than the one that is assigned was bought."""
    return {"unassign": [world.row(Seat).grantee]}


def alert_body(world: World) -> dict[str, Any]:
    """Return an alert to set."""
    return {"basis": "quantity", "threshold": "77"}


def tax_rate_body(world: World) -> dict[str, Any]:
    """Return a rate of tax to add."""
    return {"rate": "0.1", "name": "VAT", "valid_from": "2026-01-01", "country": "ES"}


def tax_rate_end_body(world: World) -> dict[str, Any]:
    """Return the last day of a rate."""
    return {"valid_until": "2026-12-31"}


def goods(kinds: Mapping[str, Model], bodies: Mapping[str, Body]) -> dict[str, Page]:
    """Return the classes of the API's doors to the things sold, by the names of their lists."""
    pages: dict[str, Page] = {}
    for kind, model in kinds.items():
        door, one = f"/api/v1/{kind}", {"public_id": model}
        pages[door] = Page(API, writes=MANAGERS, shows=True, body=bodies[kind])
        pages[f"{door}/%(public_id)s"] = Page(API, writes=NOBODY, fills=one, shows=True)
        for verb in ("archive", "restore"):
            pages[f"{door}/%(public_id)s/{verb}"] = Page(API, opens=NOBODY, writes=MANAGERS, fills=one)
    return pages


CUSTOMER = {"object_id": Customer}
INVOICE = {"object_id": Invoice}

PLAN = {"object_id": Plan}
ITEM = {"object_id": Item}


def archiving(*models: Model) -> dict[str, Page]:
    """Return the classes of the pages that archive and restore rows of the catalog."""
    return {
        f"admin:catalog_{model._meta.model_name}_{deed}": Page(
            opens=MANAGERS, writes=MANAGERS, fills={"object_id": model}
        )
        for model in models
        for deed in ("archive", "restore")
    }


def lifecycle(model: Model, *deeds: str) -> dict[str, Page]:
    """Return the classes of the pages of what may be done to a subscription or an item."""
    prefix = f"admin:subscriptions_{model._meta.model_name}_"
    page = Page(opens=MANAGERS, writes=MANAGERS, fills={"object_id": model}, shows=True)
    return {prefix + deed: page for deed in deeds}


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
    "admin:paste_rows": Page(opens=RECORDERS, writes=RECORDERS),
    "admin:organizations": Page(writes=MEMBERS, shows=True),
    "admin:app_list": Page(writes=MEMBERS, fills={"app_label": "accounts"}),
    "/admin/%(url)s": Page(opens=NOBODY, fills={"url": "nothing/here"}),
    "admin:accounts_apikey_revoke": Page(opens=NOBODY, writes=KEYHOLDERS, fills={"object_id": ApiKey}),
    "admin:accounts_customer_subscription": Page(writes=MEMBERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_usage": Page(writes=MEMBERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_invoices": Page(writes=MEMBERS, fills=CUSTOMER, shows=True),
    **{
        f"admin:accounts_customer_{page}": Page(writes=MEMBERS, fills=CUSTOMER, shows=True)
        for page in ("statement", "statement_csv")
    },
    "admin:accounts_customer_statement_pdf": Page(writes=MEMBERS, fills=CUSTOMER),
    "admin:accounts_customer_next_invoice": Page(writes=MEMBERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_add_usage": Page(opens=RECORDERS, writes=RECORDERS, fills=CUSTOMER, shows=True),
    "admin:accounts_customer_archive": Page(opens=MANAGERS, writes=MANAGERS, fills=CUSTOMER),
    "admin:accounts_customer_restore": Page(opens=MANAGERS, writes=MANAGERS, fills=CUSTOMER),
    "admin:accounts_customer_start_subscription": Page(opens=MANAGERS, writes=MANAGERS, fills=CUSTOMER, shows=True),
    "admin:subscriptions_subscription_retry": Page(opens=NOBODY, writes=MANAGERS, fills={"object_id": Subscription}),
    "admin:subscriptions_seat_of_subscription": Page(writes=MANAGERS, fills={"object_id": Subscription}, shows=True),
    **lifecycle(
        Subscription, "change_plan", "add_item", "pause", "resume", "suspend", "restore", "reactivate", "cancel"
    ),
    **lifecycle(Item, "set_quantity", "remove"),
    **archiving(Product, Feature, Metric, Plan, AddOn),
    "admin:catalog_plan_offer": Page(writes=MEMBERS, fills=PLAN, shows=True),
    "admin:catalog_plan_features": Page(opens=MANAGERS, writes=MANAGERS, fills=PLAN, shows=True),
    "admin:catalog_plan_included_units": Page(opens=MANAGERS, writes=MANAGERS, fills=PLAN, shows=True),
    "admin:catalog_plan_move_to_current_price": Page(opens=MANAGERS, writes=MANAGERS, fills=PLAN),
    "admin:subscriptions_item_move_all": Page(opens=MANAGERS, writes=MANAGERS),
    "admin:subscriptions_item_move_to_current_price": Page(opens=MANAGERS, writes=MANAGERS, fills=ITEM),
    "admin:subscriptions_item_negotiate": Page(opens=MANAGERS, writes=MANAGERS, fills=ITEM, shows=True),
    "admin:usage_event_quick_entry": Page(opens=RECORDERS, writes=RECORDERS),
    "admin:usage_event_customers": Page(opens=RECORDERS),
    "admin:usage_event_take_back": Page(opens=RECORDERS, writes=RECORDERS, fills={"object_id": Event}, shows=True),
    "admin:usage_event_undo": Page(opens=NOBODY, writes=RECORDERS, fills={"object_id": Event}),
    "admin:usage_pullsource_item": Page(writes=MANAGERS, fills=ITEM, shows=True),
    "admin:usage_pullsource_ask": Page(opens=NOBODY, writes=MANAGERS, fills=ITEM),
    "admin:usage_pullsource_new_secret": Page(opens=NOBODY, writes=MANAGERS, fills=ITEM),
    "admin:usage_pullsource_take_away": Page(opens=MANAGERS, writes=MANAGERS, fills=ITEM),
    "admin:usage_limit_of_item": Page(writes=MANAGERS, fills=ITEM, shows=True),
    "admin:usage_limit_of_add_on": Page(writes=MANAGERS, fills={"object_id": AddOn}, shows=True),
    "admin:usage_limit_of_plan": Page(writes=MANAGERS, fills={"object_id": Plan, "add_on": AddOn}, shows=True),
    "admin:invoicing_invoice_pdf": Page(writes=MEMBERS, fills=INVOICE, shows=True),
    "admin:invoicing_invoice_resend": Page(opens=MANAGERS, writes=MANAGERS, fills=INVOICE, shows=True),
    "admin:invoicing_invoice_export": Page(writes=MEMBERS, shows=True),
    "admin:invoicing_invoice_export_lines": Page(writes=MEMBERS, shows=True),
    "admin:invoicing_creditnote_export": Page(writes=MEMBERS, shows=True),
    **deeds_on_documents(),
    "admin:invoicing_creditnote_pdf": Page(writes=MEMBERS, fills={"object_id": CreditNote}, shows=True),
    "admin:invoicing_creditnote_resend": Page(
        opens=MANAGERS, writes=MANAGERS, fills={"object_id": CreditNote}, shows=True
    ),
    "admin:invoicing_run_begin": Page(opens=MANAGERS, writes=MANAGERS),
    "admin:invoicing_run_progress": Page(writes=MEMBERS, fills={"object_id": Run}, shows=True),
    "admin:invoicing_run_resume": Page(opens=NOBODY, writes=MANAGERS, fills={"object_id": Run}),
    "admin:invoicing_run_stop": Page(opens=NOBODY, writes=MANAGERS, fills={"object_id": Run}),
    "admin:invoicing_taxrate_end": Page(opens=MANAGERS, writes=MANAGERS, fills={"object_id": TaxRate}, shows=True),
    "admin:invoicing_taxrate_withdraw": Page(opens=MANAGERS, writes=MANAGERS, fills={"object_id": TaxRate}),
    "admin:outbox_job_try_again": Page(opens=NOBODY, writes=MANAGERS, fills={"object_id": Job}),
    "/api/v1/customers": Page(API, writes=MANAGERS, shows=True, body=customer_body),
    "/api/v1/customers/%(public_id)s": Page(API, writes=NOBODY, fills={"public_id": Customer}, shows=True),
    "/api/v1/customers/%(public_id)s/archive": Page(API, opens=NOBODY, writes=MANAGERS, fills={"public_id": Customer}),
    "/api/v1/customers/%(public_id)s/restore": Page(API, opens=NOBODY, writes=MANAGERS, fills={"public_id": Customer}),
    "/api/v1/invoices/preview": Page(API, asks={"subscription": Subscription}),
    "/api/v1/credit-notes/%(public_id)s": Page(API, fills={"public_id": CreditNote}, shows=True),
    "/api/v1/credit-notes/%(public_id)s/pdf": Page(API, fills={"public_id": CreditNote}, shows=True),
    "/api/v1/credit-notes/%(public_id)s/send": Page(
        API, opens=NOBODY, writes=MANAGERS, fills={"public_id": CreditNote}, body=nothing
    ),
    "/api/v1/payments": Page(API, shows=True),
    "/api/v1/payments/%(public_id)s": Page(API, fills={"public_id": Receipt}, shows=True),
    "/api/v1/refunds": Page(API, shows=True),
    "/api/v1/refunds/%(public_id)s": Page(API, fills={"public_id": Refund}, shows=True),
    "/api/v1/entitlements": Page(API, asks={"customer": Customer}, shows=True),
    "/api/v1/invoices/%(public_id)s": Page(API, fills={"public_id": Invoice}, shows=True),
    "/api/v1/invoices/%(public_id)s/pdf": Page(API, fills={"public_id": Invoice}, shows=True),
    **goods(
        {"products": Product, "features": Feature, "metrics": Metric, "plans": Plan, "add-ons": AddOn},
        {
            "products": product_body,
            "features": part_body,
            "metrics": product_body,
            "plans": part_body,
            "add-ons": add_on_body,
        },
    ),
    "/api/v1/plans/%(public_id)s/features/%(feature)s": Page(
        API, opens=NOBODY, fills={"public_id": Plan, "feature": Feature}
    ),
    "/api/v1/plans/%(public_id)s/add-ons/%(add_on)s": Page(
        API, opens=NOBODY, fills={"public_id": Plan, "add_on": AddOn}
    ),
    "/api/v1/prices": Page(API, writes=MANAGERS, body=price_body),
    "/api/v1/prices/quote": Page(API, opens=NOBODY, writes=MEMBERS, body=quote_body),
    "/api/v1/prices/%(public_id)s": Page(API, fills={"public_id": Price}, shows=True),
    "/api/v1/items/move": Page(API, opens=NOBODY, writes=MANAGERS, body=move_body),
    "/api/v1/items/%(public_id)s/price": Page(
        API, opens=NOBODY, writes=MANAGERS, fills={"public_id": Item}, body=item_price_body
    ),
    **subscriptions(),
    **documents(),
    **runs(),
    "/api/v1/items/%(public_id)s/pull-source": Page(API, fills={"public_id": Item}, shows=True, body=pull_source_body),
    "/api/v1/items/%(public_id)s/limit": Page(API, writes=NOBODY, fills={"public_id": Item}),
    "/api/v1/items/%(public_id)s/alerts": Page(
        API, writes=MANAGERS, fills={"public_id": Item}, shows=True, body=alert_body
    ),
    "/api/v1/add-ons/%(public_id)s/limit": Page(API, writes=NOBODY, fills={"public_id": AddOn}),
    "/api/v1/add-ons/%(public_id)s/alerts": Page(
        API, writes=MANAGERS, fills={"public_id": AddOn}, shows=True, body=alert_body
    ),
    "/api/v1/plans/%(public_id)s/add-ons/%(add_on)s/limit": Page(
        API, writes=NOBODY, fills={"public_id": Plan, "add_on": AddOn}
    ),
    "/api/v1/plans/%(public_id)s/add-ons/%(add_on)s/alerts": Page(
        API, writes=MANAGERS, fills={"public_id": Plan, "add_on": AddOn}, shows=True, body=alert_body
    ),
    "/api/v1/alerts/%(public_id)s": Page(API, opens=NOBODY, fills={"public_id": Alert}),
    "/api/v1/subscriptions/%(public_id)s/seats": Page(
        API, writes=MANAGERS, fills={"public_id": Subscription}, shows=True, body=seats_body
    ),
    "/api/v1/tax-rates": Page(API, writes=MANAGERS, shows=True, body=tax_rate_body),
    "/api/v1/tax-rates/%(public_id)s/end": Page(
        API, opens=NOBODY, writes=MANAGERS, fills={"public_id": TaxRate}, body=tax_rate_end_body
    ),
    "/api/v1/tax-rates/%(public_id)s/withdraw": Page(API, opens=NOBODY, writes=MANAGERS, fills={"public_id": TaxRate}),
    "/api/v1/usage": Page(API, writes=RECORDERS, shows=True, body=usage_body),
    "/api/v1/usage/current": Page(API, asks={"item": Item}, shows=True),
    "/api/v1/usage/series": Page(API, asks={"item": Item}, shows=True),
    "/api/v1/usage/%(public_id)s": Page(API, fills={"public_id": Event}, shows=True),
    "/api/v1/usage/%(public_id)s/reverse": Page(
        API, opens=NOBODY, writes=RECORDERS, fills={"public_id": Event}, body=reversal_body
    ),
    "/api/v1/usage-records": Page(API, shows=True),
    "schema": Page(PUBLIC),
    "docs": Page(PUBLIC),
    # Whoever has the token sees the one invoice, and a token is no id that a row shows: tests/portal proves the rest.
    "portal:invoice": Page(FREE, fills={"token": "a-token-that-nobody-gave"}),
    "portal:pdf": Page(FREE, fills={"token": "a-token-that-nobody-gave"}),
    "portal:usage": Page(FREE, fills={"token": "a-token-that-nobody-gave"}),
    "/health/live": Page(PUBLIC),
    "/health/ready": Page(PUBLIC),
    "/health/work": Page(PUBLIC),
}
