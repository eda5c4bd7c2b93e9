"""The pages of products and add-ons, which say where nothing would be charged as tax."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.backoffice import tax_cautions
from apps.catalog.admin import AddOnAdmin, CatalogAdmin, ProductAdmin
from apps.catalog.models import AddOn, Product


class TaxedAdmin(CatalogAdmin):
    """What has a tax category: giving it one that has no rate is told, and kept."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or "tax_category" in form.changed_data:
            tax_cautions.tell(request, obj.tax_category)


@admin.register(Product)
class ProductPages(TaxedAdmin, ProductAdmin):
    """Products, with their tax."""


@admin.register(AddOn)
class AddOnPages(TaxedAdmin, AddOnAdmin):
    """Add-ons, with their tax."""
