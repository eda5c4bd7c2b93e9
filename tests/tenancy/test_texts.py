"""What an organization and a customer may be called, so that every document can say it."""

from datetime import timedelta
from typing import Any

import pytest

from apps.core.refusals import Refusal
from apps.tenancy.models import Organization
from tests import builders


@pytest.mark.parametrize(
    "fields",
    [
        {"invoice_prefix": "A1"},
        {"invoice_prefix": "N\nV-"},
        {"invoice_prefix": 'a"'},
        {"invoice_prefix": "\u202e-"},
        {"name": "North\r\nwind"},
        {"legal_name": "North\u2028wind"},
        {"timezone": "Factory"},
        {"usage_grace": timedelta(seconds=-1)},
        {"usage_grace": timedelta(days=61)},
        {"footer": "x" * 501},
    ],
)
def test_what_documents_cannot_bear_is_refused_by_field(db: None, fields: dict[str, Any]) -> None:
    (field,) = fields
    with pytest.raises(Refusal) as refused:
        builders.organization(**fields)
    assert refused.value.field == field


@pytest.mark.parametrize("prefix", ["", "INV-", "2026-", "R/", "NW."])
def test_usual_prefixes_are_fine(db: None, prefix: str) -> None:
    assert builders.organization(invoice_prefix=prefix).invoice_prefix == prefix


@pytest.mark.parametrize(
    "details", [{"external_id": "cus_9w1y"}, {"external_id": "a\nb"}, {"name": "a\nb"}, {"legal_name": "a\x07"}]
)
def test_a_customers_own_key_and_names_are_one_line_and_no_id_of_ours(
    seller: Organization, details: dict[str, Any]
) -> None:
    (field,) = details
    with pytest.raises(Refusal) as refused:
        builders.customer(seller, **{"name": "Fabrikam", "email": "a@b.example"} | details)
    assert refused.value.field == field
