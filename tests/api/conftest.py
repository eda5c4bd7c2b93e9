"""A seller whose clock stands at 10 September, one customer with coaching calls, and programs with keys."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from apps.accounts import operations as accounts
from apps.accounts.models import Customer, Role
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.api.calling import Program
from tests.builders import SEPTEMBER

NOON = SEPTEMBER + timedelta(days=9, hours=12)
MakeProgram = Callable[[str], Program]


@pytest.fixture
def seller(db: None) -> Iterator[Organization]:
    """An organization whose clock does not move, with its scope open for the test."""
    organization = builders.organization(mode="test", clock_at=NOON)
    with scope.of(organization):
        yield organization


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    """A customer known as crm-1 with one usage item: coaching-use, metered by coaching-metric."""
    customer = builders.customer(seller, external_id="crm-1")
    builders.subscribed(customer, builders.usage_offer(seller, setup_fee="45"))
    return customer


@pytest.fixture
def program_as(seller: Organization) -> MakeProgram:
    """Make a program whose key has a role."""

    def make(role: str) -> Program:
        return Program(accounts.create_api_key(organization=seller, name=role, role=role, now=SEPTEMBER)[1])

    return make


@pytest.fixture
def program(program_as: MakeProgram) -> Program:
    """A program with a developer's key."""
    return program_as(Role.DEVELOPER)


@pytest.fixture
def keeper(program_as: MakeProgram) -> Program:
    """A program with an admin's key, which may write the catalog."""
    return program_as(Role.ADMIN)


def move_clock(seller: Organization, to: object) -> None:
    """Let the seller's business time be another."""
    Organization.objects.filter(pk=seller.pk).update(clock_at=to)
    seller.refresh_from_db()


@pytest.fixture
def other_seller(db: None) -> Organization:
    """Another organization, whose rows nobody here may see."""
    return builders.organization("contoso", mode="test", clock_at=NOON)
