"""The base of every API view of owned rows: explicit about organization and role, and closed by default.

A view says which Action each of its methods needs; a method that it does not say is denied.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from apps.accounts.models import ApiKey
from apps.accounts.permissions import Action, may
from apps.core import clock, idempotency
from apps.core.fields import PUBLIC_ID, StrictSerializer
from apps.core.json_body import LengthRequired
from apps.core.refusals import NotFound, Refusal
from apps.tenancy import operations as tenancy
from apps.tenancy.models import Organization

_Row = TypeVar("_Row", bound=Model)


def key_of(request: Request) -> ApiKey:
    """Return the key in force that a request brought; raise NotAuthenticated where there is none."""
    if not isinstance(request.auth, ApiKey):
        raise exceptions.NotAuthenticated("Send a key, as 'Authorization: Bearer tb_…'.")
    return request.auth


def organization_of(request: Request) -> Organization:
    """Return the organization of the key that a request brought."""
    return key_of(request).organization


class RoleAllows(BasePermission):
    """Ask the permission table whether the key's role may do what the view says this method does."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        method = str(request.method)
        role = key_of(request).role
        if method not in view.allowed_methods:
            raise exceptions.MethodNotAllowed(method)
        action = getattr(view, "actions", {}).get("GET" if method == "HEAD" else method)
        if action is None or not may(role, action):
            raise exceptions.PermissionDenied(f"A key with the role {role} may not do this.")
        return True


class OneFormat(BaseContentNegotiation):
    """Answer in the view's one format, whatever Accept says."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        content_type = str(request.content_type).partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ScopedView(APIView):
    """A view of rows of the key's organization. `actions` says what each method needs, such as {"GET": READ}."""

    actions: ClassVar[Mapping[str, Action]] = {}
    permission_classes = [RoleAllows]
    content_negotiation_class = OneFormat
    http_method_names = ["get", "head", "post"]
    query_class: ClassVar[type[StrictSerializer]] = StrictSerializer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let a request in, or raise what is wrong with its key, its role or its length."""
        super().initial(request, *args, **kwargs)
        if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
            raise LengthRequired

    def asked(self, request: Request) -> dict[str, Any]:
        """Return the query's parameters; raise ValidationError for one that is unknown, repeated or not valid.

        `query_class` says which there are when reading; nothing that writes takes any.
        """
        reading = request.method in ("GET", "HEAD")
        query = (self.query_class if reading else StrictSerializer)(data=_single(request._request.GET))
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    def own(self, rows: QuerySet[_Row], request: Request) -> QuerySet[_Row]:
        """Narrow rows to the key's organization, as the scoped manager did before."""
        return rows.filter(organization=organization_of(request))

    def one(self, rows: QuerySet[_Row], public_id: str, request: Request) -> _Row:
        """Return the row of a public id; raise NotFound, the same for another organization's row and for none."""
        row = self.own(rows, request).filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None
        if row is None:
            raise NotFound("not_found", f"There is no such {rows.model._meta.verbose_name}.")
        return row

    def sent(self, request: Request, form: type[StrictSerializer] = StrictSerializer) -> dict[str, Any]:
        """Return the body's members as `form` checks them; raise ValidationError naming each that is wrong.

        Without a form no member is taken, and there need not be a body.
        """
        body = form(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def made_once(self, request: Request, make: Callable[[], dict[str, Any]], *, status: int = 201) -> Response:
        """Answer with what `make` returns; where the request came before under its Idempotency-Key, 200 with that.

        Raise ValidationError for a key that is none, Conflict where other content came under it.
        """
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return Response(make(), status=status)
        if not idempotency.KEY.fullmatch(key):
            sentence = "The header Idempotency-Key must be 1 to 255 visible ASCII characters."
            raise exceptions.ValidationError({"Idempotency-Key": [exceptions.ErrorDetail(sentence, code="invalid")]})
        answer, repeated = tenancy.answered_once(
            organization=organization_of(request),
            key=key,
            digest=idempotency.digest_of(method=str(request.method), path=request.path, content=request.data),
            answer=make,
            now=clock.wall(),
        )
        return Response(answer, status=200 if repeated else status)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep what only a key may see out of caches."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


def shown(serializer: type[BaseSerializer[Any]], rows: Any, *, many: bool = False, **context: Any) -> Any:
    """Return rows in the form that a serializer gives them."""
    return serializer(rows, many=many, context=context).data


def next_url(request: Request, cursor: str | None) -> str | None:
    """Return the address of the page that begins after a cursor; None where there is none."""
    if cursor is None:
        return None
    query = request._request.GET.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A key of your own under which this request may be repeated for ever: it is done once, and every "
    "repeat gets the first answer, with the status 200. Other content under the same key is refused with 409.",
)


def id_parameter(example: str) -> OpenApiParameter:
    """Describe the id in an address for OpenAPI."""
    return OpenApiParameter("public_id", OpenApiTypes.STR, OpenApiParameter.PATH, description=f"Such as {example}.")


def _single(query: QueryDict) -> dict[str, str]:
    for name, values in query.lists():
        if len(values) > 1:
            raise Refusal("given_twice", "This is given more than once.", field=name[:100])
    return query.dict()  # type: ignore[return-value]
