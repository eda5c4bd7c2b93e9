"""The OpenAPI document is valid, complete, public, and the same as the committed one; its pages need no network."""

import json
import re
import warnings
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from apps.api.urls import urlpatterns
from apps.api.views import description

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


def test_the_committed_document_is_the_one_that_is_served() -> None:
    """Mend by: .venv/bin/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml"""
    said = StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        call_command("spectacular", validate=True, fail_on_warn=True, stdout=said)
    assert said.getvalue().strip() == COMMITTED.read_text().strip()
    assert yaml.safe_load(COMMITTED.read_text()) == json.loads(json.dumps(description()))


def test_every_address_is_described_with_a_key_and_its_refusals() -> None:
    paths = description()["paths"]
    assert len(paths) == len(urlpatterns) - 2  # the description and its pages describe themselves not
    for operations in paths.values():
        for operation in operations.values():
            assert operation["security"] == [{"apiKey": []}]
            assert {"400", "401", "403"} <= set(operation["responses"])
            assert operation["summary"] and operation["operationId"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("*/*", "yaml"), ("application/yaml", "yaml"), ("application/json", "json"), ("application/json,*/*", "json")],
)
def test_the_document_is_public(db: None, accept: str, kind: str) -> None:
    response = Client().get("/api/v1/schema", headers={"Accept": accept, "Authorization": "Bearer wrong"})
    assert response.status_code == 200
    text = response.content.decode()
    read = json.loads(text) if kind == "json" else yaml.safe_load(text)
    assert read["info"]["title"] == "Tallybook"


def test_the_pages_need_nothing_from_outside(db: None) -> None:
    response = Client().get("/api/v1/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert '"validatorUrl": null' in page
    assert 'url: "/api/v1/schema"' in page
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert len(files) >= 3
    assert [file for file in files if finders.find(file) is None] == []
