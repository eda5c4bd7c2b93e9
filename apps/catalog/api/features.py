"""Features for programs. Their keys are unique within a product, so one is named by its id."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from apps.catalog import operations, queries
from apps.catalog.api import references
from apps.catalog.api.described import Kind
from apps.catalog.api.resources import Archive, Changes, Detail, Good, GoodQuery, Listing, NewGood, One, Restore
from apps.catalog.models import Feature
from apps.core.fields import Text
from apps.tenancy.models import Organization


class FeatureSerializer(Good):
    """What a product can do or allow, in a word that other programs ask for; each plan gives it a value."""

    product = serializers.CharField(source="product.public_id")
    kind = serializers.ChoiceField(choices=Feature.Kind.choices)


class FeaturePage(serializers.Serializer[Any]):
    """A page of features, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = FeatureSerializer(many=True)


class NewFeature(NewGood):
    """A feature to create."""

    product = Text(max_length=references.LONGEST, help_text="The product's id or key.")
    kind = serializers.ChoiceField(
        choices=Feature.Kind.choices, default=Feature.Kind.BOOLEAN.value, help_text="What its values are."
    )


class FeatureChanges(Changes):
    """What may change of a feature."""

    stays = frozenset({"key", "kind", "product"})

    name = Text(required=False, max_length=200)


class FeatureQuery(GoodQuery):
    """Which features."""

    product = Text(required=False, max_length=references.LONGEST, help_text="The product's id or key.")


KIND = Kind("feature", "features", "fea_…", FeatureSerializer, by_key=False)
EXAMPLE = OpenApiExample(
    "A number", request_only=True, value={"product": "assistant", "key": "seats", "name": "Seats", "kind": "number"}
)


@KIND.listing(page=FeaturePage, query=FeatureQuery, new=NewFeature, examples=[EXAMPLE])
class FeatureList(Listing):
    """All features."""

    query_class = FeatureQuery
    answer_class = FeatureSerializer
    new_class = NewFeature

    def rows(self, **asked: Any) -> QuerySet[Feature]:
        return queries.features(**asked)

    def create(self, *, organization: Organization, now: datetime, **sent: Any) -> Feature:
        product = references.in_body(self.own(queries.products(), self.request), sent.pop("product"), field="product")
        return operations.create_feature(organization=organization, product=product, now=now, **sent)


class OfFeature(One):
    """Where a feature is found, and how it is shown."""

    answer_class = FeatureSerializer

    def rows(self) -> QuerySet[Feature]:
        return queries.features()

    def found(self, reference: str, request: Request) -> Feature:
        """Return it by its id alone."""
        return self.one(self.rows(), reference, request)


@KIND.detail(changes=FeatureChanges)
class FeatureDetail(OfFeature, Detail):
    """One feature."""

    changes_class = FeatureChanges


@KIND.archive()
class FeatureArchive(OfFeature, Archive):
    """A feature that is offered no longer."""


@KIND.restore()
class FeatureRestore(OfFeature, Restore):
    """A feature that is offered again."""
