"""Read the body of POST /usage: one event, or many, thousands of them in a few milliseconds.

What is plainly right is read the quick way. Everything else goes the strict way of `sent`, which knows every rule and
says what is wrong: the quick way only ever takes what the strict one would take, and takes it alike.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError

from apps.core.idempotency import KEY
from apps.core.json_body import RawBody, read_json
from apps.rating.numbers import PLACES, WHOLE_DIGITS
from apps.usage.recording import NewEvent
from apps.usage.sent import DEEPEST_PROPERTIES, LARGEST_INTEGER, MOST_PROPERTIES_LENGTH, UsageRequest, event_of

MOST_EVENTS = 5000
MOST_BYTES = 8 * 1024 * 1024
# What the quick decoder raises for what it does not take, also for what is nested too deeply.
UNDECODED = (msgspec.DecodeError, RecursionError)


class UsageBody(RawBody):
    """Take the body as it came, larger than others may be."""

    most_bytes = MOST_BYTES


@dataclass(frozen=True)
class One:
    """A body that is a single event."""

    event: NewEvent


@dataclass(frozen=True)
class Many:
    """A body of many events, each of them read, or what is wrong with it."""

    events: Sequence[NewEvent | ValidationError]


def read(raw: bytes, *, header_key: str | None) -> One | Many:
    """Read a body; `header_key` is the header Idempotency-Key, for a single event only.

    Raise ParseError where it is no JSON, and ValidationError where a single event, or the list itself, is wrong.
    """
    members = _members(raw)
    if members is None:
        return _strictly(read_json(raw), header_key=header_key)
    if "events" not in members:
        return One(_event(raw, header_key=header_key))
    listed = _list(raw, members, header_key)
    return Many(_all_quick(bytes(members["events"])) or [_one_of_many(each) for each in listed])


def _members(raw: bytes) -> Mapping[str, Raw] | None:
    try:
        return _object.decode(raw)
    except UNDECODED:
        return None


def _strictly(sent: Any, *, header_key: str | None) -> One | Many:
    """Read what the quick decoder could not take whole, such as half of an emoji in one of the events."""
    if not isinstance(sent, dict) or "events" not in sent:
        return One(_checked(sent, header_key=header_key))
    _check_alone(sent, header_key)
    events = sent["events"]
    if not isinstance(events, list):
        raise _not_a_list()
    _check_length(events)
    return Many([_one_checked(each) for each in events])


def _list(raw: bytes, members: Mapping[str, Raw], header_key: str | None) -> Sequence[Raw]:
    if raw.count(b'"events"') > 1:
        read_json(raw)  # refuses a name that is given twice; anything else may well say "events" in a text
    _check_alone(members, header_key)
    try:
        events = _raws.decode(members["events"])
    except UNDECODED:
        raise _not_a_list() from None
    _check_length(events)
    return events


def _check_alone(members: Iterable[str], header_key: str | None) -> None:
    for name in members:
        if name != "events":
            raise _fault(name[:100], "unknown", "Send events alone: each of them carries everything about itself.")
    if header_key is not None:
        raise _fault("Idempotency-Key", "not_for_many", "Give each event its own idempotency_key instead.")


def _check_length(events: Sequence[Any]) -> None:
    if not events:
        raise _fault("events", "empty", "There are no events in this list.")
    if len(events) > MOST_EVENTS:
        raise _fault("events", "too_many", f"Send at most {MOST_EVENTS} events at once.")


def _not_a_list() -> ValidationError:
    return _fault("events", "not_a_list", "This must be a list of events.")


def _one_of_many(raw: Raw) -> NewEvent | ValidationError:
    quick = _quick(bytes(raw))
    if quick is not None and quick.idempotency_key is not None:
        return quick
    try:
        sent = read_json(bytes(raw))
    except ParseError as invalid:
        return ValidationError([ErrorDetail(str(invalid.detail), code="parse_error")])
    return _one_checked(sent)


def _one_checked(sent: Any) -> NewEvent | ValidationError:
    try:
        event = _checked(sent, header_key=None)
    except ValidationError as invalid:
        return invalid
    if event.idempotency_key is None:
        sentence = "Each event of a list needs a key, so that the list can be sent again."
        return _fault("idempotency_key", "required", sentence)
    return event


def _event(raw: bytes, *, header_key: str | None) -> NewEvent:
    quick = _quick(raw) if header_key is None else None
    return quick if quick is not None else _checked(read_json(raw), header_key=header_key)


def _checked(sent: Any, *, header_key: str | None) -> NewEvent:
    request = UsageRequest(data=sent)
    request.is_valid(raise_exception=True)
    return event_of(request.validated_data, header_key=header_key)


_Key = Annotated[str, Meta(pattern=rf"\A{KEY.pattern}\Z")]
_Id = Annotated[str, Meta(pattern=r"\A[!-~]{1,40}\Z")]
_Customer = Annotated[str, Meta(pattern=r"\A[!-~]{1,200}\Z")]
_Name = Annotated[str, Meta(pattern=r"\A[!-~]{1,50}\Z")]
_Instant = Annotated[
    str,
    Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})\Z"),
]


class _Sent(Struct, forbid_unknown_fields=True, gc=False):
    """An event whose members are all of the plain kind: most are."""

    quantity: Raw
    item: _Id | UnsetType = UNSET
    customer: _Customer | UnsetType = UNSET
    metric: _Name | UnsetType = UNSET
    add_on: _Name | UnsetType = UNSET
    occurred_at: _Instant | UnsetType = UNSET
    idempotency_key: _Key | UnsetType = UNSET
    properties: Raw | UnsetType = UNSET


_object = msgspec.json.Decoder(dict[str, Raw])
_raws = msgspec.json.Decoder(list[Raw])
_sent = msgspec.json.Decoder(_Sent)
_many_sent = msgspec.json.Decoder(list[_Sent])
_anything = msgspec.json.Decoder(dict[str, Any])
_QUANTITY = re.compile(rb'(?P<quote>"?)(?P<number>-?[0-9]{1,%d}(?:\.[0-9]{1,%d})?)(?P=quote)' % (WHOLE_DIGITS, PLACES))


def _quick(raw: bytes) -> NewEvent | None:
    """Read an event whose every member is plain; None for any that is wrong, or merely out of the ordinary."""
    try:
        sent = _sent.decode(raw)
    except UNDECODED:
        return None
    event = _event_in(sent)
    return event if event is not None and _has_members(raw, _members_read(sent, event)) else None


def _all_quick(raw: bytes) -> list[NewEvent] | None:
    """Read a list whose every event is plain and has a key, in half the time of one by one; else None."""
    try:
        sent = _many_sent.decode(raw)
    except UNDECODED:
        return None
    members = 0
    events = []
    for each in sent:
        event = _event_in(each)
        if event is None or event.idempotency_key is None:
            return None
        members += _members_read(each, event)
        events.append(event)
    return events if _has_members(raw, members) else None


def _event_in(sent: _Sent) -> NewEvent | None:
    """Return what was sent as an event; None unless every member is plain."""
    try:
        properties = {} if sent.properties is UNSET else _anything.decode(sent.properties)
        occurred_at = None if sent.occurred_at is UNSET else datetime.fromisoformat(sent.occurred_at).astimezone(UTC)
    except (*UNDECODED, ValueError, OverflowError):
        return None
    number = _QUANTITY.fullmatch(sent.quantity)
    if number is None or not _names_one_line(sent):
        return None
    if properties and (len(sent.properties or b"") > MOST_PROPERTIES_LENGTH or not _plain(properties, depth=1)):
        return None
    return NewEvent(
        quantity=Decimal(number["number"].decode()) or _ZERO,
        item=sent.item or None,
        customer=sent.customer or None,
        metric=sent.metric or None,
        add_on=sent.add_on or None,
        occurred_at=occurred_at,
        idempotency_key=sent.idempotency_key or None,
        properties=properties,
    )


_ZERO = Decimal(0)  # without a sign


def _names_one_line(sent: _Sent) -> bool:
    if sent.item is not UNSET:
        return sent.customer is UNSET and sent.metric is UNSET and sent.add_on is UNSET
    return sent.customer is not UNSET and (sent.metric is UNSET) != (sent.add_on is UNSET)


def _members_read(sent: _Sent, event: NewEvent) -> int:
    """Count the members that were read: a text has more of them where a name was given twice."""
    members = 2 if event.item is not None else 3  # the quantity, and how the line is named
    members += (event.occurred_at is not None) + (event.idempotency_key is not None)
    return members if sent.properties is UNSET else members + 1 + _members_in(event.properties)


def _has_members(raw: bytes, members: int) -> bool:
    """Say whether a text has just so many members: each is a quote and a colon, which nothing stands between."""
    spaces = (b" ", b"\t", b"\n", b"\r")
    return raw.count(b'":') == members and not any(space in raw and space + b":" in raw for space in spaces)


def _members_in(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_members_in, value.values()))
    return sum(map(_members_in, value)) if isinstance(value, list) else 0


def _plain(value: Any, *, depth: int) -> bool:
    """Say whether JSON can be stored as it is: small whole numbers, texts without NUL, not nested too deeply."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, dict | list):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return depth <= DEEPEST_PROPERTIES and all(_plain(each, depth=depth + 1) for each in inner)
    return value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) <= LARGEST_INTEGER)


def _fault(field: str, code: str, sentence: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(sentence, code=code)]})
