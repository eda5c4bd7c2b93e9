"""The mails of alerts and limits: who gets them, what they say, and that nobody gets one twice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from apps.delivery.models import Attempt, Delivery
from apps.outbox.models import Job
from apps.outbox.work import work
from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.usage.limits import World

TEAM, CUSTOMER, FURTHER = "billing@northwind.example", "accounts@fabrikam.example", "watch@northwind.example"
FORM = {"model": "per_unit", "unit_amount": "0.01", "included_units": "10000"}


@pytest.fixture
def calls(seller: Organization) -> World:
    return sold(seller)


def sold(seller: Organization, **customer: Any) -> World:
    offer = builders.usage_offer(seller, key="calls", name="API calls", form=FORM)
    buyer = builders.customer(seller, **customer)
    builders.subscribed(buyer, offer)
    return World(seller, offer, buyer)


def alert(calls: World, basis: str, threshold: str, **readers: Any) -> None:
    usage.add_alert(
        organization=calls.seller,
        at=calls.places["item"],
        basis=basis,
        threshold=Decimal(threshold),
        now=SEPTEMBER,
        **readers,
    )


def mailed() -> list[EmailMultiAlternatives]:
    work(clock=lambda: OCTOBER)
    return [sent for sent in mail.outbox if isinstance(sent, EmailMultiAlternatives)]


def test_the_team_is_told_in_words_and_figures(calls: World) -> None:
    alert(calls, "included", "80")
    calls.post("8214")
    (sent,) = mailed()
    assert sent.subject == "API calls of Fabrikam: 80\N{NO-BREAK SPACE}% of the included 10,000 calls are used"
    assert (sent.to, sent.reply_to, sent.from_email) == ([TEAM], [TEAM], f"Northwind Studio <{TEAM}>")
    assert sent.body.split("\n\n") == [
        f"{sent.subject}.",
        "\n".join(
            [
                "  Used so far: 8,214 calls",
                "  Included: 10,000 calls",
                "  Comes to, before tax: $0.00",
                "  Period: September 1 – 30, 2026",
            ]
        ),
        f"See the usage: http://127.0.0.1:8000/admin/accounts/customer/{calls.buyer.pk}/usage/",
        "If anything is unclear, just reply to this mail.",
        "-- \nNorthwind Studio\n",
    ]
    markup = str(sent.alternatives[0][0])
    for text in (sent.subject, "8,214 calls", f"/admin/accounts/customer/{calls.buyer.pk}/usage/"):
        assert text in markup


def test_the_customer_reads_its_own_formats_and_no_link_of_the_office(seller: Organization) -> None:
    calls = sold(seller, locale="de_DE")
    alert(calls, "amount", "20.50", tells_team=False, tells_customer=True)
    calls.post("12345")
    (sent,) = mailed()
    assert sent.to == [CUSTOMER]
    assert sent.subject == "API calls: 20,50\N{NO-BREAK SPACE}$ sind erreicht"
    assert "  Bisher verbraucht: 12.345 calls\n" in sent.body
    assert "admin" not in sent.body + str(sent.alternatives[0][0])


def test_everybody_is_told_once(calls: World) -> None:
    alert(calls, "quantity", "1", tells_customer=True, addresses=[FURTHER, CUSTOMER, TEAM])
    calls.post("1")
    assert [sent.to for sent in mailed()] == [[CUSTOMER], [TEAM], [FURTHER]]
    assert {sent.subject for sent in mailed()} == {"API calls: 1 call is used", "API calls of Fabrikam: 1 call is used"}
    Job.objects.update(status=Job.Status.PENDING, next_try_at=OCTOBER)
    assert len(mailed()) == Delivery.objects.count() == Attempt.objects.count() == 3
    assert not Job.objects.exclude(status=Job.Status.DONE)


@pytest.mark.parametrize(
    ("kind", "says", "goes_on"),
    [
        (
            "hard",
            "the limit of 5 calls is reached",
            "Usage that would pass the limit is refused until the period ends.",
        ),
        ("soft", "the limit of 5 calls is reached", "Usage goes on, and what is used beyond the limit is charged."),
        ("notify", "the limit of 5 calls is reached", "Usage goes on as before."),
    ],
)
def test_the_team_is_told_of_a_limit_and_what_it_does(calls: World, kind: str, says: str, goes_on: str) -> None:
    calls.limit("5", kind)
    calls.post("5")
    (sent,) = mailed()
    assert (sent.subject, sent.to) == ("API calls of Fabrikam: the limit of 5 calls is reached", [TEAM])
    assert goes_on in sent.body and "  Limit: 5 calls\n" in sent.body


def test_the_team_is_told_of_a_refusal(calls: World) -> None:
    calls.limit("5")
    calls.post_all(["4", "2"])
    (sent,) = mailed()
    assert sent.subject == "API calls of Fabrikam: usage was refused at the limit of 5 calls"
    assert "  Used so far: 4 calls\n" in sent.body


def test_a_percentage_of_the_limit_names_the_limit(calls: World) -> None:
    calls.limit("20000", "soft")
    alert(calls, "limit", "62.5")
    calls.post("12500")
    (sent,) = mailed()
    assert sent.subject.endswith("62.5\N{NO-BREAK SPACE}% of the limit of 20,000 calls are used")


def test_a_test_organization_says_so(db: None) -> None:
    seller = builders.organization("trial", mode="test", clock_at=SEPTEMBER)
    with scope.of(seller):
        calls = sold(seller)
        alert(calls, "quantity", "5")
        calls.post("5")
        (sent,) = mailed()
    assert sent.subject.startswith("[TEST] API calls of Fabrikam")
    assert "This is a test" in sent.body and "This is a test" in str(sent.alternatives[0][0])


def test_without_any_address_the_job_says_that_nobody_can_be_told(calls: World) -> None:
    calls.limit("5", "soft")
    Organization.objects.update(email="")
    calls.post("5")
    assert mailed() == []
    job = Job.objects.get(handler="delivery.mail_limit")
    assert (job.status, job.error) == (
        Job.Status.FAILED,
        "There is nobody to tell: the organization has no billing e-mail.",
    )


class OneRefuses(BaseEmailBackend):
    """Take every message but the customer's."""

    sent: list[str] = []

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if message.to == [CUSTOMER] and len(self.sent) < 2:
                raise ConnectionRefusedError("not now")
            self.sent.extend(message.to)
        return len(email_messages)


def test_one_address_that_fails_keeps_no_other_from_being_told(calls: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.delivery.test_notices.OneRefuses"
    OneRefuses.sent.clear()
    OneRefuses.data_began = False  # type: ignore[attr-defined]
    alert(calls, "quantity", "5", tells_customer=True, addresses=[FURTHER])
    calls.post("5")
    work(clock=lambda: OCTOBER)
    assert OneRefuses.sent == [TEAM, FURTHER]
    assert Job.objects.get(handler="delivery.mail_alert").status == Job.Status.PENDING
    Job.objects.update(next_try_at=OCTOBER)
    work(clock=lambda: OCTOBER)
    assert OneRefuses.sent == [TEAM, FURTHER, CUSTOMER]
    assert Job.objects.get(handler="delivery.mail_alert").status == Job.Status.DONE
