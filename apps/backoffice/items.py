"""The page of an item: what it costs, and how it is used."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from apps.accounts.scoped_admin import formats_of, organization_of
from apps.backoffice.lifecycle import base as lifecycle
from apps.backoffice.lifecycle import deeds
from apps.core import clock
from apps.subscriptions.admin.items import ItemAdmin
from apps.subscriptions.models import Item
from apps.usage import pictures, rules


@admin.register(Item)
class ItemPages(ItemAdmin):
    """Items, with their usage drawn."""

    def get_urls(self) -> list[URLPattern]:
        return [*lifecycle.pages(self, deeds.OF_ITEM), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        item = kwargs.get("obj")
        if item is not None and item.is_usage:
            now = clock.billing(organization_of(request))
            (context["picture"],) = pictures.pictures(
                items=[item], limits=rules.limits_of([item]), now=now, formats=formats_of(request)
            )
        return super().render_change_form(request, context, *args, **kwargs)
