import pytest

from apps.rating import vat_numbers


@pytest.mark.parametrize(
    ("country", "tax_id", "number"),
    [
        ("DE", "DE 136 695 976", "DE136695976"),
        ("DE", "de136695976", "DE136695976"),
        ("AT", "ATU57194903", "ATU57194903"),
        ("NL", "NL004495445B01", "NL004495445B01"),
        ("GR", "EL094259216", "EL094259216"),
        ("GR", "GR094259216", "EL094259216"),
        ("GB", "XI980780684", "XI980780684"),
        ("GB", "GB980780684", ""),
        ("DE", "136695976", ""),
        ("DE", "DE136695978", ""),
        ("AT", "DE136695976", ""),
        ("US", "DE136695976", ""),
        ("DE", "EU372000041", ""),
        ("DE", "", ""),
        ("", "DE136695976", ""),
        ("DE", "DE１３６６９５９７６", "DE136695976"),
    ],
)
def test_a_number_is_one_of_its_country(country: str, tax_id: str, number: str) -> None:
    assert vat_numbers.number_of(country, tax_id) == number


@pytest.mark.parametrize(
    ("country", "tax_id", "mistyped"),
    [
        ("DE", "DE136695978", True),
        ("DE", "DE13669597", True),
        ("GR", "EL094259217", True),
        ("GB", "XI123456789", True),
        ("DE", "DE136695976", False),
        ("DE", "12/345/67890", False),  # another kind of number
        ("DE", "136695976", False),
        ("US", "US-98-7654321", False),
        ("GB", "GB123456789", False),  # not the Union's
        ("DE", "", False),
    ],
)
def test_what_begins_like_a_number_and_is_none_is_mistyped(country: str, tax_id: str, mistyped: bool) -> None:
    assert vat_numbers.is_mistyped(country, tax_id) is mistyped


def test_northern_ireland_is_in_the_union_by_its_number() -> None:
    assert vat_numbers.place_of("GB", "XI980780684") == "XI"
    assert [vat_numbers.place_of(code, "") for code in ("GB", "US", "", "GR", "XI")] == ["", "", "", "GR", ""]
