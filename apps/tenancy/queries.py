"""Read organizations."""

from apps.tenancy import scope
from apps.tenancy.models import Organization


def organizations() -> list[Organization]:
    """Return every organization, for machinery that works through all of them."""
    with scope.everywhere():
        return list(Organization.objects.order_by("pk"))


def organization_by_key(*, key: str) -> Organization | None:
    """Return the organization of this key or public id."""
    with scope.everywhere():
        return Organization.objects.filter(key=key).first() or Organization.objects.filter(public_id=key).first()
