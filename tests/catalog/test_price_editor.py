"""A price as fields: each model there and back, every member's field, rows that come and go."""

from typing import Any

import pytest
from hypothesis import given

from apps.catalog import price_editor
from apps.rating import pricing
from apps.rating.pricing.terms import Terms
from apps.rating.pricing.tiers import Tier
from tests.rating.price_forms import Form, forms

TIERS = {
    "tier_0_up_to": "1000",
    "tier_0_unit_amount": "0.1",
    "tier_1_up_to": "5000",
    "tier_1_package_size": "100",
    "tier_1_package_amount": "4",
    "tier_2_unit_amount": "0.01",
    "tier_2_flat_amount": "20",
}
GRADUATED = {
    "tiers": [
        {"up_to": "1000", "unit_amount": "0.1"},
        {"up_to": "5000", "package_size": "100", "package_amount": "4"},
        {"up_to": None, "unit_amount": "0.01", "flat_amount": "20"},
    ]
}


@pytest.mark.parametrize(
    ("fields", "form"),
    [
        ({"model": "per_unit", "unit_amount": "0.001"}, {"unit_amount": "0.001"}),
        ({"model": "graduated", **TIERS}, GRADUATED),
        ({"model": "volume", **TIERS}, GRADUATED),
        (
            {"model": "package", "package_size": "100", "package_amount": "5"},
            {"package_size": "100", "package_amount": "5"},
        ),
        (
            {"model": "stairstep", "tier_0_up_to": "10", "tier_0_flat_amount": "0", "tier_1_flat_amount": "30"},
            {"tiers": [{"up_to": "10", "flat_amount": "0"}, {"up_to": None, "flat_amount": "30"}]},
        ),
        (
            {
                "model": "percentage",
                "rate_percent": "2.9",
                "fixed_amount": "0.3",
                "free_transactions": "5",
                "transaction_minimum": "1",
                "transaction_maximum": "9",
            },
            {
                "rate_percent": "2.9",
                "fixed_amount": "0.3",
                "free_transactions": "5",
                "transaction_minimum": "1",
                "transaction_maximum": "9",
            },
        ),
    ],
)
@pytest.mark.parametrize(
    ("term_fields", "terms"),
    [
        ({}, {}),
        (
            {
                "included_units": "50",
                "minimum_amount": "5",
                "maximum_amount": "90",
                "divide_by": "1000",
                "round": "nearest",
            },
            {
                "included_units": "50",
                "minimum_amount": "5",
                "maximum_amount": "90",
                "transform": {"divide_by": "1000", "round": "nearest"},
            },
        ),
    ],
)
def test_fields_become_a_form_and_the_form_the_same_fields(
    fields: dict[str, str], form: Form, term_fields: dict[str, str], terms: Form
) -> None:
    said = {**fields, **term_fields}
    made = price_editor.form_of(said)
    assert made == {"model": fields["model"], **form, **terms}
    back = price_editor.fields_of(made)
    assert {name: text for name, text in back.items() if text} == said
    assert not list(price_editor.mistakes(said))


@given(forms)
def test_any_price_survives_the_way_through_the_fields(form: Form) -> None:
    fields = price_editor.fields_of(form)
    assert not list(price_editor.mistakes(fields))
    assert pricing.parse(price_editor.form_of(fields)) == pricing.parse(form)


def test_every_model_and_member_has_its_field() -> None:
    assert set(price_editor.CHOICES) == set(pricing.MODELS)
    for name, model in pricing.MODELS.items():
        tiered = name in price_editor.TIER_MEMBERS
        assert ({"tiers"} if tiered else set(price_editor.MEMBERS[name])) == model.MEMBERS
    assert set(price_editor.TIER_MEMBERS["graduated"]) == Tier.MEMBERS
    assert {*price_editor.TERMS, "transform"} == Terms.MEMBERS


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("unit_amount", "unit_amount"),
        ("transform.divide_by", "divide_by"),
        ("transform", "divide_by"),
        ("tiers[0].unit_amount", "tier_0_unit_amount"),
        ("tiers[1].up_to", "tier_3_up_to"),
        ("tiers[7].up_to", None),
    ],
)
def test_a_member_path_leads_to_the_very_field(path: str, field: str | None) -> None:
    fields = {"model": "graduated", "tier_0_up_to": "5", "tier_0_unit_amount": "1", "tier_3_unit_amount": "2"}
    assert price_editor.field_at(path, fields) == field


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"tier_1_up_to": ""}, "tier_1_up_to", "Say where this tier ends"),
        ({"tier_2_up_to": "9000"}, "tier_2_up_to", "The last tier has no end"),
        ({"tier_0_unit_amount": ""}, "tier_0_unit_amount", "Say what one unit costs"),
        ({"tier_1_package_size": ""}, "tier_1_package_size", "Say how many units a block has"),
        ({"tier_1_unit_amount": "1"}, "tier_1_unit_amount", "not both"),
        (dict.fromkeys(TIERS, ""), "tier_0_unit_amount", "Fill at least one tier."),
    ],
)
def test_mistakes_are_told_at_their_row(changes: dict[str, str], field: str, sentence: str) -> None:
    told = dict(price_editor.mistakes({"model": "graduated", **TIERS, **changes}))
    assert sentence in told[field]


def test_rows_come_and_go() -> None:
    fields: dict[str, Any] = {"model": "graduated", **TIERS}
    assert price_editor.row_count(fields) == 3
    more = price_editor.with_row(fields)
    assert price_editor.row_count(more) == 4
    assert price_editor.form_of(more) == price_editor.form_of(fields)  # an empty row says nothing
    fewer = price_editor.without_row(more, 1)
    assert price_editor.row_count(fewer) == 3
    assert [tier["up_to"] for tier in price_editor.form_of(fewer)["tiers"]] == ["1000", None]
    assert price_editor.row_count({"rows": "999"}) == price_editor.MOST_ROWS
    assert price_editor.row_count({"rows": "²"}) == price_editor.NEW_ROWS


def test_a_price_with_more_tiers_than_rows_is_not_shown_by_half() -> None:
    tiers = [{"up_to": str(end), "flat_amount": "1"} for end in range(1, price_editor.MOST_ROWS + 1)]
    form = {"model": "stairstep", "tiers": [*tiers, {"up_to": None, "flat_amount": "1"}]}
    assert price_editor.fields_of(form) == {}
