"""What comes in through the API, field by field, and how numbers, amounts and instants go out."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from apps.core.json_body import NumberText
from apps.rating.currencies import CURRENCIES
from apps.rating.money import Money
from apps.rating.numbers import BadNumber, decimal_from_text, plain

MOST_UNKNOWN = 10
PUBLIC_ID = re.compile(r"[a-z]{3}_[0-9a-z]{20}")
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)


class StrictSerializer(serializers.Serializer[Any]):
    """Take only the members that are declared; every other one is an error that names it."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if not isinstance(data, Mapping):
            sentence = ErrorDetail("This must be a JSON object.", code="not_an_object")
            raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [sentence]})
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        unknown = [name for name in data if name not in self.fields][:MOST_UNKNOWN]
        errors: dict[str, Any] = {
            name[:100]: [ErrorDetail("There is no such member or parameter.", code="unknown")] for name in unknown
        }
        try:
            values: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as invalid:
            assert isinstance(invalid.detail, dict)
            errors = {**invalid.detail, **errors}
        if errors:
            raise ValidationError(errors)
        return values


class Text(serializers.CharField):
    """Text, and nothing that merely could be written as text."""

    default_error_messages = {"invalid": "This must be text.", "blank": "This must not be empty."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or isinstance(data, NumberText):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """True or false, and nothing that merely could mean it."""

    default_error_messages = {"invalid": "This must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if data is not True and data is not False:
            self.fail("invalid")
        return bool(data)


class QueryFlag(serializers.BooleanField):
    """The word true or false in a query."""

    default_error_messages = {"invalid": "This must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            self.fail("invalid")
        return bool(data == "true")


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["USD"]})
class CurrencyCode(Text):
    """The code of a currency of ISO 4217, in capitals."""

    default_error_messages = {"currency": "This is not a currency code of ISO 4217, such as USD."}

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in CURRENCIES:
            self.fail("currency")
        return code


@extend_schema_field({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "examples": ["2026-11"]})
class Month(Text):
    """A month, given as its first day."""

    default_error_messages = {"month": "This must be a month, such as 2026-11."}

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            return date.fromisoformat(f"{text}-01") if MONTH.fullmatch(text) else self.fail("month")
        except ValueError:
            self.fail("month")


class WholeNumber(serializers.IntegerField):
    """A whole number written in ASCII digits, in a body or a query."""

    default_error_messages = {"invalid": "This must be a whole number."}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not re.fullmatch(r"-?[0-9]{1,18}", data):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "description": "A decimal number as text, which is never rounded on its way, or as a JSON number: at most "
        "15 digits before the point and 12 after it, no exponent.",
        "oneOf": [{"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}, {"type": "number"}],
        "examples": ["1", "12.5", 3],
    }
)
class NumberIn(serializers.Field[Decimal, Any, str, Any]):
    """A decimal number on its way in, from text or from a JSON number; never through a float."""

    def to_internal_value(self, data: Any) -> Decimal:
        try:
            return decimal_from_text(str(data) if isinstance(data, str) else data, field=self.field_name or "")
        except BadNumber as bad:
            raise ValidationError(bad.sentence, code="invalid_number") from None


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantIn(serializers.Field[datetime, Any, str, Any]):
    """An instant on its way in: a date and time with an offset (RFC 3339), kept to the microsecond, in UTC."""

    default_error_messages = {
        "invalid": "This must be a date and time with an offset, such as 2026-10-05T14:30:00Z.",
        "naive": "This lacks its offset from UTC: write 2026-10-05T14:30:00Z or 2026-10-05T16:30:00+02:00.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        match = _INSTANT.fullmatch(data) if isinstance(data, str) else None
        if match is None:
            self.fail("invalid")
        if match["offset"] is None:
            self.fail("naive")
        try:
            return datetime.fromisoformat(data).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["12.5"]})
class NumberOut(serializers.Field[Decimal, Any, str, Any]):
    """A quantity or a unit amount as canonical decimal text."""

    def to_representation(self, value: Decimal) -> str:
        return plain(value)


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["140.00"]})
class AmountOut(serializers.Field[Any, Any, str, Any]):
    """An amount as decimal text, from a row's column of minor units and its currency, or its parent's."""

    def __init__(self, minor: str, *, currency: str = "currency", **options: Any) -> None:
        self.minor, self.currency = minor, currency
        super().__init__(source="*", **options)

    def to_representation(self, value: Any) -> str:
        return Money(attrgetter(self.minor)(value), attrgetter(self.currency)(value)).text()


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["-40.00"]})
class SumOut(serializers.Field[Decimal, Any, str, Any]):
    """A sum of amounts as decimal text, with all decimals of its currency: it may be more than one document can say."""

    def to_representation(self, value: Decimal) -> str:
        return f"{value:f}"


class InstantOut(serializers.DateTimeField):
    """An instant in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)
