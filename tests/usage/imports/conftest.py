"""A seller with customers and usage types, and a file of theirs to import."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apps.tenancy.models import Organization
from apps.usage.imports.running import Import
from apps.usage.models import Event
from tests import builders
from tests.builders import SEPTEMBER

NOW = datetime(2026, 9, 20, 14, 30, tzinfo=UTC)
HEADER = "customer,type,date,amount,note\n"

Run = Callable[..., Import]


@pytest.fixture
def shop(seller: Organization) -> Organization:
    """A seller of coaching and mails to Fabrikam and Contoso."""
    coaching = builders.usage_offer(seller)
    mail = builders.usage_offer(seller, key="mail", name="Mail", unit=("mail", "mails"))
    for name in ("Fabrikam", "Contoso Ltd"):
        buyer = builders.customer(seller, name, external_id=f"crm-{name.split()[0].lower()}")
        builders.subscribed(buyer, coaching, now=SEPTEMBER)
        builders.subscribed(buyer, mail, now=SEPTEMBER)
    return seller


@pytest.fixture
def run(shop: Organization, tmp_path: Path) -> Run:
    """Import a text as a file, to its end; the same name is the same file."""

    def imported(text: str, *, name: str = "usage.csv", now: datetime = NOW, dry_run: bool = False) -> Import:
        path = tmp_path / name
        path.write_text(text)
        work = Import(organization=shop, path=path, actor="ops", clock=lambda: now, dry_run=dry_run)
        for _ in work.run():
            pass
        return work

    return imported


def told(work: Import) -> tuple[int, int, int]:
    """Return how many rows were recorded, were there before, and were rejected."""
    return work.standing.recorded, work.standing.before, work.standing.rejected


def stored() -> list[tuple[str, str, str]]:
    """Return customer, amount and note of every event, in the order of recording."""
    rows = Event.objects.order_by("pk").values_list("item__subscription__customer__name", "quantity", "note")
    return [(name, f"{quantity.normalize():f}", note) for name, quantity, note in rows]
