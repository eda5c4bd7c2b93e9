"""Organization, the base of every row that belongs to one, and the audit log."""

import zoneinfo
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.base import ModelState

from apps.core.ids import PublicIdField
from apps.core.triggers import append_only, frozen
from apps.rating import vat_numbers
from apps.rating.currencies import exponent
from apps.tenancy.brand import validate_color
from apps.tenancy.history import OrganizationHistoryBase, track
from apps.tenancy.scope import ScopedManager

KEY = RegexValidator(
    r"\A[a-z0-9][a-z0-9_-]*\Z", "Use small letters, digits, - and _ only, starting with a letter or digit."
)


ONE_LINE = RegexValidator(
    "[\\x00-\\x1f\\x7f\\u2028\\u2029]", "This must be one line, without control characters.", inverse_match=True
)
# The number that follows begins with a digit: a prefix that ended in one could make two numbers look the same.
PREFIX = RegexValidator(
    r"\A(?:[A-Za-z0-9/_.-]*[A-Za-z/_.-])?\Z", "Use letters, digits, / _ . and - only, and no digit at the end."
)
TAX_CATEGORY = RegexValidator(r"\A[a-z0-9_-]+\Z", "Use small letters, digits, - and _ only.")
COUNTRY_HINT = "Two letters, such as US or DE."
LONGEST_GRACE = timedelta(days=60)
MOST_REMINDERS, EARLIEST_REMINDER, LATEST_REMINDER = 10, -60, 365
NO_PLACES = {"Factory", "localtime"}


def validate_grace(grace: timedelta) -> None:
    """Raise ValidationError unless a grace lies between nothing and sixty days."""
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        raise ValidationError("The grace must be between 0 and 60 days.", code="grace")


def validate_reminder_days(days: object) -> None:
    """Raise ValidationError unless these are a few whole days around a due day, each once and in order."""
    whole = isinstance(days, list) and all(isinstance(day, int) and not isinstance(day, bool) for day in days)
    if not whole or not isinstance(days, list) or len(days) > MOST_REMINDERS:
        sentence = f"Write at most {MOST_REMINDERS} whole days, such as -3, 3, 10."
        raise ValidationError(sentence, code="reminder_days")
    if days != sorted(set(days)) or any(not EARLIEST_REMINDER <= day <= LATEST_REMINDER for day in days):
        sentence = f"Write days from {EARLIEST_REMINDER} to {LATEST_REMINDER}, each once, the earliest first."
        raise ValidationError(sentence, code="reminder_days")


def validate_currency(code: str) -> None:
    """Raise ValidationError unless `code` is an ISO 4217 currency."""
    try:
        exponent(code)
    except ValueError:
        raise ValidationError(f"{code} is not an ISO 4217 currency code.", code="currency") from None


