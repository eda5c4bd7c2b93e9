"""Read JSON as it was written: numbers as text, no name twice, nothing beyond the standard, and not too much of it."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.http import parse_header_parameters
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

MOST_BYTES = 64 * 1024


class NumberText(str):
    """A JSON number exactly as it was written; it was never a float."""

    __slots__ = ()


class TooLarge(APIException):
    """The body is larger than any that makes sense here."""

    status_code = 413
    default_detail = f"The body is too large: at most {MOST_BYTES} bytes."
    default_code = "too_large"


class LengthRequired(APIException):
    """The body came in pieces without its length, which the server in front of us does not pass on."""

    status_code = 411
    default_detail = "Send the body with its Content-Length, not in chunks."
    default_code = "length_required"


class JSONBody(BaseParser):
    """Parse application/json in UTF-8 into dicts, lists, texts, NumberText, booleans and None."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        _, parameters = parse_header_parameters(media_type or "")
        if parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(media_type or "", detail="Send JSON in UTF-8.")
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise TooLarge
        return read_json(raw)


def read_json(raw: bytes) -> Any:
    """Read one JSON value from UTF-8 bytes; raise ParseError with a sentence that says where it is wrong."""
    try:
        return json.loads(
            raw.decode("utf-8"),
            parse_int=NumberText,
            parse_float=NumberText,
            parse_constant=_refuse_constant,
            object_pairs_hook=_members,
        )
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ParseError(f"The body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise ParseError("The body is nested too deeply.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(f"The body is not JSON: {name} is no JSON value.")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ParseError(f'The body names "{name[:100]}" twice.')
        members[name] = value
    return members
