"""Signing in by e-mail, and whose office one then sees."""

import pytest
from django.contrib.auth import authenticate

from apps.accounts import operations as accounts
from apps.accounts import queries
from apps.accounts.models import Role
from apps.accounts.permissions import Action, may
from apps.core.refusals import Refusal
from apps.tenancy import scope
from tests import builders
from tests.builders import PASSWORD, SEPTEMBER


def test_the_case_of_the_address_does_not_matter(db: None) -> None:
    user = accounts.create_user(email="Ann@Example.com", password=PASSWORD, now=SEPTEMBER)
    assert authenticate(username="ANN@example.COM", password=PASSWORD) == user


@pytest.mark.parametrize(("email", "password"), [("ann@example.com", "wrong"), ("bob@example.com", PASSWORD), ("", "")])
def test_a_wrong_address_or_password_does_not_open(db: None, email: str, password: str) -> None:
    accounts.create_user(email="ann@example.com", password=PASSWORD, now=SEPTEMBER)
    assert authenticate(username=email, password=password) is None


def test_who_was_shut_out_does_not_get_in(db: None) -> None:
    user = accounts.create_user(email="ann@example.com", password=PASSWORD, now=SEPTEMBER)
    user.is_active = False
    user.save()
    assert authenticate(username="ann@example.com", password=PASSWORD) is None


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("ann@example.com", PASSWORD, "email"),
        ("no address", PASSWORD, "email"),
        ("bob@example.com", "short", "password"),
    ],
)
def test_a_bad_login_is_refused_by_field(db: None, email: str, password: str, field: str) -> None:
    accounts.create_user(email="ann@example.com", password=PASSWORD, now=SEPTEMBER)
    with pytest.raises(Refusal) as refused:
        accounts.create_user(email=email, password=password, now=SEPTEMBER)
    assert refused.value.field == field


def test_one_person_may_work_for_several_organizations(db: None) -> None:
    first, second, third = (builders.organization(key) for key in ("one", "two", "three"))
    member = builders.member(first, email="ann@example.com")
    with scope.of(second):
        accounts.add_member(organization=second, user=member.user, role=Role.VIEWER, now=SEPTEMBER)
    chosen = queries.member_of(user=member.user, public_id=second.public_id)
    assert chosen is not None
    assert (chosen.organization, chosen.role) == (second, Role.VIEWER)
    for foreign in (third.public_id, "org_unknown", None):
        assert queries.member_of(user=member.user, public_id=foreign) == member


def test_each_role_may_do_what_the_table_says() -> None:
    allowed = {role: {action for action in Action if may(role, action)} for role in Role.values}
    assert allowed["viewer"] == {Action.READ}
    assert allowed["viewer"] < allowed["developer"] < allowed["admin"] < allowed["owner"] == set(Action)
    assert Action.MANAGE_SETTINGS not in allowed["admin"]
    assert not may(None, Action.READ)
    assert not may("root", Action.READ)
