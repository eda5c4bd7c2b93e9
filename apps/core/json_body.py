"""Read JSON as it was written: numbers as text, no name twice, nothing beyond the standard, and not too much of it."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

import msgspec
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

MOST_BYTES = 64 * 1024


class NumberText(str):
    """A JSON number exactly as it was written; it was never a float."""

    __slots__ = ()


class TooLarge(APIException):
    """The body is larger than any that makes sense here."""

    status_code = 413
    default_code = "too_large"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The body is too large: at most {most_bytes} bytes.")


class LengthRequired(APIException):
    """The body came in pieces without its length, which the server in front of us does not pass on."""

    status_code = 411
    default_detail = "Send the body with its Content-Length, not in chunks."
    default_code = "length_required"


class RawBody(BaseParser):
    """Take application/json in UTF-8 as the bytes that came, up to `most_bytes` of them."""

    media_type = "application/json"
    most_bytes = MOST_BYTES

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        _, parameters = parse_header_parameters(media_type or "")
        if parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(media_type or "", detail="Send JSON in UTF-8.")
        raw = stream.read(self.most_bytes + 1)
        if len(raw) > self.most_bytes:
            raise TooLarge(self.most_bytes)
        return raw


class JSONBody(RawBody):
    """Parse application/json into dicts, lists, texts, NumberText, booleans and None."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return read_json(super().parse(stream, media_type, parser_context))


class QuickJSON(BaseRenderer):
    """Write plain values as JSON, several times as fast as the renderer of REST framework: for long answers."""

    media_type = "application/json"
    format = "json"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return msgspec.json.encode(data)


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
