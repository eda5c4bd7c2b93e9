"""Say for which organization a staff request is, and open its scope."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.accounts import queries
from apps.tenancy import scope

SESSION_KEY = "organization"


class OrganizationMiddleware:
    """Put `member` and `organization` on the request: the one chosen in the session, or the user's first.

    Every request begins without a scope; API views open theirs once the key is known. A request that brings a key
    speaks for the key alone, whoever is signed in beside it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with scope.fresh():
            member = None
            if request.user.is_authenticated and "Authorization" not in request.headers:
                member = queries.member_of(user=request.user, public_id=request.session.get(SESSION_KEY))
            request.member = member  # type: ignore[attr-defined]
            request.organization = member.organization if member else None  # type: ignore[attr-defined]
            if member is None:
                return self.get_response(request)
            scope.activate(member.organization)
            with timezone.override(member.organization.zone):  # pages and forms speak of the organization's days
                return self.get_response(request)
