"""The API's doors to what is done to subscriptions and to invoices."""

from collections.abc import Mapping
from typing import Any

from apps.accounts.models import Customer
from apps.catalog.models import AddOn, Plan
from apps.invoicing.models import CreditLine, CreditNote, Invoice, Line, Run
from apps.subscriptions.models import Item, Subscription
from tests.walker.classes import API, MANAGERS, NOBODY, Body, Model, Page
from tests.walker.worlds import World


def subscription_body(world: World) -> dict[str, Any]:
    """Return a subscription to start once more."""
    named = {"customer": world.row(Customer).public_id, "plan": world.row(Plan).public_id}
    return {**named, "again": True, "starts_at": "2027-01-01T00:00:00Z"}


def change_body(world: World) -> dict[str, Any]:
    """Return a plan to change to."""
    return {"plan": world.row(Plan).public_id, "preview": True}


def new_item_body(world: World) -> dict[str, Any]:
    """Return an add-on to add."""
    return {"add_on": world.row(AddOn).public_id}


def quantity_body(world: World) -> dict[str, Any]:
    """Return how many of an item there are to be."""
    return {"quantity": "2"}


def reason_body(world: World) -> dict[str, Any]:
    """Return why something is done."""
    return {"reason": "they asked for it"}


def subscriptions() -> dict[str, Page]:
    """Return the classes of the API's doors to the life of a subscription."""
    one, item = {"public_id": Subscription}, {"public_id": Item}
    door = "/api/v1/subscriptions"
    bodies: dict[str, Body] = {"change-plan": change_body, "items": new_item_body}
    verbs = ("cancel", "change-plan", "items", "pause", "reactivate", "restore", "resume", "suspend")

    def deed(fills: Mapping[str, Model], body: Body) -> Page:
        return Page(API, opens=NOBODY, writes=MANAGERS, fills=fills, body=body)

    return {
        door: Page(API, writes=MANAGERS, shows=True, body=subscription_body),
        f"{door}/%(public_id)s": Page(API, writes=NOBODY, fills=one, shows=True),
        **{f"{door}/%(public_id)s/{verb}": deed(one, bodies.get(verb, reason_body)) for verb in verbs},
        "/api/v1/items/%(public_id)s/quantity": deed(item, quantity_body),
        "/api/v1/items/%(public_id)s/remove": deed(item, reason_body),
    }


def invoice_body(world: World) -> dict[str, Any]:
    """Return an invoice to create."""
    return {"customer": world.row(Customer).public_id, "lines": [line_body(world)]}


def line_body(world: World) -> dict[str, Any]:
    """Return a line to add by hand."""
    return {"description": "by hand", "unit_amount": "5"}


def goodwill_body(world: World) -> dict[str, Any]:
    """Return a credit note to make."""
    return {"invoice": world.row(Invoice).public_id, "amount": "1", "reason": "sorry"}


def refund_body(world: World) -> dict[str, Any]:
    """Return money that was paid back."""
    return {"amount": "1", "currency": "USD"}


def void_body(world: World) -> dict[str, Any]:
    """Return what becomes of a voided invoice."""
    return {"rebill": False}


def terms_body(world: World) -> dict[str, Any]:
    """Return terms of a draft."""
    return {"days": 3}


def documents() -> dict[str, Page]:
    """Return the classes of the API's doors to what is done to invoices."""
    one = {"public_id": Invoice}
    bodies: dict[str, Body] = {
        "discard": nothing,
        "discount": nothing,
        "finalize": nothing,
        "lines": line_body,
        "mark-paid": nothing,
        "recalculate": nothing,
        "send": nothing,
        "terms": terms_body,
        "void": void_body,
        "write-off": nothing,
    }
    door = "/api/v1/invoices/%(public_id)s"
    line = {"public_id": Invoice, "line": Line}
    credited = {"public_id": CreditNote, "line": CreditLine}
    return {
        "/api/v1/invoices": Page(API, writes=MANAGERS, shows=True, body=invoice_body),
        "/api/v1/credit-notes": Page(API, writes=MANAGERS, shows=True, body=goodwill_body),
        "/api/v1/customers/%(public_id)s/refunds": Page(
            API, opens=NOBODY, writes=MANAGERS, fills={"public_id": Customer}, body=refund_body
        ),
        "/api/v1/invoices/export": Page(API, shows=True),
        "/api/v1/invoices/export/lines": Page(API, shows=True),
        "/api/v1/credit-notes/export": Page(API, shows=True),
        "/api/v1/customers/%(public_id)s/statement": Page(API, fills={"public_id": Customer}, shows=True),
        **{
            f"{door}/{verb}": Page(API, opens=NOBODY, writes=MANAGERS, fills=one, body=body)
            for verb, body in bodies.items()
        },
        **{
            f"{door}/lines/%(line)s/{verb}": Page(API, opens=NOBODY, writes=MANAGERS, fills=line, body=nothing)
            for verb in ("change", "remove")
        },
        **{
            f"{place}/lines/%(line)s/explanation{ending}": Page(API, fills=fills, shows=not ending)
            for place, fills in ((door, line), ("/api/v1/credit-notes/%(public_id)s", credited))
            for ending in ("", ".csv")
        },
    }


def deeds_on_documents() -> dict[str, Page]:
    """Return the classes of the office's pages of what may be done to an invoice, a line or a balance."""

    def deed(parameter: str, model: Model) -> Page:
        return Page(opens=MANAGERS, writes=MANAGERS, fills={parameter: model}, shows=True)

    of_invoice = (
        "finalize",
        "add_line",
        "discount",
        "terms",
        "recalculate",
        "discard",
        "mark_paid",
        "credit",
        "void",
        "give_up",
    )
    return {
        **{f"admin:invoicing_invoice_{verb}": deed("object_id", Invoice) for verb in of_invoice},
        **{f"admin:invoicing_line_{verb}": deed("line", Line) for verb in ("change", "remove")},
        **{
            f"admin:invoicing_{kind}_events{ending}": Page(fills={"line": model}, shows=not ending)
            for kind, model in (("line", Line), ("creditline", CreditLine))
            for ending in ("", "_csv")
        },
        **{f"admin:accounts_customer_{verb}": deed("object_id", Customer) for verb in ("new_invoice", "pay_back")},
    }


def runs() -> dict[str, Page]:
    """Return the classes of the API's doors to runs."""
    one = {"public_id": Run}
    return {
        "/api/v1/runs": Page(API, writes=MANAGERS, shows=True, body=nothing),
        "/api/v1/runs/%(public_id)s": Page(API, fills=one, shows=True),
        "/api/v1/runs/%(public_id)s/lines": Page(API, fills=one, shows=True),
        "/api/v1/runs/%(public_id)s/resume": Page(API, opens=NOBODY, writes=MANAGERS, fills=one, body=nothing),
        "/api/v1/runs/%(public_id)s/stop": Page(API, opens=NOBODY, writes=MANAGERS, fills=one, body=nothing),
    }


def nothing(world: World) -> dict[str, Any]:
    """Return a body without members."""
    return {}
