"""Errors as problem details (RFC 9457), each naming the field at fault."""

from typing import Any

from django.http import HttpResponse
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse, ExceptionHandlerContext
from rest_framework.response import Response

from apps.core.refusals import Refusal

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be used",
    401: "No valid key",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "In conflict with what is stored",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
}


def problem(status: int, errors: list[dict[str, Any]], **extra: Any) -> dict[str, Any]:
    """Return the members of a problem: type, title, status, detail, and errors [{code, field, detail}]."""
    return {
        "type": "about:blank",
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": errors[0]["detail"] if errors else "",
        "errors": errors,
        **extra,
    }


class ProblemFormatter(ExceptionFormatter):
    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        errors = [{"code": e.code, "field": e.attr, "detail": e.detail} for e in error_response.errors]
        return problem(self.exc.status_code, errors)


class ProblemHandler(ExceptionHandler):
    """Format REST framework's exceptions as problems; anything unforeseen stays a logged 500."""


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> Response | HttpResponse | None:
    """Answer a refusal or one of REST framework's exceptions as a problem."""
    if isinstance(exc, Refusal):
        error = {"code": exc.code, "field": exc.field, "detail": exc.sentence}
        response: Response | None = Response(problem(exc.status, [error], **exc.extra), status=exc.status)
    else:
        response = ProblemHandler(exc, context).run()
    if response is not None:
        response.content_type = MEDIA_TYPE
    return response
