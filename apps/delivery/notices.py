"""The mails that say that a period reached an alert or a limit: what they say, to whom, and as they go out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.models import Customer
from apps.delivery import letters, mails, wording
from apps.delivery.models import Delivery
from apps.delivery.voice import Voice
from apps.rating.money import to_money
from apps.subscriptions.models import Item
from apps.subscriptions.queries import usage_items_named
from apps.tenancy.models import Organization
from apps.usage.models import Alert, Limit


@dataclass(frozen=True)
class Reader:
    """An address, and whether the customer reads there, or somebody of the organization."""

    address: str
    is_customer: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a mail says, ready to be read: `rows` are the figures, `link` is where staff see more."""

    subject: str
    opening: str
    words: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    link: str
    link_text: str
    pair: str
    closing: str
    signature: str
    test: str
    language: str


def readers_of_alert(*, alert: Alert, customer: Customer) -> list[Reader]:
    """Return whom an alert tells, each address once; the customer's own comes first."""
    told = [Reader(customer.email, is_customer=True)] if alert.tells_customer else []
    told += team(organization=alert.organization) if alert.tells_team else []
    told += [Reader(address) for address in alert.addresses]
    once: dict[str, Reader] = {}
    for reader in told:
        once.setdefault(reader.address, reader)
    return list(once.values())


def team(*, organization: Organization) -> list[Reader]:
    """Return where the organization itself is told; nobody where it has no billing e-mail."""
    return [Reader(organization.email)] if organization.email else []


def compose(delivery: Delivery, reader: Reader) -> EmailMultiAlternatives:
    """Put a delivery of a notice into a message; raise Unsendable where a name or an address would break a header."""
    notice = notice_of(delivery.message.payload, reader)
    return mails.checked(
        mails.addressed(
            delivery=delivery,
            organization=delivery.message.organization,
            subject=notice.subject,
            body=plain(notice),
            markup=render_to_string("delivery/notice_mail.html", {"notice": notice}),
        )
    )


def notice_of(told: Mapping[str, Any], reader: Reader) -> Notice:
    """Say what a message tells, in the formats of whoever reads it."""
    item = usage_items_named(item=told["item"]).select_related("organization", "subscription__customer", "add_on").get()
    organization, customer = item.organization, item.subscription.customer
    locale = (customer.locale if reader.is_customer else "") or organization.locale
    voice = Voice.of(locale, organization.zone)
    words = _Words(item, told, voice)
    what = (
        str(item) if reader.is_customer else voice.say("{item} of {customer}", item=str(item), customer=str(customer))
    )
    sentence = voice.say("{item}: {event}", item=what, event=words.reached())
    is_test = organization.mode == Organization.Mode.TEST
    return Notice(
        subject=letters.marked(is_test, sentence),
        opening=voice.say("{sentence}.", sentence=sentence),
        words=words.consequence(),
        rows=words.rows(),
        link="" if reader.is_customer else _usage_page(customer),
        link_text=voice.say("See the usage"),
        pair=letters.pair(voice),
        closing=letters.invitation(voice) if organization.email else "",
        signature=organization.name,
        test=voice.say("This is a test: it tells of a test organization, and nothing is owed.") if is_test else "",
        language=voice.tag,
    )


def plain(notice: Notice) -> str:
    """Write a notice as plain text that is complete by itself."""
    parts = [
        notice.opening,
        notice.test,
        "\n".join(notice.words),
        "\n".join("  " + notice.pair.format(label=label, text=figure) for label, figure in notice.rows),
        notice.pair.format(label=notice.link_text, text=notice.link) if notice.link else "",
        notice.closing,
        f"-- \n{notice.signature}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


@dataclass(frozen=True)
class _Words:
    """What one message tells, in one locale."""

    item: Item
    told: Mapping[str, Any]
    voice: Voice

    def reached(self) -> str:
        """Say what was reached: "80 % of the included 10,000 calls are used"."""
        say = self.voice.say
        if "alert" not in self.told:
            limit = self._units("limit")
            if self.told["refused"]:
                return say("usage was refused at the limit of {limit}", limit=limit)
            return say("the limit of {limit} is reached", limit=limit)
        threshold = Decimal(self.told["threshold"])
        percent = self.voice.number(threshold)
        match Alert.Basis(self.told["basis"]):
            case Alert.Basis.INCLUDED:
                included = self._units("included_units")
                return say("{percent} % of the included {quantity} are used", percent=percent, quantity=included)
            case Alert.Basis.LIMIT:
                limit = self._units("limit")
                return say("{percent} % of the limit of {quantity} are used", percent=percent, quantity=limit)
            case Alert.Basis.QUANTITY:
                quantity = self._quantity(threshold)
                return self.voice.many("{quantity} is used", "{quantity} are used", threshold, quantity=quantity)
            case Alert.Basis.AMOUNT:
                return say("{amount} is reached", amount=self.voice.money(to_money(threshold, self.told["currency"])))

    def consequence(self) -> tuple[str, ...]:
        """Say what a limit does from now on."""
        if "alert" in self.told:
            return ()
        say = self.voice.say
        match Limit.Kind(self.told["kind"]):
            case Limit.Kind.HARD:
                return (say("Usage that would pass the limit is refused until the period ends."),)
            case Limit.Kind.SOFT:
                return (say("Usage goes on, and what is used beyond the limit is charged."),)
            case _:
                return (say("Usage goes on as before."),)

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Return the figures of the period at that moment."""
        say = self.voice.say
        rows = [(say("Used so far"), self._units("quantity"))]
        if self.told.get("included_units") is not None:
            rows.append((say("Included"), self._units("included_units")))
        if self.told.get("limit") is not None:
            rows.append((say("Limit"), self._units("limit")))
        if self.told.get("amount") is not None:
            money = to_money(Decimal(self.told["amount"]), self.told["currency"])
            rows.append((say("Comes to, before tax"), self.voice.money(money)))
        starts_at, ends_at = (
            datetime.fromisoformat(self.told[name]) for name in ("period_starts_at", "period_ends_at")
        )
        return (*rows, (say("Period"), wording.period(self.voice, starts_at, ends_at)))

    def _units(self, name: str) -> str:
        return self._quantity(Decimal(self.told[name]))

    def _quantity(self, number: Decimal) -> str:
        assert self.item.add_on is not None, "only usage items are watched"
        return self.voice.quantity(number, self.item.add_on.unit, self.item.add_on.unit_plural)


def _usage_page(customer: Customer) -> str:
    return f"{settings.BASE_URL}{reverse('admin:accounts_customer_usage', args=[customer.pk])}"
