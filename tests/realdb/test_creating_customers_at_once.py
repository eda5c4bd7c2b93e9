"""Several programs create the same customer at the same moment, each over a connection of its own."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts import operations as accounts
from apps.accounts.models import Customer, Role
from apps.tenancy.models import Organization
from tests.builders import SEPTEMBER
from tests.committing import at_once

PROGRAMS = 6
Post = Callable[..., tuple[int, Any]]


@pytest.fixture
def post(seller: Organization) -> Post:
    """Create a customer with the external id "crm-1", and return the status and the body."""
    _, text = accounts.create_api_key(organization=seller, name="test", role=Role.ADMIN, now=SEPTEMBER)

    def run(name: str = "Fabrikam", **headers: str) -> tuple[int, Any]:
        sent = {"external_id": "crm-1", "name": name, "email": "accounts@fabrikam.example"}
        headers = {
            "Authorization": f"Bearer {text}",
            **{key.replace("_", "-"): value for key, value in headers.items()},
        }
        body = json.dumps(sent)
        response = Client().post("/api/v1/customers", body, content_type="application/json", headers=headers)
        return response.status_code, response.json()

    return run


def test_one_is_created_and_the_others_are_told(post: Post) -> None:
    results = [result for result in at_once(*[post] * PROGRAMS) if isinstance(result, tuple)]
    assert Counter(status for status, _ in results) == {201: 1, 409: PROGRAMS - 1}
    refusals = {body["errors"][0]["code"] for status, body in results if status == 409}
    assert refusals == {"external_id_taken"}
    assert Customer.objects.count() == 1


def test_under_one_key_all_get_the_one_that_was_created(post: Post) -> None:
    pieces = [lambda: post(Idempotency_Key="same")] * PROGRAMS
    results = [result for result in at_once(*pieces) if isinstance(result, tuple)]
    assert Counter(status for status, _ in results) == {201: 1, 200: PROGRAMS - 1}
    assert len({body["id"] for _, body in results}) == 1
    assert Customer.objects.count() == 1


def test_other_content_under_one_key_is_refused_for_all_but_one(post: Post) -> None:
    pieces = [lambda n=n: post(f"Customer {n}", Idempotency_Key="same") for n in range(PROGRAMS)]
    results = [result for result in at_once(*pieces) if isinstance(result, tuple)]
    assert Counter(status for status, _ in results) == {201: 1, 409: PROGRAMS - 1}
    assert {body["errors"][0]["code"] for status, body in results if status == 409} == {"key_used_differently"}
