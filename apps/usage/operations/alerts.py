"""Set alerts and take them away. What they watch is looked at after each recording: apps.usage.operations.watching."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction

from apps.catalog.models import Price
from apps.core.refusals import Conflict, Refusal
from apps.core.validation import validated
from apps.rating import pricing
from apps.rating.currencies import exponent
from apps.tenancy.models import Organization
from apps.usage import rules
from apps.usage.models import Alert, Limit
from apps.usage.models.limits import MOST
from apps.usage.operations.limits import check_where
from apps.usage.rules import Where

MOST_ADDRESSES = 10
LONGEST_ADDRESS = 254
_EMAIL = EmailValidator()


def add_alert(
    *,
    organization: Organization,
    at: Where,
    basis: str,
    threshold: Decimal,
    now: datetime,
    currency: str = "",
    tells_team: bool = True,
    tells_customer: bool = False,
    addresses: Sequence[str] = (),
) -> Alert:
    """Let somebody be told once a period reaches a threshold; return the alert.

    `threshold` is in percent, in the metric's units, or in major units of `currency`, which an item takes from its
    subscription. Raise Refusal naming the field: a percentage of nothing, a threshold that is not above zero, a
    currency that nobody pays in there, nobody to tell. Raise Conflict where the same alert stands there already.
    """
    check_where(at)
    if basis not in Alert.Basis.values:
        raise Refusal("invalid_choice", f"This must be one of {', '.join(Alert.Basis.values)}.", field="basis")
    if not 0 < threshold < MOST:
        raise Refusal("threshold_not_positive", "This must be above zero, and below 10^15.", field="threshold")
    alert = Alert(
        organization=organization,
        basis=basis,
        threshold=threshold,
        currency=_currency(at, basis, threshold, currency),
        tells_team=tells_team,
        tells_customer=tells_customer,
        addresses=_addresses(addresses),
        created_at=now,
        **at.key,
    )
    _check_percent(at, basis)
    _check_readers(organization, alert)
    return _added(alert)


def remove_alert(*, alert: Alert, now: datetime) -> bool:
    """Let an alert fire no more; what it told stays on record. False where it was taken away before."""
    return bool(Alert.objects.filter(pk=alert.pk, removed_at__isnull=True).update(removed_at=now))


def _added(alert: Alert) -> Alert:
    standing = Alert.objects.filter(
        item=alert.item,
        plan=alert.plan,
        add_on=alert.add_on,
        basis=alert.basis,
        threshold=alert.threshold,
        currency=alert.currency,
        removed_at__isnull=True,
    )
    twin = Conflict("alert_exists", "There is an alert at this threshold already.", field="threshold")
    if standing.exists():
        raise twin
    try:
        with transaction.atomic():
            validated(alert).save()
    except IntegrityError:
        raise twin from None
    return alert


def _currency(at: Where, basis: str, threshold: Decimal, currency: str) -> str:
    """Return the currency of a threshold of money, and none of any other."""
    if basis != Alert.Basis.AMOUNT:
        if currency:
            raise Refusal("currency_not_wanted", "Only an amount of money has a currency.", field="currency")
        return ""
    paid = at.item.subscription.currency if at.item is not None else ""
    currency = currency or paid
    if not currency:
        raise Refusal("required", "Say in which currency.", field="currency")
    if at.item is not None and currency != paid:
        raise Refusal("other_currency", f"This subscription is billed in {paid}.", field="currency")
    if at.item is None and not any(price.currency == currency for price in _prices(at)):
        raise Refusal("currency_without_price", f"There is no price in {currency} here.", field="currency")
    if -int(threshold.normalize().as_tuple().exponent) > exponent(currency):
        sentence = f"An amount of {currency} has at most {exponent(currency)} decimals."
        raise Refusal("too_many_decimals", sentence, field="threshold")
    return currency


def _check_percent(at: Where, basis: str) -> None:
    """Refuse a percentage of nothing: it would be reached at once, or never."""
    if basis == Alert.Basis.INCLUDED and not any(_includes_units(price) for price in _prices(at)):
        sentence = "No units are included here, so there is nothing to take a percentage of."
        raise Refusal("percent_of_nothing", sentence, field="basis")
    if basis == Alert.Basis.LIMIT and not _has_limit(at):
        sentence = "There is no limit above zero here, so there is nothing to take a percentage of."
        raise Refusal("percent_of_nothing", sentence, field="basis")


def _includes_units(price: Price) -> bool:
    return pricing.parse(price.form).included_quantity() is not None


def _has_limit(at: Where) -> bool:
    limit = rules.limit_for(at)
    if limit is not None and limit.quantity:
        return True
    # An add-on may be limited on its plans alone.
    of_plans = Limit.objects.filter(add_on=at.add_on, plan__isnull=False, quantity__gt=0)
    return at.item is None and at.plan is None and of_plans.exists()


def _prices(at: Where) -> list[Price]:
    """Return what is paid at a place: an item's price, or what the add-on costs now, on its plan or on any."""
    if at.item is not None:
        return [at.item.price]
    in_force = Price.objects.filter(add_on=at.add_on, superseded_at__isnull=True, negotiated=False)
    if at.plan is None:
        return list(in_force)
    own = list(in_force.filter(plan=at.plan))
    priced = {price.currency for price in own}
    return own + [price for price in in_force.filter(plan__isnull=True) if price.currency not in priced]


def _addresses(said: Sequence[str]) -> list[str]:
    """Return the addresses, each once; raise Refusal for one that is none, or for too many."""
    addresses = list(dict.fromkeys(address.strip() for address in said))
    if len(addresses) > MOST_ADDRESSES:
        raise Refusal("too_many", f"Name at most {MOST_ADDRESSES} addresses.", field="addresses")
    for address in addresses:
        try:
            _EMAIL(address)
        except ValidationError:
            address = ""
        if not 0 < len(address) <= LONGEST_ADDRESS:
            raise Refusal("invalid_email", "Each must be an address such as name@example.com.", field="addresses")
    return addresses


def _check_readers(organization: Organization, alert: Alert) -> None:
    if not (alert.tells_team or alert.tells_customer or alert.addresses):
        sentence = "Say whom to tell: the team, the customer, or further addresses."
        raise Refusal("nobody_to_tell", sentence, field="tells_team")
    if alert.tells_team and not organization.email:
        sentence = "The organization has no billing e-mail yet, so the team cannot be told."
        raise Refusal("no_team_address", sentence, field="tells_team")
