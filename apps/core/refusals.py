"""Why an operation would not do what it was asked: one exception that names the field."""

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """Bad input or a wrong state: nothing was changed.

    `code` is stable and for machines, `sentence` for people, `field` is the name of the input at fault
    (None where it is the whole request), `extra` holds facts that help to mend it.
    """

    status = 400

    def __init__(
        self, code: str, sentence: str, *, field: str | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.extra = dict(extra or {})


class Conflict(Refusal):
    """The request is well formed, but what is stored contradicts it."""

    status = 409


class NotFound(Refusal):
    """No such thing in this organization."""

    status = 404
