"""Sign in by e-mail, and choose the organization to work for."""

from django.test import Client

from apps.accounts import operations as accounts
from apps.accounts.models import Role
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address, said, text


def test_signing_in_leads_to_the_dashboard(office: Organization) -> None:
    builders.member(office)
    client = Client()
    sent = {"username": "Owner@northwind.example", "password": builders.PASSWORD}
    response = client.post(address("login"), sent, follow=True)
    assert response.redirect_chain[-1][0] == address("index")
    assert "Northwind Studio" in text(response)
    assert client.get("/", follow=True).redirect_chain[-1][0] == address("index")


def test_a_wrong_password_says_so(office: Organization) -> None:
    builders.member(office)
    response = Client().post(address("login"), {"username": "owner@northwind.example", "password": "wrong"})
    assert response.status_code == 200
    assert "correct" in text(response)


def test_whoever_belongs_to_no_organization_gets_a_plain_sentence(db: None) -> None:
    user = accounts.create_user(email="lost@nowhere.example", password=builders.PASSWORD, now=builders.SEPTEMBER)
    client = Client()
    response = client.post(address("login"), {"username": user.email, "password": builders.PASSWORD})
    assert "You have no access to any organization yet. Ask an owner to add you as a member." in text(response)
    client.force_login(user)
    page = client.get(address("index"), follow=True)
    assert "have no access to any organization yet" in text(page)


def test_a_member_of_two_organizations_switches_between_them(office: Organization) -> None:
    user = builders.member(office).user
    second = builders.organization("fabrikam")
    with scope.of(second):
        accounts.add_member(organization=second, user=user, role=Role.VIEWER, now=builders.SEPTEMBER)
    client = Client()
    client.force_login(user)
    page = address("organizations")
    assert "Fabrikam Studio" in text(client.get(page))
    response = client.post(page, {"organization": second.public_id})
    assert said(response) == ["You now work for Fabrikam Studio."]
    assert "Fabrikam Studio" in text(client.get(address("index")))
    assert client.get(address("accounts_customer_add")).status_code == 403  # a viewer there


def test_nobody_switches_to_an_organization_they_do_not_belong_to(owner: Client) -> None:
    other = builders.organization("fabrikam")
    response = owner.post(address("organizations"), {"organization": other.public_id})
    assert said(response) == ["You are no member of that organization."]
    assert "Northwind Studio" in text(owner.get(address("index")))


def test_switching_needs_a_form_of_ours(office: Organization) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(builders.member(office).user)
    assert client.post(address("organizations"), {"organization": office.public_id}).status_code == 403
