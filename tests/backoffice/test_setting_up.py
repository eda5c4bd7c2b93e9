"""Members, API keys and the organization's settings."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts import api_keys
from apps.accounts import operations as accounts
from apps.accounts.models import ApiKey, Member, Role, User
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, text
from tests.tenancy.test_brand import drawn


def test_a_key_is_shown_once_and_works(owner: Client, office: Organization) -> None:
    page = owner.post(address("accounts_apikey_add"), {"name": "CRM", "role": "developer"})
    with scope.of(office):
        key = ApiKey.objects.get()
    shown = next(word for word in text(page).split() if word.startswith("tb_live_") and not word.endswith("…"))
    assert "no-store" in page.headers["Cache-Control"]
    found = api_keys.find_key(shown)
    assert found == key
    later = owner.get(address("accounts_apikey_change", key.pk))
    assert shown not in later.content.decode()
    assert key.digest not in later.content.decode()
    assert shown not in str(dict(owner.session))


def test_a_revoked_key_works_no_longer(owner: Client, office: Organization) -> None:
    with scope.of(office):
        key, shown = accounts.create_api_key(organization=office, name="CRM", role="developer", now=builders.SEPTEMBER)
    assert owner.get(address("accounts_apikey_revoke", key.pk)).status_code == 405
    owner.post(address("accounts_apikey_revoke", key.pk))
    assert api_keys.find_key(shown) is None


def test_a_key_needs_a_name(owner: Client, office: Organization) -> None:
    response = owner.post(address("accounts_apikey_add"), {"name": "", "role": "developer"})
    assert "name" in errors(response)
    with scope.of(office):
        assert not ApiKey.objects.exists()


def test_an_owner_adds_somebody_who_can_then_sign_in(owner: Client, office: Organization) -> None:
    sent = {"email": "new@northwind.example", "name": "New", "role": "viewer", "password": "orchard lantern 42"}
    assert owner.post(address("accounts_member_add"), sent).status_code == 302
    client = Client()
    signed_in = client.post(address("login"), {"username": sent["email"], "password": sent["password"]}, follow=True)
    assert "Northwind Studio" in text(signed_in)
    assert client.get(address("accounts_customer_add")).status_code == 403


def test_a_weak_password_and_a_second_membership_are_refused(owner: Client, office: Organization) -> None:
    sent = {"email": "new@northwind.example", "name": "", "role": "viewer", "password": "short"}
    assert "too short" in errors(owner.post(address("accounts_member_add"), sent))["password"][0]
    assert not User.objects.filter(email=sent["email"]).exists()
    again = {**sent, "email": "owner@northwind.example", "password": "orchard lantern 42"}
    assert errors(owner.post(address("accounts_member_add"), again))["email"] == [
        "owner@northwind.example is a member already."
    ]


def test_somebody_known_elsewhere_keeps_their_own_password(owner: Client, office: Organization) -> None:
    other = builders.organization("fabrikam")
    known = builders.member(other, email="known@fabrikam.example").user
    sent = {"email": known.email, "name": "", "role": "viewer", "password": "orchard lantern 42"}
    assert owner.post(address("accounts_member_add"), sent).status_code == 302
    known.refresh_from_db()
    assert known.check_password(builders.PASSWORD)
    with scope.of(office):
        assert Member.objects.filter(user=known, role=Role.VIEWER).exists()


def test_roles_are_changed_and_members_removed_but_never_oneself(sign_in: SignIn, office: Organization) -> None:
    owner = sign_in(Role.OWNER)
    colleague = builders.member(office, Role.ADMIN)
    owner.post(address("accounts_member_change", colleague.pk), {"role": "viewer"})
    with scope.of(office):
        colleague.refresh_from_db()
        mine = Member.objects.get(role=Role.OWNER)
    assert colleague.role == Role.VIEWER
    assert owner.post(address("accounts_member_delete", mine.pk), {"post": "yes"}).status_code == 403
    assert owner.post(address("accounts_member_delete", colleague.pk), {"post": "yes"}).status_code == 302
    with scope.of(office):
        assert list(Member.objects.all()) == [mine]


def test_the_settings_are_one_page_of_ones_own(owner: Client, office: Organization) -> None:
    other = builders.organization("fabrikam")
    mine = address("tenancy_organization_change", office.pk)
    assert owner.get(address("tenancy_organization_changelist"))["Location"] == mine
    assert owner.get(address("tenancy_organization_change", other.pk)).status_code == 302
    form = owner.get(mine).context["adminform"].form
    sent = {name: value for name, value in form.initial.items() if value is not None}
    del sent["auto_finalize"]
    wrong = owner.post(mine, {**sent, "timezone": "Mars/Olympus", "locale": "xx_ZZ"})
    assert errors(wrong) == {
        "timezone": ["Mars/Olympus is not a known time zone, such as Europe/Paris."],
        "locale": ["This is no known locale. Write it like en_GB or de_DE."],
    }
    assert owner.post(mine, {**sent, "timezone": "Europe/Paris"}).status_code == 302
    with scope.of(office):
        office.refresh_from_db()
    assert office.timezone == "Europe/Paris"
    assert not office.auto_finalize


def settings_form(owner: Client, office: Organization) -> dict[str, object]:
    """Return what the settings page would send unchanged."""
    form = owner.get(address("tenancy_organization_change", office.pk)).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    values = {name: form.fields[name].prepare_value(value) for name, value in values.items()}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def test_a_logo_is_put_on_invoices_and_taken_away(owner: Client, office: Organization) -> None:
    page = address("tenancy_organization_change", office.pk)
    sent = {**settings_form(owner, office), "color": "#1a4f8b", "reminder_days": "-3, 3,10"}
    picture = SimpleUploadedFile("logo.png", drawn(), "image/png")
    response = owner.post(page, {**sent, "logo_file": picture})
    assert response.status_code == 302, errors(response)
    office.refresh_from_db()
    assert (len(office.logo), office.color, office.reminder_days) == (64, "#1a4f8b", [-3, 3, 10])
    assert "A logo is in use" in text(owner.get(page))
    assert owner.post(page, {**sent, "remove_logo": "on"}).status_code == 302
    office.refresh_from_db()
    assert office.logo == ""


def test_what_is_no_picture_too_light_or_no_day_is_refused_at_its_field(owner: Client, office: Organization) -> None:
    page = address("tenancy_organization_change", office.pk)
    drawing = SimpleUploadedFile("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png")
    wrong = {"color": "#ffcc00", "reminder_days": "soon", "logo_file": drawing}
    said = errors(owner.post(page, {**settings_form(owner, office), **wrong}))
    assert said["logo_file"] == ["Use a PNG or JPEG picture."]
    assert "too light" in said["color"][0] and "whole days" in said["reminder_days"][0]
