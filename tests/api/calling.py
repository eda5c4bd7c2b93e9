"""A program that calls the API with its key, and holds every answer against the published description."""

import copy
import json
import re
from functools import cache
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from apps.api.views import description
from apps.core.problems import MEDIA_TYPE

DOOR = "/api/v1/"


class Program:
    """Something that calls the API; every answer is checked before the test sees it."""

    def __init__(self, key: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {key}"} if key is not None else {}

    def get(self, path: str, **query: str) -> Any:
        """Get an address below the door."""
        response = self.client.get(DOOR + path, query, headers=self.headers)
        return checked("get", DOOR + path, response)

    def send(self, path: str, body: bytes | str, *, content_type: str = "application/json", **headers: str) -> Any:
        """Post bytes as they are; an underscore in a header's name stands for a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.client.post(DOOR + path, body, content_type=content_type, headers={**self.headers, **named})
        return checked("post", DOOR + path, response)

    def post(self, path: str, content: Any, **headers: str) -> Any:
        """Post a value as JSON."""
        return self.send(path, json.dumps(content), **headers)

    def change(self, method: str, path: str, content: Any = None) -> Any:
        """Use PATCH, PUT or DELETE, with a value as JSON unless there is none."""
        body = "" if content is None else json.dumps(content)
        response = self.client.generic(method, DOOR + path, body, content_type="application/json", headers=self.headers)
        return checked(method.lower(), DOOR + path, response)

    def patch(self, path: str, content: Any) -> Any:
        """Change something."""
        return self.change("PATCH", path, content)

    def put(self, path: str, content: Any) -> Any:
        """Put something in its place."""
        return self.change("PUT", path, content)

    def other(self, method: str, path: str) -> Any:
        """Use any method."""
        return checked(method.lower(), DOOR + path, self.client.generic(method, DOOR + path, headers=self.headers))


def fault(response: Any) -> tuple[int, str, str | None]:
    """Return a problem's status, and the code and field of its first error."""
    (first, *_) = response.json()["errors"]
    return response.status_code, first["code"], first["field"]


def checked(method: str, path: str, response: Any) -> Any:
    """Return a response that is as the description says; fail where it is not."""
    told = _operation(method, path).get(str(response.status_code))
    content_type = response["Content-Type"].partition(";")[0]
    if told is None:
        assert response.status_code in (404, 405, 500), f"{method} {path}: {response.status_code} is not described"
        told = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    assert content_type in told["content"], f"{content_type} is not described"
    if content_type.endswith("json"):
        schema = {**told["content"][content_type]["schema"], "components": _strict()["components"]}
        faults = [error.message for error in Draft202012Validator(schema).iter_errors(response.json())]
        assert faults == []
    return response


def _operation(method: str, path: str) -> dict[str, Any]:
    # An address without parameters goes before one that has a parameter in its place.
    for template, operations in sorted(_strict()["paths"].items(), key=lambda entry: "{" in entry[0]):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            responses: dict[str, Any] = operations.get(method, {}).get("responses", {})
            return responses
    return {}


@cache
def _strict() -> dict[str, Any]:
    """Return the description, refusing members that it does not name."""
    strict = copy.deepcopy(description())
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return strict
