"""Add rates of tax, end them, and withdraw those that have yet to begin."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from apps.core.refusals import Conflict, Refusal
from apps.core.validation import saved
from apps.invoicing.models import TaxRate
from apps.rating.taxing import ANY_COUNTRY, EXEMPT, STANDARD
from apps.tenancy import operations as tenancy
from apps.tenancy.models import Organization


@transaction.atomic
def add(
    *,
    organization: Organization,
    rate: Decimal,
    name: str,
    valid_from: date,
    now: datetime,
    actor: str,
    category: str = STANDARD,
    country: str = ANY_COUNTRY,
    valid_until: date | None = None,
) -> TaxRate:
    """Add a rate, a fraction such as 0.19; the one before it of its category and country ends where this one begins.

    One of the category `exempt` is zero and named by its reason. Papers keep what they say; drafts take it when they
    are recalculated. Raise Refusal naming the field, Conflict where another begins on that day.
    """
    added = TaxRate(
        organization=organization,
        category=category,
        country=country,
        rate=rate,
        name=name.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        created_at=now,
    )
    _check_span(valid_from, valid_until)
    if category == EXEMPT and rate:
        raise Refusal("exempt_is_zero", "What is exempt has a rate of zero.", field="rate")
    taken = Conflict(
        "begins_already", "A rate of this category and country begins on that day already.", field="valid_from"
    )
    same = TaxRate.objects.filter(organization=organization, category=category, country=country, valid_from=valid_from)
    if same.exists():
        raise taken
    try:
        with transaction.atomic():
            saved(added)
    except IntegrityError:  # another added it meanwhile
        raise taken from None
    _note(added, "added", now, actor, f"{_told(added)} from {valid_from}")
    return added


@transaction.atomic
def end(*, rate: TaxRate, valid_until: date, now: datetime, actor: str) -> TaxRate:
    """Say the last day of a rate; papers keep what they say. Raise Refusal where it is before its first."""
    _check_span(rate.valid_from, valid_until)
    locked = TaxRate.objects.select_for_update().get(pk=rate.pk)
    locked.valid_until = valid_until
    locked.save(update_fields=["valid_until"])
    _note(locked, "ended", now, actor, f"{_told(locked)} until {valid_until}")
    return locked


@transaction.atomic
def withdraw(*, rate: TaxRate, now: datetime, actor: str) -> None:
    """Take back a rate that has yet to begin; raise Conflict where it has begun: it can be ended."""
    locked = TaxRate.objects.select_for_update().select_related("organization").get(pk=rate.pk)
    # The database looks at its own clock as well: a rate that really began is kept whatever a test clock says.
    if not has_yet_to_begin(locked, now=now):
        raise Conflict("rate_began", "This rate has begun: say its last day instead.")
    _note(locked, "withdrawn", now, actor, f"{_told(locked)} from {locked.valid_from}")
    locked.delete()


def has_yet_to_begin(rate: TaxRate, *, now: datetime) -> bool:
    """Say whether a rate's first day lies ahead, by the organization's calendar."""
    return rate.valid_from > now.astimezone(rate.organization.zone).date()


def _check_span(valid_from: date, valid_until: date | None) -> None:
    if valid_until is not None and valid_until < valid_from:
        raise Refusal("ends_before_start", "The last day must not be before the first.", field="valid_until")


def _told(rate: TaxRate) -> str:
    return f"{rate} on {rate.category}, {rate.country or 'any country'},"


def _note(rate: TaxRate, verb: str, now: datetime, actor: str, summary: str) -> None:
    tenancy.record_audit(
        organization=rate.organization, actor=actor, verb=verb, subject=rate, now=now, summary=f"{summary}."
    )
