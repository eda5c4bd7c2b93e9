"""Secrets that must be sent again: encrypted in the database, hidden everywhere, readable under rotating keys."""

import base64
import json
import logging
import pickle
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django import forms
from django.apps.registry import Apps
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.core import encryption
from apps.core.encrypted_field import EncryptedTextField
from apps.core.encryption import HIDDEN, Secret, Unreadable
from apps.tenancy import operations as tenancy
from apps.tenancy.models import Organization, Owned

PASSWORD = "swordfish, but longer"


class Kept(Owned):
    """A row with a secret, in a registry of its own."""

    secret = EncryptedTextField(null=True)

    class Meta:
        apps = Apps()
        app_label = "catalog"

    def __str__(self) -> str:
        return f"Kept {self.secret}"


@pytest.fixture
def table(seller: Organization) -> Iterator[Organization]:
    with connection.schema_editor() as editor:
        editor.create_model(Kept)
    yield seller


@pytest.fixture
def keys(settings: Any) -> list[str]:
    """Two keys, newest first; the older one is set."""
    newest, older = (Fernet.generate_key().decode() for _ in range(2))
    settings.ENCRYPTION_KEYS = [older]
    return [newest, older]


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM catalog_kept")
        ((text,),) = cursor.fetchall()
    return str(text)


def test_a_secret_is_stored_encrypted_and_read_back(table: Organization) -> None:
    Kept.objects.create(organization=table, secret=Secret(PASSWORD))
    assert PASSWORD not in stored() and len(stored()) > len(PASSWORD)
    secret = Kept.objects.get().secret
    assert isinstance(secret, Secret)
    assert secret.reveal() == PASSWORD


def test_the_same_secret_is_stored_differently_each_time() -> None:
    assert Secret(PASSWORD).sealed() != Secret(PASSWORD).sealed()


def test_nothing_is_stored_where_there_is_none(table: Organization) -> None:
    Kept.objects.create(organization=table, secret=None)
    assert Kept.objects.get().secret is None
    assert Kept.objects.filter(secret__isnull=True).count() == 1


