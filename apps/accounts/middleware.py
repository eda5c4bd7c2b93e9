"""Say for which organization a staff request is, and open its scope."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.accounts import queries
from apps.tenancy import scope

SESSION_KEY = "organization"


class OrganizationMiddleware:
    """Put `member` and `organization` on the request: the one chosen in the session, or the user's first.

    Every request begins without a scope; API views open theirs once the key is known.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with scope.fresh():
            member = None
            if request.user.is_authenticated:
                member = queries.member_of(user=request.user, public_id=request.session.get(SESSION_KEY))
            request.member = member  # type: ignore[attr-defined]
            request.organization = member.organization if member else None  # type: ignore[attr-defined]
            if member is not None:
                scope.activate(member.organization)
            return self.get_response(request)
