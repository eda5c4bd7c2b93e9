"""What Django itself refuses, before a view is found or after one failed: problems for programs, pages for people."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views import defaults

from apps.core import problems

DOOR = "/api/"


def bad_request(request: HttpRequest, exception: Exception, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Answer a request that Django would not read."""
    if not request.path.startswith(DOOR):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return problems.refused(413, "too_large", "The body is too large.")
    return problems.refused(400, "bad_request", "This request cannot be read.")


def not_found(request: HttpRequest, exception: Exception, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Answer for an address that leads nowhere."""
    if not request.path.startswith(DOOR):
        return defaults.page_not_found(request, exception)
    return problems.refused(404, "no_such_address", "There is nothing at this address; see /api/v1/docs.")


def server_error(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer after an unforeseen fault, which is logged."""
    if not request.path.startswith(DOOR):
        return defaults.server_error(request)
    return problems.answer(problems.problem(500, [problems.SERVER_ERROR]))