def validate_timezone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone."""
    if name not in zoneinfo.available_timezones() - NO_PLACES:
        raise ValidationError(f"{name} is not a known time zone, such as Europe/Paris.", code="timezone")


def check_tax_id(country: str, tax_id: str) -> None:
    """Raise ValidationError at `tax_id` where it begins like the VAT number of its country in the Union and is none."""
    if vat_numbers.is_mistyped(country, tax_id):
        sentence = f"{tax_id} is no VAT number of {country}: a digit or a letter is wrong, or one is missing."
        raise ValidationError({"tax_id": ValidationError(sentence, code="vat_number")})


class Address(models.Model):
    """A postal address, as printed on documents."""

    address_line1 = models.CharField("address", max_length=200, blank=True)
    address_line2 = models.CharField("address, second line", max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"\A[A-Z]{2}\Z", "Use the two-letter country code, such as US.")],
    )

    class Meta:
        abstract = True


class OrganizationManager(ScopedManager["Organization"]):
    owner_field = "id"


@track(OrganizationHistoryBase)
class Organization(Address):
    """A seller: one tenant."""

    class Mode(models.TextChoices):
        LIVE = "live"
        TEST = "test"

    class ZeroInvoices(models.TextChoices):
        MAIL = "mail", "issue and e-mail"
        ISSUE = "issue", "issue without e-mail"
        SKIP = "skip", "do not issue"

    class PageSize(models.TextChoices):
        A4 = "A4"
        LETTER = "Letter"

    public_id = PublicIdField(prefix="org")
    key = models.CharField(
        max_length=50, unique=True, validators=[KEY], help_text="Names the organization in commands."
    )
    name = models.CharField(max_length=200, validators=[ONE_LINE])
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.LIVE)
    clock_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The moved clock of a test organization."
    )
    currency = models.CharField(max_length=3, default="USD", validators=[validate_currency])
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])
    locale = models.CharField(max_length=10, default="en_US")

    legal_name = models.CharField(max_length=200, blank=True, validators=[ONE_LINE])
    tax_id = models.CharField(max_length=50, blank=True)
    email = models.EmailField(
        "billing e-mail", blank=True, help_text="Invoices are sent from here, and replies come here."
    )
    payment_details = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(1500)],
        help_text="How to pay, printed on every invoice: bank, account, reference.",
    )
    footer = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(500)],
        help_text="Printed at the foot of every page: register number and the like.",
    )
    page_size = models.CharField(max_length=6, choices=PageSize.choices, default=PageSize.A4)
    usage_details = models.BooleanField(
        "usage in detail",
        default=False,
        help_text="Adds every single use to the invoice: up to 2,000 as an appendix, more as a file beside the PDF.",
    )
    color = models.CharField(
        "colour",
        max_length=7,
        default="#111111",
        validators=[validate_color],
        help_text="Of headings on invoices and of buttons in mails: # and six digits, such as #1a4f8b.",
    )
    logo = models.CharField(max_length=64, blank=True, editable=False, help_text="The digest of the logo in use.")

    auto_finalize = models.BooleanField(default=True, help_text="Off: closed periods wait as drafts for a person.")
    usage_grace = models.DurationField(
        default=timedelta,
        validators=[validate_grace],
        help_text="How long after a period's end its usage may still arrive before it is billed. Write it as days and "
        "hours:minutes:seconds, such as 2 00:00:00 for two days.",
    )
    late_window_days = models.PositiveSmallIntegerField(
        default=90, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    cancel_suspended_after_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="A suspended subscription is canceled after so many days. Empty: never by itself.",
    )
    access_grace_days = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(365)],
        help_text="How many days of 24 hours access goes on after a subscription's end.",
    )
    prices_include_tax = models.BooleanField(
        default=False,
        help_text="Prices contain the tax, and invoices say how much of it. Holds for what is drafted from now on.",
    )
    payment_terms_days = models.PositiveSmallIntegerField(default=14, validators=[MaxValueValidator(365)])
    zero_invoices = models.CharField(max_length=5, choices=ZeroInvoices.choices, default=ZeroInvoices.MAIL)
    reminder_days = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_reminder_days],
        help_text="When unpaid invoices are reminded of, in days from the due day: -3, 3, 10 is three days before, "
        "three and ten after. Empty: never.",
    )
    invoice_prefix = models.CharField(max_length=20, default="INV-", blank=True, validators=[PREFIX])
    credit_note_prefix = models.CharField(max_length=15, default="CN-", validators=[PREFIX])
    invoice_digits = models.PositiveSmallIntegerField(default=4, validators=[MaxValueValidator(12)])

    created_at = models.DateTimeField()

    objects = OrganizationManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organization_clock_only_in_test", condition=Q(clock_at__isnull=True) | Q(mode="test")
            ),
            models.CheckConstraint(
                name="organization_grace_bounded",
                condition=Q(usage_grace__gte=timedelta(0)) & Q(usage_grace__lte=LONGEST_GRACE),
            ),
            models.CheckConstraint(
                name="organization_prefixes_differ",
                condition=~Q(credit_note_prefix=F("invoice_prefix")),
                violation_error_message="Invoices and credit notes need different prefixes.",
            ),
            models.CheckConstraint(name="organization_mode_known", condition=Q(mode__in=["live", "test"])),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check_tax_id(self.country, self.tax_id)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone in which its days begin."""
        return zoneinfo.ZoneInfo(self.timezone)


class Owned(models.Model):
    """The base of every row that belongs to an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any) -> Self:
        """See a stored row as Django does, but without a call for each of its columns: some are read by the thousand.

        Nobody listens when a row is made, and no column of these does more than hold its value.
        """
        if len(values) != len(cls._meta.concrete_fields):  # some are to be read later
            return super().from_db(db, field_names, values, **options)
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row


def proved_owner() -> "models.ForeignKey[Organization, Organization]":
    """Declare the organization of rows that are written by the thousand, in the place of the one of `Owned`.

    Their composite keys prove it already, and their other indexes begin with it: a key and an index of its own would
    only be paid for.
    """
    return models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )


class Logo(Owned):
    """A picture that stands on invoices, written once and named by its digest: old invoices keep theirs."""

    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=20)
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "sha256"], name="logo_once")]
        triggers = append_only("tenancy_logo")

    def __str__(self) -> str:
        return self.sha256[:12]


class AuditEntry(Owned):
    """One thing a person or a key did on purpose: who, what, to which object, why."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=320, help_text="An e-mail address, a key's public id, or the name of a job.")
    verb = models.CharField(max_length=50)
    object_type = models.CharField(max_length=50)
    object_id = models.CharField(max_length=64)
    summary = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "object_id", "-at"], name="audit_object")]
        triggers = append_only("tenancy_auditentry")
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.object_id}"


class KeptAnswer(Owned):
    """What was answered to a request that came with an Idempotency-Key: the same is answered to every repeat."""

    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="Of the request as it was sent.")
    answer = models.JSONField(null=True, help_text="Empty only inside the transaction that is finding it out.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="kept_answer_key_once")]
        triggers = frozen(
            "tenancy_keptanswer", allow=[], once="OLD.answer IS NOT NULL", why="what was answered is kept for ever"
        )

    def __str__(self) -> str:
        return self.key
