"""Errors as problem details (RFC 9457), each naming the field at fault."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import OpenApiResponse
from drf_standardized_errors.formatter import ExceptionFormatter, flatten_errors
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import Error, ErrorResponse, ExceptionHandlerContext
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.settings import api_settings

from apps.core.refusals import Refusal

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be used",
    401: "No valid key",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "In conflict with what is stored",
    411: "The length is missing",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
}
SERVER_ERROR = {"code": "error", "field": None, "detail": "This failed on our side; it was logged. Try again later."}


def problem(status: int, errors: Sequence[Mapping[str, Any]], **extra: Any) -> dict[str, Any]:
    """Return the members of a problem: type, title, status, detail, and errors [{code, field, detail}]."""
    return {
        **extra,
        "type": "about:blank",
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": errors[0]["detail"] if errors else "",
        "errors": errors,
    }


def answer(members: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Answer with a problem in its own media type, whatever format was asked for."""
    return JsonResponse(members, status=members["status"], content_type=MEDIA_TYPE, headers=headers)


def refused(status: int, code: str, sentence: str) -> HttpResponse:
    """Answer with a problem about the whole request."""
    return answer(problem(status, [{"code": code, "field": None, "detail": sentence}]))


def faults(invalid: ValidationError) -> list[dict[str, Any]]:
    """Return what is wrong as [{code, field, detail}], field by field."""
    return _described(flatten_errors(invalid.detail))


def _described(errors: Iterable[Error]) -> list[dict[str, Any]]:
    whole = api_settings.NON_FIELD_ERRORS_KEY
    return [
        {"code": error.code, "field": None if error.attr == whole else _shown(error.attr), "detail": error.detail}
        for error in errors
    ]


def _shown(name: str | None) -> str | None:
    """Write a name that came from outside so that any answer can carry it, half of an emoji too."""
    return name if name is None else name.encode("utf-8", "backslashreplace").decode()


class ProblemFormatter(ExceptionFormatter):
    """Put REST framework's errors into the members of a problem."""

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        if self.exc.status_code >= 500:
            return problem(self.exc.status_code, [SERVER_ERROR])
        return problem(self.exc.status_code, _described(error_response.errors))


class ProblemHandler(ExceptionHandler):
    """Handle REST framework's exceptions as the package does, in our format."""

    def format_exception(self, exc: APIException) -> dict[str, Any]:
        members: dict[str, Any] = ProblemFormatter(exc, self.context, self.exc).run()
        return members


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> HttpResponse | None:
    """Answer a refusal or one of REST framework's exceptions as a problem; anything unforeseen as a logged 500."""
    if isinstance(exc, Refusal):
        error = {"code": exc.code, "field": exc.field, "detail": exc.sentence}
        return answer(problem(exc.status, [error], **exc.extra))
    response = ProblemHandler(exc, context).run()
    if response is None:
        return None
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After") if name in response}
    return answer(response.data, headers)


class Fault(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="Stable, for programs.")
    field = serializers.CharField(
        allow_null=True, help_text="The member, parameter or header at fault; null where it is the whole request."
    )
    detail = serializers.CharField(help_text="A sentence for people.")


class Problem(serializers.Serializer[Any]):
    """Why a request was refused (RFC 9457). Nothing was changed."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="The first error's sentence.")
    errors = Fault(many=True)  # type: ignore[assignment]
    items = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="With ambiguous_item: the items to choose from."
    )
    subscriptions = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="With has_subscriptions: those that are not over."
    )
    reversal = serializers.CharField(required=False, help_text="With already_reversed: the event that did it.")
    limit = serializers.CharField(required=False, help_text="With usage_limit_reached: the limit.")
    used = serializers.CharField(required=False, help_text="With usage_limit_reached: what the period measured.")
    left = serializers.CharField(required=False, help_text="With usage_limit_reached: what the limit leaves.")
    bought = serializers.IntegerField(
        required=False, help_text="With no_seat_left, seats_assigned: how many seats are."
    )
    assigned = serializers.IntegerField(required=False, help_text="With the same: how many seats are assigned.")


def responses(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Describe the refusals of an operation for OpenAPI; those about the key belong to all of them."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(Problem, description=TITLES[status])
        for status in sorted({401, 403, *statuses})
    }