@pytest.mark.parametrize("secret", [Secret(PASSWORD), Secret.from_sealed(encryption.sealed(PASSWORD))])
def test_a_secret_shows_itself_to_nobody(secret: Secret, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("the secret is %s, or %r", secret, [secret])
    row = Kept(secret=secret)
    shown = [str(secret), repr(secret), f"{secret}", str(row), caplog.text, repr(vars(row)), repr({"a": secret})]
    assert not [text for text in shown if PASSWORD in text]
    assert str(secret) == HIDDEN
    assert PASSWORD.encode() not in pickle.dumps(secret)
    assert pickle.loads(pickle.dumps(secret)).reveal() == PASSWORD
    assert display_for_field(secret, Kept._meta.get_field("secret"), "-") == HIDDEN
    with pytest.raises(TypeError):
        json.dumps({"secret": secret})


def test_no_form_offers_it_and_no_query_asks_for_it(table: Organization) -> None:
    assert forms.modelform_factory(Kept, fields="__all__").base_fields.keys() == {"organization"}
    for lookup in ("secret", "secret__contains", "secret__in"):
        with pytest.raises(FieldError, match="cannot be searched"):
            Kept.objects.filter(**{lookup: [PASSWORD]})


def test_a_text_is_not_taken_for_a_secret(table: Organization) -> None:
    with pytest.raises(TypeError, match="takes a Secret"), transaction.atomic():
        Kept.objects.create(organization=table, secret=PASSWORD)
    with pytest.raises(TypeError, match="takes a Secret"):
        Kept(organization=table, secret=PASSWORD).full_clean()
    Kept(organization=table, secret=Secret(PASSWORD)).full_clean()


def test_a_row_whose_key_is_gone_is_still_shown_and_saved(table: Organization, keys: list[str], settings: Any) -> None:
    Kept.objects.create(organization=table, secret=Secret(PASSWORD))
    before = stored()
    settings.ENCRYPTION_KEYS = [keys[0]]
    row = Kept.objects.get()
    assert str(row) == f"Kept {HIDDEN}"
    row.save()
    assert stored() == before
    assert isinstance(row.secret, Secret)
    with pytest.raises(Unreadable, match="not among ENCRYPTION_KEYS any more"):
        row.secret.reveal()


def test_an_older_key_reads_and_the_newest_writes(keys: list[str], settings: Any) -> None:
    old = encryption.sealed(PASSWORD)
    settings.ENCRYPTION_KEYS = keys
    assert encryption.unsealed(old) == PASSWORD
    new = encryption.renewed(old)
    assert Fernet(keys[0]).decrypt(new.encode()).decode() == PASSWORD
    assert encryption.renewed(new) == new
    settings.ENCRYPTION_KEYS = [keys[0]]
    assert encryption.unsealed(new) == PASSWORD
    with pytest.raises(Unreadable):
        encryption.renewed(old)


def test_a_first_installation_encrypts_with_a_key_made_from_the_secret_key(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = []
    stored = encryption.sealed(PASSWORD)
    assert settings.SECRET_KEY not in stored
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert encryption.unsealed(stored) == PASSWORD  # it goes on being read once keys are set
    settings.SECRET_KEY = "another one, as after a restore without it"
    with pytest.raises(Unreadable):
        encryption.unsealed(stored)


@pytest.mark.parametrize("tampered", ["", "nonsense", "gAAAAA==", "ünlesbar"])
def test_what_was_never_encrypted_is_unreadable(tampered: str) -> None:
    with pytest.raises(Unreadable):
        encryption.unsealed(tampered)


@pytest.mark.parametrize("key", ["", "too short", "x" * 44, base64.urlsafe_b64encode(b"x" * 31).decode()])
def test_a_key_that_is_none_is_said_at_the_start(key: str, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), key]
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS: number 2 is not a key"):
        encryption.check_keys()


def test_rotation_renews_every_row_once(table: Organization, keys: list[str], settings: Any) -> None:
    rows = [Kept(organization=table, secret=Secret(f"{PASSWORD} {n}")) for n in range(tenancy.RENEWAL_BATCH + 3)]
    Kept.objects.bulk_create(rows)
    Kept.objects.create(organization=table, secret=None)
    settings.ENCRYPTION_KEYS = keys
    Kept.objects.create(organization=table, secret=Secret("new already"))
    (column,) = tenancy.renew_secrets(of=[Kept, Organization])
    assert (column.column, column.renewed, column.current) == ("catalog.Kept.secret", len(rows), 1)
    settings.ENCRYPTION_KEYS = [keys[0]]
    read = {secret.reveal() for secret in Kept.objects.values_list("secret", flat=True) if secret is not None}
    assert read == {f"{PASSWORD} {n}" for n in range(len(rows))} | {"new already"}
    (column,) = tenancy.renew_secrets(of=[Kept])
    assert (column.renewed, column.current, column.unreadable) == (0, len(rows) + 1, 0)


def test_rotation_counts_what_it_cannot_read_and_leaves_it(table: Organization, keys: list[str], settings: Any) -> None:
    Kept.objects.create(organization=table, secret=Secret(PASSWORD))
    before = stored()
    settings.ENCRYPTION_KEYS = [keys[0]]
    (column,) = tenancy.renew_secrets(of=[Kept])
    assert (column.renewed, column.unreadable) == (0, 1)
    assert stored() == before


def test_the_command_tells_how_it_went(table: Organization, keys: list[str], settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("django.apps.apps.get_models", lambda: [Kept])
    Kept.objects.create(organization=table, secret=Secret(PASSWORD))
    settings.ENCRYPTION_KEYS = keys
    out = StringIO()
    call_command("rotate_secrets", "--json", stdout=out)
    assert json.loads(out.getvalue()) == [
        {"column": "catalog.Kept.secret", "renewed": 1, "current": 0, "unreadable": 0}
    ]
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    assert "older ones may be taken out" in out.getvalue()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="1 secrets cannot be read"):
        call_command("rotate_secrets", stdout=StringIO())


def test_the_command_without_secrets(db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("django.apps.apps.get_models", lambda: [Organization])
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    assert out.getvalue() == "There are no secrets to encrypt.\n"
