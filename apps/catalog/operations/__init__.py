"""Write what is sold."""

from apps.catalog.operations.features import clear_feature, create_feature, set_feature
from apps.catalog.operations.goods import (
    archive,
    create_add_on,
    create_metric,
    create_plan,
    create_product,
    disable_add_on,
    enable_add_on,
    restore,
    update,
)
from apps.catalog.operations.offering import offer_add_on
from apps.catalog.operations.prices import canonical, include_units, negotiate, parsed, set_price

__all__ = [
    "archive",
    "canonical",
    "clear_feature",
    "create_add_on",
    "create_feature",
    "create_metric",
    "create_plan",
    "create_product",
    "disable_add_on",
    "enable_add_on",
    "include_units",
    "negotiate",
    "offer_add_on",
    "parsed",
    "restore",
    "set_feature",
    "set_price",
    "update",
]
