"""An invoice or a credit note mailed again by API: to whom, with what words, once under a key."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import Customer
from apps.delivery.models import Delivery
from apps.invoicing import collecting, drafts, issuing
from apps.invoicing.models import CreditNote, Invoice
from apps.outbox.models import Message
from apps.outbox.work import work
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.api.calling import Program, fault
from tests.api.conftest import NOON

BY: dict[str, Any] = {"now": NOON, "actor": "owner@northwind.example"}


@pytest.fixture
def buyer(seller: Organization) -> Customer:
    return builders.customer(seller, cc_emails=["cfo@fabrikam.example"])


@pytest.fixture
def draft(buyer: Customer) -> Invoice:
    draft = drafts.create(customer=buyer, **BY)
    drafts.add_line(invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(10), **BY)
    return draft


@pytest.fixture
def invoice(draft: Invoice) -> Invoice:
    return issuing.issue(invoice=draft, now=NOON)


@pytest.fixture
def note(invoice: Invoice) -> CreditNote:
    return collecting.give_credit(invoice=invoice, reason="A slow week", amount=Decimal(3), **BY)


def asked_for(kind: str = "invoice") -> Sequence[str]:
    """Return to whom a mail was asked for again, in order."""
    rows = Message.objects.filter(topic=f"{kind}.resend_requested").order_by("pk")
    return [message.payload["recipient"] for message in rows]


def test_it_goes_to_the_customer_and_its_copies(keeper: Program, invoice: Invoice, mailoutbox: list[Any]) -> None:
    answer = keeper.post(f"invoices/{invoice.public_id}/send", {})
    to = ["accounts@fabrikam.example", "cfo@fabrikam.example"]
    assert (answer.status_code, answer.json()) == (
        202,
        {"invoice": invoice.public_id, "number": "INV-0001", "recipients": to},
    )
    work(clock=lambda: NOON)
    assert sorted(address for mail in mailoutbox for address in mail.to) == sorted(to * 2)
    assert Delivery.objects.filter(message__topic="invoice.resend_requested", status="sent").count() == 2


def test_to_whom_and_with_what_words_may_be_said(keeper: Program, invoice: Invoice, mailoutbox: list[Any]) -> None:
    body = {"recipients": ["books@fabrikam.example"] * 2, "message": "As you asked:\n<here>"}
    assert keeper.post(f"invoices/{invoice.public_id}/send", body).json()["recipients"] == ["books@fabrikam.example"]
    work(clock=lambda: NOON)
    (mail,) = [mail for mail in mailoutbox if mail.to == ["books@fabrikam.example"]]
    assert "As you asked:\n<here>" in mail.body
    note = AuditEntry.objects.get(verb="resend")
    assert (note.summary, note.object_id) == ("INV-0001 to books@fabrikam.example", invoice.public_id)
    assert note.actor.startswith("key_")


def test_under_one_key_it_is_sent_once(keeper: Program, invoice: Invoice) -> None:
    path = f"invoices/{invoice.public_id}/send"
    first = keeper.post(path, {"recipients": ["a@example.com"]}, Idempotency_Key="again-1")
    again = keeper.post(path, {"recipients": ["a@example.com"]}, Idempotency_Key="again-1")
    assert (first.status_code, again.status_code, first.json()) == (202, 200, again.json())
    other = keeper.post(path, {"recipients": ["b@example.com"]}, Idempotency_Key="again-1")
    assert fault(other) == (409, "key_used_differently", "Idempotency-Key")
    assert asked_for() == ["a@example.com"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"recipients": []}, (400, "min_length", "recipients")),
        ({"recipients": ["a@example.com", "nobody"]}, (400, "invalid", "recipients.1")),
        ({"recipients": ["a@example.com\nBcc: b@example.com"]}, (400, "invalid", "recipients.0")),
        ({"recipients": ["a@example.com"] * 11}, (400, "max_length", "recipients")),
        ({"recipients": "a@example.com"}, (400, "not_a_list", "recipients")),
        ({"message": "bell \x07"}, (400, "text_unprintable", "message")),
        ({"message": "x" * 5001}, (400, "max_length", "message")),
        ({"to": "a@example.com"}, (400, "unknown", "to")),
    ],
)
def test_what_cannot_be_sent_is_named_and_nothing_is_sent(
    keeper: Program, invoice: Invoice, body: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    assert fault(keeper.post(f"invoices/{invoice.public_id}/send", body)) == expected
    assert asked_for() == []


def test_a_draft_is_not_sent(keeper: Program, draft: Invoice) -> None:
    assert fault(keeper.post(f"invoices/{draft.public_id}/send", {})) == (409, "not_finalized", None)


def test_a_reader_may_not_send(program: Program, invoice: Invoice) -> None:
    assert program.post(f"invoices/{invoice.public_id}/send", {}).status_code == 403


def test_a_credit_note_goes_to_the_customer_and_its_copies(
    keeper: Program, note: CreditNote, mailoutbox: list[Any]
) -> None:
    answer = keeper.post(f"credit-notes/{note.public_id}/send", {"message": "Sorry again."})
    to = ["accounts@fabrikam.example", "cfo@fabrikam.example"]
    told = {"credit_note": note.public_id, "number": "CN-0001", "recipients": to}
    assert (answer.status_code, answer.json()) == (202, told)
    work(clock=lambda: NOON)
    mails = [mail for mail in mailoutbox if "Sorry again." in mail.body]
    assert sorted((*mail.to, *(name for name, *_ in mail.attachments)) for mail in mails) == [
        (address, "CN-0001.pdf") for address in to
    ]
    entry = AuditEntry.objects.filter(verb="resend").earliest("pk")
    assert (entry.object_type, entry.object_id) == ("creditnote", note.public_id)


def test_a_credit_note_is_sent_once_under_one_key(keeper: Program, note: CreditNote) -> None:
    path, body = f"credit-notes/{note.public_id}/send", {"recipients": ["a@example.com"]}
    answers = [keeper.post(path, body, Idempotency_Key="again-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]
    assert (asked_for("credit_note"), asked_for()) == (["a@example.com"], [])


def test_a_credit_note_is_sent_to_addresses_and_by_managers_alone(
    keeper: Program, program: Program, note: CreditNote
) -> None:
    path = f"credit-notes/{note.public_id}/send"
    assert fault(keeper.post(path, {"recipients": ["nobody"]})) == (400, "invalid", "recipients.0")
    assert program.post(path, {}).status_code == 403
    assert keeper.post("credit-notes/crn_00000000000000000000/send", {}).status_code == 404
    assert asked_for("credit_note") == []
