"""A usage system on this machine that answers as it is told, an item that is asked of it, and the machinery by hand."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks.webhooks import Webhook

from apps.catalog.models import Metric
from apps.outbox.work import work
from apps.subscriptions.models import Item, Subscription
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage.models import Pull, PullSource
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.core.outside import Server, serving

MINUTE = timedelta(minutes=1)


@dataclass
class UsageSystem:
    """The customer's side: it verifies each question and gives the answers in order; the last one stays."""

    server: Server
    secret: str = ""
    answers: list[Any] = field(default_factory=lambda: [{"quantity": "12"}])
    questions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/usage?tenant=1"

    def answer(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        path, headers, _ = self.server.requests[-1]
        assert path == "/usage?tenant=1"
        sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)  # by a clock that the test moves
        signed = Webhook(self.secret).sign(headers["webhook-id"], sent_at, body.decode())
        assert headers["webhook-signature"] == signed
        self.questions.append(json.loads(body))
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        status, content = said if isinstance(said, tuple) else (200, said)
        return status, {}, content if isinstance(content, bytes) else json.dumps(content).encode()


@contextmanager
def usage_system(settings: Any) -> Iterator[UsageSystem]:
    """Run a usage system that the office may call."""
    with serving() as server:
        settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.OUTBOUND_ALLOWED_PORTS = [server.port]
        system = UsageSystem(server)
        server.answer = system.answer
        yield system


def metered(
    seller: Organization, *, aggregation: str = "sum", name: str = "Fabrikam", now: datetime = SEPTEMBER, key: str = ""
) -> Item:
    """Subscribe a customer to calls at 95, and return the item that is metered."""
    key = key or f"calls-{name.lower()}"
    offer = builders.usage_offer(seller, key=key)
    Metric.objects.filter(key=f"{key}-metric").update(
        aggregation=aggregation, property="id" if aggregation == "unique" else ""
    )
    buyer = builders.customer(seller, name, external_id=f"crm-{name.lower()}")
    subscription = builders.subscribed(buyer, offer, now=now)
    return item_of(subscription)


def item_of(subscription: Subscription) -> Item:
    related = ("organization", "subscription__customer", "add_on__metric")
    return Item.objects.select_related(*related).get(subscription=subscription, add_on__isnull=False)


def connected(item: Item, system: UsageSystem, *, now: datetime = SEPTEMBER, **details: Any) -> PullSource:
    """Let an item's usage be asked of a system."""
    made = usage.set_source(item=item, url=system.url, now=now, **details)
    if made.secret is not None:
        system.secret = made.secret.reveal()
    return made.source


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def tick(seller: Organization, now: datetime) -> None:
    """Let a moment pass: announce what ended, and work off the outbox."""
    Organization.objects.filter(pk=seller.pk).update(mode="test", clock_at=now)
    seller.refresh_from_db()
    usage.announce_due(organization=seller, now=now)
    work(clock=at(now))


def until_quiet(seller: Organization, *, now: datetime = OCTOBER) -> tuple[Pull, datetime]:
    """Let minutes pass until nothing is tried any more; return the question and when that was."""
    for minute in range(60):
        tick(seller, now + minute * MINUTE)
        pull = Pull.objects.get()
        if pull.status != Pull.Status.WAITING:
            return pull, now + minute * MINUTE
    raise AssertionError("it is tried for ever")
