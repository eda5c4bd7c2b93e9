"""Products for programs."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from apps.catalog import operations, queries
from apps.catalog.api.described import Kind
from apps.catalog.api.resources import Archive, Changes, Detail, Good, GoodQuery, Listing, NewGood, One, Restore
from apps.catalog.models import Product
from apps.core.fields import CurrencyCode, Text
from apps.tenancy.models import Organization

CURRENCY_HELP = "What is taken where nobody says a currency; the organization's unless given."
TAX_HELP = "Small letters, digits, - and _; `standard` unless given, `exempt` for what bears no tax by what it is."


class ProductSerializer(Good):
    """What is sold; groups plans."""

    currency = serializers.CharField(help_text=CURRENCY_HELP)
    tax_category = serializers.CharField()


class ProductPage(serializers.Serializer[Any]):
    """A page of products, newest first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = ProductSerializer(many=True)


class NewProduct(NewGood):
    """A product to create."""

    currency = CurrencyCode(required=False, help_text=CURRENCY_HELP)
    tax_category = Text(required=False, max_length=30, help_text=TAX_HELP)


class ProductChanges(Changes):
    """What may change of a product."""

    stays = frozenset({"key"})

    name = Text(required=False, max_length=200)
    currency = CurrencyCode(required=False)
    tax_category = Text(required=False, max_length=30)


class ProductQuery(GoodQuery):
    """Which products."""


KIND = Kind("product", "products", "prd_…", ProductSerializer)
EXAMPLE = OpenApiExample("A product", request_only=True, value={"key": "assistant", "name": "Assistant"})


@KIND.listing(page=ProductPage, query=ProductQuery, new=NewProduct, examples=[EXAMPLE])
class ProductList(Listing):
    """All products."""

    query_class = ProductQuery
    answer_class = ProductSerializer
    new_class = NewProduct

    def rows(self, **asked: Any) -> QuerySet[Product]:
        return queries.products(**asked)

    def create(self, *, organization: Organization, now: datetime, **sent: Any) -> Product:
        return operations.create_product(organization=organization, now=now, **sent)


class OfProduct(One):
    """Where a product is found, and how it is shown."""

    answer_class = ProductSerializer

    def rows(self) -> QuerySet[Product]:
        return queries.products()


@KIND.detail(changes=ProductChanges)
class ProductDetail(OfProduct, Detail):
    """One product."""

    changes_class = ProductChanges


@KIND.archive()
class ProductArchive(OfProduct, Archive):
    """A product that is offered no longer."""


@KIND.restore()
class ProductRestore(OfProduct, Restore):
    """A product that is offered again."""
