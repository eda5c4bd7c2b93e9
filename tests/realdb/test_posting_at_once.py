"""Several programs post under one key at the same moment, each over a connection of its own."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts import operations as accounts
from apps.accounts.models import Role
from apps.tenancy.models import Organization
from apps.usage.models import Event
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.committing import at_once

PROGRAMS = 6
Post = Callable[[str], tuple[int, Any]]


@pytest.fixture
def post(seller: Organization) -> Post:
    """Record so much usage under the key "same", and return the status and the body."""
    Organization.objects.filter(pk=seller.pk).update(mode="test", clock_at=OCTOBER)
    seller.refresh_from_db()
    builders.subscribed(builders.customer(seller, external_id="crm-1"), builders.usage_offer(seller))
    _, text = accounts.create_api_key(organization=seller, name="test", role=Role.DEVELOPER, now=SEPTEMBER)

    def run(quantity: str) -> tuple[int, Any]:
        sent = {"customer": "crm-1", "add_on": "coaching-use", "quantity": quantity, "idempotency_key": "same"}
        headers = {"Authorization": f"Bearer {text}"}
        response = Client().post("/api/v1/usage", json.dumps(sent), content_type="application/json", headers=headers)
        return response.status_code, response.json()

    return run


def test_the_same_request_at_once_stores_one_event_and_gets_one_answer(post: Post) -> None:
    results = at_once(*[lambda: post("1")] * PROGRAMS)
    answers = [result for result in results if isinstance(result, tuple)]
    assert Counter(status for status, _ in answers) == {201: 1, 200: PROGRAMS - 1}
    assert len({body["id"] for _, body in answers}) == 1
    assert Event.objects.count() == 1


def test_other_content_under_the_same_key_at_once_is_a_conflict_for_all_but_one(post: Post) -> None:
    results = at_once(*[lambda n=n: post(str(n)) for n in range(1, PROGRAMS + 1)])
    answers = [result for result in results if isinstance(result, tuple)]
    assert Counter(status for status, _ in answers) == {201: 1, 409: PROGRAMS - 1}
    (stored,) = [body["quantity"] for status, body in answers if status == 201]
    assert str(int(Event.objects.get().quantity)) == stored
