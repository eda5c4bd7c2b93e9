"""Send one request as somebody, undo what it did, and keep what there is to judge."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.contrib.admin.utils import unquote
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from apps.accounts.models import User

# Tables that belong to no organization: being asked may write there.
UNWATCHED = ("django_session", "pghistory_context")
WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
FRESH = re.compile(r'[0-9a-f]{32,64}|value="[A-Za-z0-9]{64}"|nonce="[^"]*"')


@dataclass
class Actor:
    """Somebody who asks: a role's name, and how they prove to be them."""

    name: str
    role: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def sign_in(self, user: User) -> None:
        """Send the cookie of a session of this user from now on."""
        client = Client()
        client.force_login(user)
        self.headers = {"Cookie": client.cookies.output(header="", attrs=[]).strip()}


class Sender(RequestFactory):
    """Sends requests through the site's middleware, without the test client's copies of every template's context."""

    def __init__(self) -> None:
        super().__init__()
        self.handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Asked:
    """One request."""

    actor: Actor
    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] | None = None
    body: Any = None

    def __str__(self) -> str:
        asked = f"{self.actor.name}: {self.method} {self.path}"
        for what, value in (("?", self.query), (" form ", self.form), (" body ", self.body)):
            asked += f"{what}{value}" if value else ""
        return asked


@dataclass(frozen=True)
class Answer:
    """What came back, and which watched tables were written to on the way."""

    asked: Asked
    status: int
    headers: str
    text: str
    location: str
    wrote: frozenset[str]
    after: Any = None

    @property
    def is_refused(self) -> bool:
        """Whether the door stayed closed: no entry, no such thing, no such method."""
        return self.status in {401, 403, 404, 405} or (self.status == 302 and "/login/" in self.location)

    def alike(self, needles: Mapping[str, str]) -> tuple[int, str, str]:
        """Return what must be equal when only the needles differ; they and fresh tokens are blanked.

        The admin takes _25 in an address for a quoted sign, and says the needle so in its message.
        """
        text, location = FRESH.sub("", self.text), self.location
        for needle in sorted({*needles, *map(unquote, needles)}, key=len, reverse=True):
            text, location = text.replace(needle, "§"), location.replace(needle, "§")
        return self.status, location, text


def send(asked: Asked, *, look: Callable[[], Any] | None = None) -> Answer:
    """Send a request and roll back its effects; `look` runs before that when it wrote, and its result is kept."""
    wrote = set[str]()

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        match = WRITES.match(sql)
        if match and match[2] not in UNWATCHED:
            wrote.add(match[2])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            response = _request(asked)
        text = _text(response)
        broken = connection.needs_rollback
        after = look() if look is not None and wrote and not broken else None
        transaction.set_rollback(True)
    return Answer(
        asked,
        response.status_code,
        "\n".join(f"{name}: {value}" for name, value in response.headers.items()),
        text,
        response.headers.get("Location", ""),
        frozenset(wrote),
        after,
    )


def _request(asked: Asked) -> Any:
    options: dict[str, Any] = {"query_params": asked.query} if asked.query else {}
    options["headers"] = dict(asked.actor.headers)
    if asked.body is not None:
        options |= {"data": json.dumps(asked.body), "content_type": "application/json"}
    elif asked.form is not None and asked.method == "POST":
        return _sender().post(asked.path, asked.form, **options)
    return _sender().generic(asked.method, asked.path, **options)


@cache
def _sender() -> Sender:
    return Sender()


def _text(response: Any) -> str:
    """Return what the asker gets to read: the body, and the messages kept for the next page."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kept = [str(message) for message in get_messages(response.wsgi_request)]
    return "\n".join([body.decode(errors="replace"), *kept])
