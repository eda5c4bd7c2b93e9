"""What may be done to a subscription in the office: the money is shown first, and moves only once it is confirmed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.invoicing.lifecycle import ending, pausing
from apps.invoicing.models import CreditNote, Invoice
from apps.outbox.models import Message
from apps.subscriptions.models import Item, Period, PlanChange, Quantity, Subscription
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, said, text
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, World, day

NOW = day("2026-09-16")
TABLES: tuple[Any, ...] = (Subscription, Item, Period, PlanChange, Quantity, Invoice, CreditNote, Message, AuditEntry)
DEEDS = ["change_plan", "add_item", "pause", "resume", "suspend", "restore", "reactivate", "cancel"]


@pytest.fixture
def office(db: None) -> Organization:
    """An organization whose clock stands in the middle of September."""
    return builders.organization(mode="test", clock_at=NOW)


@pytest.fixture
def world(office: Organization) -> Iterator[World]:
    """Two plans at 30 and 90 a month and an add-on at 12."""
    with scope.of(office):
        yield worlds.world(office)


@pytest.fixture
def held(world: World) -> Subscription:
    """On the basic plan with three of the add-on since 1 September."""
    return world.start(add_ons=[world.support])


def counts() -> list[list[Any]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def look(client: Client, held: Any, deed: str, **sent: Any) -> Any:
    """Send the form, and be shown the money; nothing may move."""
    before = counts()
    response = client.post(address(f"subscriptions_{held._meta.model_name}_{deed}", held.pk), sent)
    assert response.status_code == 200
    assert counts() == before
    return response


def do(client: Client, held: Any, deed: str, **sent: Any) -> Any:
    """Look, then confirm what the page would send."""
    page = look(client, held, deed, **sent)
    assert page.context["told"] is not None, errors(page)
    kept: dict[str, Any] = {"confirmed": "yes"}
    for name, value in page.context["form"].frozen():
        kept[name] = [*kept.get(name, []), value]
    response = client.post(page.request["PATH_INFO"], kept)
    assert response.status_code == 302, errors(response)
    return response


def test_a_change_of_plan_shows_the_money_then_moves_it(owner: Client, world: World, held: Subscription) -> None:
    sent = {"plan": world.pro.public_id, "when": "now", "proration": "prorate", "reason": "they asked"}
    page = look(owner, held, "change_plan", **sent)
    told = page.context["told"]
    assert [(row.what, row.amount) for row in told.given_back] == [("Basic plan", "$15.00")]
    assert [(row.what, row.amount) for row in told.charged] == [("Pro plan", "$45.00")]
    assert (told.due, told.given_back_total) == ("$45.00", "$15.00")
    done = do(owner, held, "change_plan", **sent)
    assert said(done) == ["Fabrikam is on Pro plan now. INV-0002 charges $45.00. CN-0001 gives $15.00 back."]
    held.refresh_from_db()
    assert held.plan_id == world.pro.pk
    entry = AuditEntry.objects.order_by("-pk").first()
    assert entry is not None
    assert (entry.actor, entry.verb) == ("owner@northwind.example", "plan changed")
    assert "they asked" in entry.summary


def test_a_change_at_the_end_of_the_cycle_charges_nothing_now_and_is_taken_back(
    owner: Client, world: World, held: Subscription
) -> None:
    sent = {"plan": world.pro.public_id, "when": "period_end", "proration": "prorate"}
    page = text(look(owner, held, "change_plan", **sent))
    assert "Takes effect on 1 Oct 2026, 00:00. Nothing is charged or given back now." in page
    assert said(do(owner, held, "change_plan", **sent)) == ["Fabrikam changes plan on 1 Oct 2026."]
    home = text(owner.get(address("subscriptions_subscription_change", held.pk)))
    assert "Changes to Pro plan on 1 Oct." in home
    assert said(do(owner, held, "reactivate"))[-1] == "Basic plan for Fabrikam runs on."
    assert PlanChange.objects.get().withdrawn_at is not None


def test_canceled_at_the_end_taken_back_and_canceled_now(owner: Client, held: Subscription) -> None:
    sent = {"when": "period_end", "proration": "none"}
    assert said(do(owner, held, "cancel", **sent)) == ["Basic plan for Fabrikam ends on 1 Oct 2026."]
    assert said(do(owner, held, "reactivate"))[-1] == "Basic plan for Fabrikam runs on."
    page = look(owner, held, "cancel", when="now", proration="prorate")
    assert page.context["told"].given_back_total == "$21.00"
    assert "No further invoice comes by itself." in text(page)
    do(owner, held, "cancel", when="now", proration="prorate")
    held.refresh_from_db()
    assert held.status == Subscription.Status.CANCELED


def test_paused_and_resumed(owner: Client, held: Subscription, office: Organization) -> None:
    assert "Basic plan for Fabrikam is paused." in said(do(owner, held, "pause", proration="prorate"))[-1]
    Organization.objects.update(clock_at=NOW + timedelta(days=5))
    page = look(owner, held, "resume")
    assert page.context["told"].due == "$14.00"
    assert "is billed again." in said(do(owner, held, "resume"))[-1]


def test_suspended_and_restored(owner: Client, held: Subscription) -> None:
    assert "Nothing is charged or given back now." in text(look(owner, held, "suspend"))
    assert said(do(owner, held, "suspend", reason="unpaid")) == ["Basic plan for Fabrikam is suspended."]
    home = text(owner.get(address("subscriptions_subscription_change", held.pk)))
    assert "nobody has access, and billing runs on" in home
    assert said(do(owner, held, "restore"))[-1] == "Basic plan for Fabrikam has access again."


def test_items_are_added_requantified_and_removed(owner: Client, world: World) -> None:
    held = world.start()
    added = do(owner, held, "add_item", add_on=world.support.public_id, quantity="2")
    assert said(added) == ["Added to Basic plan for Fabrikam. INV-0002 charges $12.00."]
    item = worlds.item_of(held, world.support)
    more = {"quantity": "4", "invoice_now": "on", "proration": "none"}
    assert look(owner, item, "set_quantity", **more).context["told"].due == "$12.00"
    assert "Support: 4 from 16 Sep 2026 on." in said(do(owner, item, "set_quantity", **more))[-1]
    fewer = do(owner, item, "set_quantity", quantity="1", proration="none")
    assert "Support: 1 from 1 Oct 2026 on." in said(fewer)[-1]
    removed = do(owner, item, "remove", when="period_end", proration="none")
    assert "Support ends on 1 Oct 2026." in said(removed)[-1]


@pytest.mark.parametrize(
    ("deed", "sent", "field", "sentence"),
    [
        ("change_plan", {"when": "now", "proration": "none"}, "plan", "Choose a plan."),
        ("change_plan", {"plan": "pla_x", "when": "now", "proration": "none"}, "plan", "There is no such plan."),
        ("cancel", {"when": "later", "proration": "none"}, "when", "Select a valid choice."),
        ("add_item", {"add_on": "", "quantity": "1"}, "add_on", "Choose an add-on."),
        ("resume", {}, "__all__", "This subscription is not paused."),
        ("restore", {}, "__all__", "This subscription is not suspended."),
        ("reactivate", {}, "__all__", "This subscription has no end that could be taken back."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_moves(
    owner: Client, held: Subscription, deed: str, sent: dict[str, str], field: str, sentence: str
) -> None:
    for confirmed in ({}, {"confirmed": "yes"}):
        page = look(owner, held, deed, **sent, **confirmed)
        assert sentence in errors(page)[field][0]


@pytest.mark.parametrize("quantity", ["", "0", "-1", "x", "1e99", "9" * 30])
def test_a_quantity_that_is_none_is_said_at_its_field(owner: Client, world: World, quantity: str) -> None:
    held = world.start(add_ons=[world.support])
    item = worlds.item_of(held, world.support)
    page = look(owner, item, "set_quantity", quantity=quantity, proration="none")
    assert "quantity" in errors(page)


def test_only_what_makes_sense_is_offered(owner: Client, world: World, held: Subscription) -> None:
    def buttons() -> list[str]:
        page = owner.get(address("subscriptions_subscription_change", held.pk))
        return [deed["words"] for deed in page.context["deeds"]]

    assert buttons() == ["Change plan", "Add an add-on", "Pause", "Suspend", "Cancel"]
    pausing.pause(subscription=held, now=NOW, actor=WHO)
    assert buttons() == ["Resume", "Suspend", "Cancel"]
    pausing.resume(subscription=held, now=NOW, actor=WHO)
    ending.cancel(subscription=held, now=NOW, actor=WHO)
    assert buttons() == ["Take back what is planned", "Add an add-on", "Pause", "Suspend", "Cancel"]
    ending.cancel(subscription=held, now=NOW + timedelta(hours=1), when="now", actor=WHO)
    assert buttons() == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DEVELOPER])
def test_who_may_only_read_does_none_of_it(sign_in: SignIn, held: Subscription, role: str) -> None:
    client = sign_in(role)
    item = held.items.latest("pk")
    pages = [address(f"subscriptions_subscription_{deed}", held.pk) for deed in DEEDS]
    pages += [address(f"subscriptions_item_{deed}", item.pk) for deed in ("set_quantity", "remove")]
    for page in pages:
        assert client.get(page).status_code == 403
        assert client.post(page, {"confirmed": "yes"}).status_code == 403
    assert client.get(address("subscriptions_subscription_change", held.pk)).context["deeds"] == []
