"""What OpenAPI says of the views that all kinds of things sold have alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from apps.catalog.api import references
from apps.catalog.api.resources import Changes
from apps.core import problems
from apps.core.fields import StrictSerializer
from apps.core.pagination import PageQuery

BODY_REFUSALS = (400, 411, 413, 415)

_View = TypeVar("_View", bound=type[Any])
Decorator = Callable[[_View], _View]


@dataclass(frozen=True)
class Kind:
    """One kind of thing sold, as the descriptions call it, with the serializer that shows it."""

    noun: str
    plural: str
    example: str
    answer: type[Any]
    by_key: bool = True

    def listing(
        self,
        *,
        page: type[Any],
        query: type[PageQuery],
        new: type[StrictSerializer],
        examples: list[OpenApiExample] | None = None,
    ) -> Decorator[Any]:
        """Describe a Listing."""
        tag = self.plural
        return extend_schema_view(
            get=extend_schema(
                operation_id=f"list_{self._word(self.plural)}",
                summary=f"List {self.plural}",
                tags=[tag],
                parameters=[query],
                responses={200: page, **problems.responses(400)},
            ),
            post=extend_schema(
                operation_id=f"create_{self._word(self.noun)}",
                summary=f"Create {self._one()}",
                description="409 `key_taken` where there is one with this key.",
                tags=[tag],
                request={"application/json": new},
                responses={201: self.answer, **problems.responses(409, *BODY_REFUSALS)},
                examples=examples,
            ),
        )

    def detail(self, *, changes: type[Changes]) -> Decorator[Any]:
        """Describe a Detail."""
        return extend_schema_view(
            get=extend_schema(
                operation_id=f"get_{self._word(self.noun)}",
                summary=f"Get {self._one()}",
                tags=[self.plural],
                parameters=[self.named()],
                responses={200: self.answer, **problems.responses(400, 404)},
            ),
            patch=extend_schema(
                operation_id=f"update_{self._word(self.noun)}",
                summary=f"Change {self._one()}",
                description="Members that are left out stay as they are. What may not change is refused by name.",
                tags=[self.plural],
                parameters=[self.named()],
                request={"application/json": changes},
                responses={200: self.answer, **problems.responses(404, *BODY_REFUSALS)},
            ),
        )

    def archive(self) -> Decorator[Any]:
        """Describe an Archive."""
        return self._verb("archive", "Offer {} no longer", "Who has it keeps it. Repeated, it changes nothing.")

    def restore(self) -> Decorator[Any]:
        """Describe a Restore."""
        return self._verb("restore", "Offer {} again", "Repeated, it changes nothing.")

    def named(self) -> OpenApiParameter:
        """Describe the part of the address that names it."""
        if self.by_key:
            return references.parameter(self.noun, self.example)
        return OpenApiParameter("public_id", str, OpenApiParameter.PATH, description=f"Such as {self.example}.")

    def _verb(self, verb: str, summary: str, description: str) -> Decorator[Any]:
        return extend_schema_view(
            post=extend_schema(
                operation_id=f"{verb}_{self._word(self.noun)}",
                summary=summary.format(self._one()),
                description=description,
                tags=[self.plural],
                parameters=[self.named()],
                request=None,
                responses={200: self.answer, **problems.responses(404, *BODY_REFUSALS)},
            )
        )

    def _one(self) -> str:
        return f"an {self.noun}" if self.noun[0] in "aeiou" else f"a {self.noun}"

    def _word(self, text: str) -> str:
        return text.replace("-", "_")
