"""The API's own description: OpenAPI, and pages to read it in that need nothing from outside."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI document, the same for everybody."""
    generator: Any = SchemaGenerator  # its package carries no types
    schema: dict[str, Any] = generator().get_schema(request=None, public=True)
    return schema


class Schema(APIView):
    """The OpenAPI document; YAML unless JSON is accepted, or asked for by ?format=json."""

    authentication_classes = []
    permission_classes = [AllowAny]
    renderer_classes = [OpenApiYamlRenderer2, OpenApiJsonRenderer2]
    http_method_names = ["get", "head"]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(description())


class Docs(SpectacularSwaggerView):
    """The description as pages, to read and to try."""

    authentication_classes = []
    permission_classes = [AllowAny]
    http_method_names = ["get", "head"]
