"""Who may come in: keys in force, their roles, and the organization each of them opens."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts import operations as accounts
from apps.accounts.models import ApiKey, Role
from apps.core import clock
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import DOOR, Program, fault
from tests.builders import SEPTEMBER

ADDRESSES = ["customers", "customers/cus_00000000000000000000", "invoices", "invoices/inv_00000000000000000000"]


def made(seller: Organization, role: str = Role.VIEWER) -> tuple[ApiKey, str]:
    return accounts.create_api_key(organization=seller, name="test", role=role, now=SEPTEMBER)


def test_a_key_in_force_opens_its_organization(seller: Organization) -> None:
    key, text = made(seller)
    with scope.fresh():
        assert Program(text).get("customers").status_code == 200
    key.refresh_from_db()
    assert text not in key.digest and key.lookup in text
    assert key.last_used_at is not None and clock.wall() - key.last_used_at < timedelta(minutes=1)


def test_last_use_is_not_written_for_every_request(seller: Organization) -> None:
    key, text = made(seller)
    recently, long_ago = clock.wall() - timedelta(minutes=5), clock.wall() - timedelta(minutes=11)
    for earlier, kept in ((recently, True), (long_ago, False)):
        accounts.note_key_used(key=key, now=earlier)
        Program(text).get("customers")
        key.refresh_from_db()
        assert (key.last_used_at == earlier) is kept


def test_without_a_key_there_is_only_a_way_to_get_one(seller: Organization) -> None:
    for address in ADDRESSES:
        response = Program(None).get(address)
        assert fault(response) == (401, "not_authenticated", None)
        assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_what_is_not_a_key_in_force_is_refused_alike(seller: Organization) -> None:
    key, text = made(seller)
    revoked, old = made(seller)
    accounts.revoke_api_key(key=revoked, now=SEPTEMBER)
    bad = [
        old, text[:-1], text + "0", text[:-1] + ("0" if text[-1] != "0" else "1"), text.upper(), text[3:], "tb_",
        f"tb_test_{key.lookup}_", f"tb_test_{key.lookup}_{key.digest}", "", " ", "ü", "tb_test_\x00_x", "x" * 10_000,
        f"tb_test_{key.lookup}_" + "ü" * 64, text.replace("tb_", "tb_ "),
    ]  # fmt: skip
    answers = [Program(candidate).get("customers") for candidate in bad]
    assert {fault(answer) for answer in answers} == {(401, "authentication_failed", None)}
    assert len({answer.content for answer in answers}) == 1
    assert not ApiKey.objects.filter(last_used_at__isnull=False).exists()


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "", "Token {key}", "{key}", "Bearer {key} {key}"])
def test_the_header_must_be_a_bearer_header(seller: Organization, header: str) -> None:
    text = header.format(key=made(seller)[1])
    response = Client().get(DOOR + "customers", headers={"Authorization": text})
    assert response.status_code == 401


def test_a_signed_in_owner_needs_a_key_too(seller: Organization) -> None:
    member = builders.member(seller, Role.OWNER)
    program = Program(None)
    program.client.force_login(member.user)
    with scope.fresh():
        assert fault(program.get("customers")) == (401, "not_authenticated", None)


def test_a_key_speaks_for_its_own_organization_whoever_is_signed_in(
    seller: Organization, other_seller: Organization
) -> None:
    builders.customer(seller, "Ours")
    member = builders.member(seller, Role.OWNER)
    with scope.fresh():
        with scope.of(other_seller):
            builders.customer(other_seller, "Theirs")
            program = Program(made(other_seller)[1])
        program.client.force_login(member.user)
        assert [row["name"] for row in program.get("customers").json()["results"]] == ["Theirs"]


@pytest.mark.parametrize("role", Role.values)
def test_every_role_may_read(seller: Organization, role: str) -> None:
    program = Program(made(seller, role)[1])
    assert [program.get(address).status_code for address in ADDRESSES] == [200, 404, 200, 404]


def test_a_method_that_no_view_declares_is_not_allowed(seller: Organization) -> None:
    program = Program(made(seller, Role.OWNER)[1])
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        assert fault(program.other(method, "usage-records")) == (405, "method_not_allowed", None)
    assert fault(program.get("prices/quote")) == (405, "method_not_allowed", None)
    assert program.client.head(DOOR + "customers", headers=program.headers).status_code == 200


def test_a_key_made_in_a_shell_works(seller: Organization) -> None:
    out = StringIO()
    with scope.fresh():
        call_command("create_api_key", organization=seller.key, name="call centre", role="viewer", stdout=out)
        assert Program(out.getvalue().strip()).get("customers").status_code == 200
    assert ApiKey.objects.get().role == "viewer"


@pytest.mark.parametrize(
    ("options", "said"), [({"organization": "nobody"}, "--organization: there is no"), ({"name": ""}, "--name: ")]
)
def test_a_shell_key_needs_an_organization_and_a_name(seller: Organization, options: dict[str, str], said: str) -> None:
    with scope.fresh(), pytest.raises(CommandError, match=said):
        call_command("create_api_key", **{"organization": seller.key, "name": "call centre", **options})
    assert not ApiKey.objects.exists()


def test_a_key_says_truly_whether_it_is_live(seller: Organization) -> None:
    _, text = made(seller)
    assert Program(text).get("customers").status_code == 200
    assert Program(text.replace("tb_test_", "tb_live_")).get("customers").status_code == 401
