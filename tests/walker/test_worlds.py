"""The walker's worlds are what its findings rest on: full, marked everywhere, and watched to the last column."""

from django.db import connection

from apps.accounts.models import Customer
from apps.tenancy import scope
from tests.walker import worlds
from tests.walker.conftest import Two
from tests.walker.walking import CANARY


def test_every_text_of_the_marked_world_carries_the_canary(two: Two) -> None:
    mine, theirs = two
    assert worlds.unmarked(theirs, CANARY) == []
    assert worlds.unmarked(mine, CANARY) != []


def test_a_fingerprint_sees_a_change_and_only_its_own_world(two: Two) -> None:
    mine, theirs = two
    before = worlds.fingerprint(mine), worlds.fingerprint(theirs)
    assert all(before[0].values()) and before[0].keys() == before[1].keys()
    with scope.of(theirs.organization):
        Customer.objects.filter(pk=theirs.row(Customer).pk).update(city="elsewhere")
    after = worlds.fingerprint(theirs)
    changed = {table for table in after if after[table] != before[1][table]}
    assert changed == {"accounts_customer", "accounts_customerhistory"}
    assert worlds.fingerprint(mine) == before[0]


def test_the_triggers_are_on_again(two: Two) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
