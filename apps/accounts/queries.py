"""Read people, keys and customers."""

from django.db.models import Q, QuerySet

from apps.accounts.models import ApiKey, Customer, Member, Role, User
from apps.accounts.words import with_words
from apps.tenancy import scope


def memberships(*, user: User) -> list[Member]:
    """Return the user's members over all organizations, oldest first."""
    with scope.everywhere():
        return list(Member.objects.filter(user=user).select_related("organization", "user").order_by("pk"))


def member_of(*, user: User, public_id: str | None) -> Member | None:
    """Return the user's member in the organization of this public id, else the first, else None."""
    members = memberships(user=user)
    chosen = [member for member in members if member.organization.public_id == public_id]
    return next(iter(chosen or members), None)


def key_by_lookup(*, lookup: str) -> ApiKey | None:
    """Return the live key with this lookup part, in any organization."""
    with scope.everywhere():
        return ApiKey.objects.filter(lookup=lookup, revoked_at__isnull=True).select_related("organization").first()


def first_owner() -> Member | None:
    """Return the first owner of any organization, or None when the office has nobody to sign in as."""
    with scope.everywhere():
        return Member.objects.filter(role=Role.OWNER).select_related("user", "organization").order_by("pk").first()


def user_by_email(*, email: str) -> User | None:
    """Return who signs in with this address, in any case of letters."""
    return User.objects.filter(email__iexact=email).first()


def customers(
    *, external_id: str | None = None, email: str | None = None, search: str | None = None, archived: bool | None = None
) -> QuerySet[Customer]:
    """Return customers, all or those that fit everything that is given.

    `external_id` is exact, `email` in any case; `search` holds words, or beginnings of words, of the name, the e-mail
    address or the external id, and all of them must be there.
    """
    rows = Customer.objects.all()
    if external_id is not None:
        rows = rows.filter(external_id=external_id)
    if email is not None:
        rows = rows.filter(email__iexact=email)
    if archived is not None:
        rows = rows.filter(archived_at__isnull=not archived)
    return rows if search is None else with_words(rows, search)


def customers_named(*, reference: str) -> QuerySet[Customer]:
    """Return the customer of an id, or of an external id."""
    return Customer.objects.filter(Q(public_id=reference) | Q(external_id=reference))


def customers_called(*, name: str, hint: str | None = None) -> QuerySet[Customer]:
    """Return the customers that are named so, in any case: by name, id, external id or e-mail address.

    With a hint, those of this name whose external id or e-mail address it is.
    """
    if hint is None:
        called = Q(name__iexact=name) | Q(email__iexact=name) | Q(external_id=name) | Q(public_id=name)
    else:
        called = Q(name__iexact=name) & (Q(external_id=hint) | Q(email__iexact=hint))
    return Customer.objects.filter(called, archived_at__isnull=True).order_by("name", "pk")


def customers_like(*, text: str) -> QuerySet[Customer]:
    """Return the customers with a text somewhere in their name, external id or e-mail address, in any case."""
    alike = Q(name__icontains=text) | Q(email__icontains=text) | Q(external_id__icontains=text)
    return Customer.objects.filter(alike, archived_at__isnull=True).order_by("name", "pk")
