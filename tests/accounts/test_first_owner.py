"""Somebody has to be able to sign in first."""

import re

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from apps.accounts import queries
from apps.accounts.models import Member, Role
from apps.tenancy import scope
from tests import builders


def test_the_first_owner_can_sign_in_with_what_is_printed(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_owner", email="Ann@example.com", organization="acme", name="Acme", currency="EUR")
    said = capsys.readouterr().out
    (password,) = re.findall(r"password +(\S+)\n", said)
    owner = queries.first_owner()
    assert owner is not None
    assert authenticate(username="ann@example.com", password=password) == owner.user
    assert (owner.organization.key, owner.organization.currency, owner.role) == ("acme", "EUR", Role.OWNER)


def test_it_happens_once(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_owner")
    capsys.readouterr()
    call_command("create_owner", email="second@example.com")
    assert capsys.readouterr().out == ""
    with scope.everywhere():
        assert Member.objects.count() == 1


def test_an_organization_that_exists_gets_its_owner(db: None) -> None:
    seller = builders.organization("acme")
    call_command("create_owner", organization="acme")
    owner = queries.first_owner()
    assert owner is not None
    assert owner.organization == seller


def test_without_a_key_the_only_organization_gets_its_owner(db: None) -> None:
    seller = builders.organization("acme")
    call_command("create_owner")
    owner = queries.first_owner()
    assert owner is not None
    assert owner.organization == seller


def test_without_a_key_and_an_organization_one_is_made(db: None) -> None:
    call_command("create_owner")
    owner = queries.first_owner()
    assert owner is not None
    assert owner.organization.key == "main"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"email": "nobody"}, "--email: Enter a valid email address."),
        ({"organization": "Acme Inc"}, "--organization: Use small letters, digits, - and _ only"),
        ({"currency": "XXQ"}, "--currency: XXQ is not an ISO 4217 currency code."),
        ({"timezone": "Mars/Base"}, "--timezone: Mars/Base is not a known time zone"),
    ],
)
def test_bad_input_is_named_and_leaves_nothing(db: None, options: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("create_owner", **options)
    assert queries.first_owner() is None
    with scope.everywhere():
        assert not Member.objects.exists()
