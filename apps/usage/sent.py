"""What a program sends to record usage, checked member by member, and what it gets back."""

import json
import re
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from apps.core.fields import InstantIn, InstantOut, NumberIn, NumberOut, StrictSerializer, Text
from apps.core.idempotency import KEY
from apps.core.json_body import NumberText
from apps.subscriptions.api.shown import PeriodSerializer
from apps.usage.models import Event
from apps.usage.queries import Links
from apps.usage.recording import NewEvent

MOST_PROPERTIES_LENGTH = 4096
DEEPEST_PROPERTIES = 4
LARGEST_INTEGER = 2**53 - 1  # what every reader of JSON reads exactly
_INTEGER = re.compile(r"-?[0-9]{1,16}")


class IdempotencyKey(Text):
    """A key under which a request may be repeated: 1 to 255 visible ASCII characters, spaces inside."""

    default_error_messages = {"invalid": "This must be 1 to 255 visible ASCII characters."}

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not KEY.fullmatch(text):
            self.fail("invalid")
        return text


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": True,
        "description": f"What else is known of the event: at most {MOST_PROPERTIES_LENGTH} characters of JSON, "
        f"{DEEPEST_PROPERTIES} levels deep. Numbers are whole; write others as text.",
        "examples": [{"call_id": "c-81", "seconds": 1260}],
    }
)
class Properties(serializers.Field[Mapping[str, Any], Any, Any, Any]):
    """A small JSON object."""

    default_error_messages = {
        "invalid": "This must be a JSON object.",
        "too_large": f"This is too large: at most {MOST_PROPERTIES_LENGTH} characters of JSON.",
    }

    def to_internal_value(self, data: Any) -> Mapping[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        properties: Mapping[str, Any] = _stored(data, depth=1)
        if len(json.dumps(properties, ensure_ascii=False, separators=(",", ":"))) > MOST_PROPERTIES_LENGTH:
            self.fail("too_large")
        return properties


class UsageRequest(StrictSerializer):
    """One event. Name the line by `item`, or by `customer` with `metric` or `add_on`."""

    item = Text(required=False, allow_null=True, max_length=40, help_text="The item's id.")
    customer = Text(
        required=False, allow_null=True, max_length=200, help_text="The customer's id, or your own key of it."
    )
    metric = Text(required=False, allow_null=True, max_length=50, help_text="The key of what is counted.")
    add_on = Text(required=False, allow_null=True, max_length=50, help_text="The key of the add-on.")
    quantity = NumberIn(help_text="May be below zero where the metric is a sum.")
    occurred_at = InstantIn(
        required=False, allow_null=True, help_text="When it happened, with an offset; now where absent."
    )
    idempotency_key = IdempotencyKey(
        required=False, allow_null=True, help_text="May be sent as the header Idempotency-Key instead."
    )
    properties = Properties(required=False, allow_null=True)
    note = Text(required=False, allow_null=True, allow_blank=True, max_length=500)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        sent = {name: value for name, value in attrs.items() if value is not None}
        for field, code, sentence in _line_faults(sent):
            raise ValidationError({field: [ErrorDetail(sentence, code=code)]})
        return sent


class EventSerializer(serializers.Serializer[Any]):
    """A recorded event."""

    id = serializers.CharField(source="public_id")
    item = serializers.CharField(source="item.public_id")
    customer = serializers.CharField(source="item.subscription.customer.public_id")
    quantity = NumberOut()
    occurred_at = InstantOut()
    recorded_at = InstantOut()
    period = PeriodSerializer(help_text="The billing period that it counts in.")
    late = serializers.BooleanField(
        help_text="Its period was closed already: it comes on the next invoice, at that period's price."
    )
    idempotency_key = serializers.CharField(allow_null=True)
    properties = serializers.DictField()
    note = serializers.CharField(allow_blank=True, help_text="Of a reversal, why.")
    reverses = serializers.SerializerMethodField(help_text="The event that this one takes back.")
    reversed_by = serializers.SerializerMethodField(help_text="The event that takes this one back.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_reverses(self, event: Event) -> str | None:
        return self._links().reverses.get(event.pk)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_reversed_by(self, event: Event) -> str | None:
        return self._links().reversed_by.get(event.pk)

    def _links(self) -> Links:
        links: Links = self.context.get("links") or Links()
        return links


def event_of(sent: Mapping[str, Any], *, header_key: str | None) -> NewEvent:
    """Return the event that a checked request means; raise ValidationError where it is given two different keys."""
    key = header_key_of(header_key, sent.get("idempotency_key"))
    return NewEvent(**{**sent, "idempotency_key": key})


def header_key_of(header_key: str | None, key: str | None) -> str | None:
    """Return the one key that header and body give; raise ValidationError where they differ, or it is none."""
    if header_key is None:
        return key
    if not KEY.fullmatch(header_key):
        sentence = "The header Idempotency-Key must be 1 to 255 visible ASCII characters."
        raise ValidationError({"Idempotency-Key": [ErrorDetail(sentence, code="invalid")]})
    if key not in (None, header_key):
        sentence = "The body and the header Idempotency-Key give different keys."
        raise ValidationError({"idempotency_key": [ErrorDetail(sentence, code="two_keys")]})
    return header_key


def _line_faults(sent: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Say what is wrong with how the line is named: (field, code, sentence)."""
    named = [name for name in ("customer", "metric", "add_on") if name in sent]
    if "item" in sent:
        return [(name, "line_named_twice", "Give either item, or customer with metric or add_on.") for name in named]
    if not named:
        return [("item", "required", "Name the line: item, or customer with metric or add_on.")]
    if "customer" not in sent:
        return [("customer", "required", "Name the customer too.")]
    if named == ["customer"]:
        return [("metric", "required", "Name the metric or the add_on too.")]
    if "metric" in sent and "add_on" in sent:
        return [("add_on", "line_named_twice", "Give either metric or add_on.")]
    return []


def _stored(value: Any, *, depth: int) -> Any:
    """Return JSON as it is stored: whole numbers as numbers, texts that the database can hold; refuse the rest."""
    if isinstance(value, NumberText):
        if not _INTEGER.fullmatch(value) or abs(int(value)) > LARGEST_INTEGER:
            raise _fault("invalid_number", 'Write this number as text, such as "1.5": only whole ones stay exact.')
        return int(value)
    if isinstance(value, str):
        _check_text(value)
        return value
    if not isinstance(value, dict | list):
        return value
    if depth > DEEPEST_PROPERTIES:
        raise _fault("too_deep", f"This is nested too deeply: at most {DEEPEST_PROPERTIES} levels.")
    if isinstance(value, list):
        return [_stored(entry, depth=depth + 1) for entry in value]
    stored = {}
    for name, entry in value.items():
        _check_text(name)
        try:
            stored[name] = _stored(entry, depth=depth + 1)
        except ValidationError as invalid:
            raise ValidationError({name[:100]: invalid.detail}) from None
    return stored


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _fault("invalid_text", "This contains a character that cannot be stored.")


def _fault(code: str, sentence: str) -> ValidationError:
    return ValidationError([ErrorDetail(sentence, code=code)])
