"""People, their roles, programs' keys, and customers."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from apps.accounts.words import customer_words
from apps.core.constraints import owned_id
from apps.core.formats import locale_named
from apps.core.ids import PublicIdField
from apps.rating.taxing import EXEMPT, STANDARD
from apps.tenancy.history import track
from apps.tenancy.models import ONE_LINE, TAX_CATEGORY, Address, Owned, check_tax_id, validate_currency

EMAIL = EmailValidator()
MOST_COPIES = 10
LONGEST_ADDRESS = 254
NOT_A_PUBLIC_ID = RegexValidator(
    r"\Acus_", "An own key must not begin like the ids that customers get here.", inverse_match=True
)


def validate_addresses(addresses: object) -> None:
    """Raise ValidationError unless this is a list of a few e-mail addresses, each once."""
    if not isinstance(addresses, list) or not len(set(map(str, addresses))) == len(addresses) <= MOST_COPIES:
        raise ValidationError(f"Name at most {MOST_COPIES} addresses, each once.", code="addresses")
    for address in addresses:
        if not isinstance(address, str) or len(address) > LONGEST_ADDRESS:
            raise ValidationError("Each must be an address such as name@example.com.", code="invalid_email")
        EMAIL(address)


def validate_locale(name: str) -> None:
    """Raise ValidationError unless a locale is known by this name."""
    if locale_named(name) is None:
        raise ValidationError("This is no known locale. Write it like en_GB or de_DE.", code="locale")


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody who signs in by e-mail. What they may do is said by their Member rows alone."""

    public_id = PublicIdField(prefix="usr")
    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(models.functions.Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    # The admin's templates ask these; the answer comes from the member's role (permissions.py), never from here.
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    DEVELOPER = "developer"
    VIEWER = "viewer"


@track()
class Member(Owned):
    """A user in an organization, with one role."""

    public_id = PublicIdField(prefix="mem")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_once"),
            models.CheckConstraint(name="member_role_known", condition=Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class ApiKey(Owned):
    """A program's key: the secret is shown once and stored as a digest."""

    public_id = PublicIdField(prefix="key")
    name = models.CharField(
        max_length=100, help_text="What uses this key, so that you know what stops when you revoke it."
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.DEVELOPER)
    lookup = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "API key"
        constraints = [models.CheckConstraint(name="api_key_role_known", condition=Q(role__in=Role.values))]

    def __str__(self) -> str:
        return self.name


@track()
class Customer(Owned, Address):
    """Who pays."""

    public_id = PublicIdField(prefix="cus")
    external_id = models.CharField(  # noqa: DJ001 - unique where given, so absent must be NULL
        max_length=200,
        null=True,
        blank=True,
        validators=[ONE_LINE, NOT_A_PUBLIC_ID],
        help_text="Your own key for this customer, such as its CRM number.",
    )
    name = models.CharField(max_length=200, validators=[ONE_LINE])
    legal_name = models.CharField(
        max_length=200, blank=True, validators=[ONE_LINE], help_text="Printed on invoices instead of the name."
    )
    email = models.EmailField("billing e-mail", help_text="Invoices go here.")
    cc_emails = models.JSONField(
        "copies to", default=list, blank=True, validators=[validate_addresses], help_text="Get every invoice as well."
    )
    tax_id = models.CharField(max_length=50, blank=True)
    tax_category = models.CharField(
        max_length=30,
        default=STANDARD,
        validators=[TAX_CATEGORY],
        help_text="standard: taxed by what is bought; exempt: not taxed; another holds for all that this one buys.",
    )
    tax_exempt_reason = models.CharField(
        max_length=200,
        blank=True,
        validators=[ONE_LINE],
        help_text="Why an exempt customer pays no tax, printed on invoices: the article of the law.",
    )
    currency = models.CharField(max_length=3, validators=[validate_currency])
    locale = models.CharField(
        max_length=10,
        blank=True,
        validators=[validate_locale],
        help_text="Such as en_GB; empty takes the organization's.",
    )
    payment_terms_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(365)], help_text="Empty takes the organization's."
    )
    archived_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            owned_id("accounts_customer"),
            models.UniqueConstraint(fields=["organization", "external_id"], name="customer_external_id_once"),
            models.CheckConstraint(
                name="customer_exempt_has_reason",
                condition=~Q(tax_category=EXEMPT) | ~Q(tax_exempt_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "name"], name="customer_name"),
            models.Index(fields=["organization", "-id"], name="customer_newest"),
            models.Index("organization", Upper("email"), name="customer_email"),
            GinIndex(customer_words(), name="customer_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check_tax_id(self.country, self.tax_id)
        if self.tax_category == EXEMPT and not self.tax_exempt_reason:
            sentence = "Say why this customer is exempt: the reason is printed on its invoices."
            raise ValidationError({"tax_exempt_reason": ValidationError(sentence, code="reason_missing")})
