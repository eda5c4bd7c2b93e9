"""What the views of everything sold have in common: list and create, read and change, archive and restore."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, next_url, organization_of, shown
from apps.catalog import operations
from apps.catalog.api import references
from apps.core import clock, pagination
from apps.core.fields import InstantOut, QueryFlag, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.pagination import PageQuery
from apps.tenancy.models import Organization

KEY_HELP = "Your own key: small letters, digits, - and _. It never changes."


class Good(serializers.Serializer[Any]):
    """What everything sold has."""

    id = serializers.CharField(source="public_id")
    key = serializers.CharField()
    name = serializers.CharField()
    archived_at = InstantOut(allow_null=True, help_text="Since when it is offered no longer; who has it keeps it.")
    created_at = InstantOut()


class NewGood(StrictSerializer):
    """What everything sold is created with."""

    key = Text(max_length=references.LONGEST, help_text=KEY_HELP)
    name = Text(max_length=200)


class Changes(StrictSerializer):
    """What may change; a member that exists but stays is refused as such."""

    stays: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        fixed = [name for name in data if name in self.stays]
        if fixed:
            raise ValidationError(
                {name: [ErrorDetail("This cannot be changed.", code="cannot_change")] for name in fixed}
            )
        return super().to_internal_value(data)


class GoodQuery(PageQuery):
    """What every list of things sold can be narrowed by."""

    key = Text(required=False, max_length=references.LONGEST)
    archived = QueryFlag(required=False, help_text="true: only what is offered no longer; false: only what is.")


class Listing(ScopedView, ABC):
    """All rows of a kind, a page at a time, and the place for new ones."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_CATALOG}
    parser_classes = [JSONBody]
    answer_class: ClassVar[type[BaseSerializer[Any]]]
    new_class: ClassVar[type[StrictSerializer]]

    @abstractmethod
    def rows(self, **asked: Any) -> QuerySet[Any]:
        """Return the rows that the query's parameters leave."""

    @abstractmethod
    def create(self, *, organization: Organization, now: datetime, **sent: Any) -> Any:
        """Make a row of a body's members."""

    def get(self, request: Request) -> Response:
        """Answer with one page."""
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(self.rows(**asked), request), limit=limit, cursor=cursor)
        rows = shown(self.answer_class, page.rows, many=True)
        return Response({"next": next_url(request, page.next_cursor), "results": rows})

    def post(self, request: Request) -> Response:
        """Make a row, and answer with it."""
        self.asked(request)
        sent = self.sent(request, self.new_class)
        row = self.create(organization=organization_of(request), now=clock.wall(), **sent)
        return Response(shown(self.answer_class, row), status=201)


class One(ScopedView, ABC):
    """One row, named in the address by its id or its key."""

    parser_classes = [JSONBody]
    answer_class: ClassVar[type[BaseSerializer[Any]]]

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Return the rows among which it is."""

    def found(self, reference: str, request: Request) -> Any:
        """Return it; raise NotFound."""
        return references.in_path(self.own(self.rows(), request), reference)


class Detail(One):
    """Read one row, or change what may change of it."""

    actions = {"GET": Action.READ, "PATCH": Action.MANAGE_CATALOG}
    http_method_names = ["get", "head", "patch"]
    changes_class: ClassVar[type[Changes]]

    def get(self, request: Request, public_id: str) -> Response:
        """Answer with it."""
        self.asked(request)
        return Response(shown(self.answer_class, self.found(public_id, request)))

    def patch(self, request: Request, public_id: str) -> Response:
        """Change it, and answer with it."""
        self.asked(request)
        row = self.found(public_id, request)
        operations.update(row=row, **self.sent(request, self.changes_class))
        return Response(shown(self.answer_class, row))


class Archive(One):
    """Offer it no longer."""

    actions = {"POST": Action.MANAGE_CATALOG}

    def post(self, request: Request, public_id: str) -> Response:
        """Archive it, and answer with it."""
        self.asked(request)
        row = self.found(public_id, request)
        self.sent(request)
        return Response(shown(self.answer_class, operations.archive(row=row, now=clock.wall())))


class Restore(One):
    """Offer it again."""

    actions = {"POST": Action.MANAGE_CATALOG}

    def post(self, request: Request, public_id: str) -> Response:
        """Restore it, and answer with it."""
        self.asked(request)
        row = self.found(public_id, request)
        self.sent(request)
        return Response(shown(self.answer_class, operations.restore(row=row)))
