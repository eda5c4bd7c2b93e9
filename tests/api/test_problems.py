"""Whatever goes wrong below /api/ is answered as a problem, and people still get pages."""

import json
import logging
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from rest_framework.test import APIRequestFactory

from apps.accounts import operations as accounts
from apps.accounts.models import Customer, Role
from apps.accounts.scoped_api import ScopedView
from apps.api import faults
from apps.core.problems import MEDIA_TYPE
from apps.tenancy.models import Organization
from tests.api.calling import Program, fault
from tests.builders import SEPTEMBER


class Undeclared(ScopedView):
    """A view that forgot to say what its method needs."""

    def get(self, request: Any) -> Any:
        raise AssertionError("never reached")


class Broken(ScopedView):
    """A view with a bug."""

    permission_classes = []

    def get(self, request: Any) -> Any:
        raise ZeroDivisionError("secret of the house")


def test_a_problem_has_the_members_of_the_standard(program: Program, seller: Organization) -> None:
    response = program.get("customers", limit="none")
    assert response["Content-Type"] == MEDIA_TYPE
    assert response.json() == {
        "type": "about:blank",
        "title": "The request cannot be used",
        "status": 400,
        "detail": "This must be a whole number.",
        "errors": [{"code": "invalid", "field": "limit", "detail": "This must be a whole number."}],
    }


def test_accept_does_not_change_what_a_problem_is(program: Program, seller: Organization) -> None:
    for accept in ("text/html", "application/xml", "application/pdf", "x" * 9000, ""):
        program.headers["Accept"] = accept
        assert program.get("customers/none")["Content-Type"] == MEDIA_TYPE
        assert program.get("customers").status_code == 200


@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/usage", "/api/v1/usage/"]
)
def test_an_address_that_leads_nowhere_is_a_problem(db: None, address: str) -> None:
    response = Client().post(address, "{}", content_type="application/json")
    assert (response["Content-Type"], fault(response)) == (MEDIA_TYPE, (404, "no_such_address", None))


def test_people_get_a_page_for_a_wrong_address(db: None) -> None:
    response = Client().get("/nothing")
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (404, "text/html")


def test_a_host_that_is_not_ours_is_a_problem(db: None) -> None:
    response = Client().get("/api/v1/customers", headers={"Host": "evil.example"})
    assert (response["Content-Type"], fault(response)) == (MEDIA_TYPE, (400, "bad_request", None))


def test_a_body_that_django_refuses_is_too_large() -> None:
    response = faults.bad_request(RequestFactory().post("/api/v1/usage"), RequestDataTooBig())
    assert (response.status_code, response["Content-Type"]) == (413, MEDIA_TYPE)


def test_a_fault_of_ours_is_logged_and_tells_nothing(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = Broken.as_view()(APIRequestFactory().get("/api/v1/broken"))
    assert (response.status_code, response["Content-Type"]) == (500, MEDIA_TYPE)
    assert "secret" not in response.content.decode()
    assert json.loads(response.content)["errors"][0]["code"] == "error"
    assert any(record.exc_info and record.exc_info[0] is ZeroDivisionError for record in caplog.records)
    outside = faults.server_error(RequestFactory().get("/api/v1/broken"))
    assert (outside.status_code, outside["Content-Type"]) == (500, MEDIA_TYPE)


def test_a_view_that_did_not_say_what_it_needs_is_closed(seller: Organization) -> None:
    _, text = accounts.create_api_key(organization=seller, name="owner", role=Role.OWNER, now=SEPTEMBER)
    request = APIRequestFactory().get("/api/v1/undeclared", headers={"Authorization": f"Bearer {text}"})
    response = Undeclared.as_view()(request)
    assert (response.status_code, json.loads(response.content)["errors"][0]["code"]) == (403, "permission_denied")


def test_a_body_in_pieces_is_asked_for_its_length(program: Program, buyer: Customer) -> None:
    """Servers hand a chunked body on without its length, and Django reads nothing of it."""
    response = program.client.post("/api/v1/usage", headers={**program.headers, "Transfer-Encoding": "chunked"},
                                   CONTENT_LENGTH="", content_type="application/json")  # fmt: skip
    assert fault(response) == (411, "length_required", None)
