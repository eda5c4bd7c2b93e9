"""The page of a credit note: what became of it, how it was mailed, and mailing it again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.delivery import operations as delivery
from apps.delivery.models import Attempt
from apps.delivery.operations import Result
from apps.invoicing import collecting, drafts, finalizing
from apps.invoicing.models import CreditNote
from apps.outbox.models import Message
from apps.outbox.work import work
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, filled, said, text
from tests.builders import OCTOBER

WHO = "owner@northwind.example"
LATER = OCTOBER + timedelta(days=1)
MOST = 32


@pytest.fixture
def note(office: Organization) -> CreditNote:
    """Goodwill on an invoice of 100.00, of which 25.00 are given back."""
    with scope.of(office):
        draft = drafts.create(customer=builders.customer(office), now=OCTOBER, actor=WHO)
        drafts.add_line(
            invoice=draft, description="Work", quantity=Decimal(1), unit_amount=Decimal(100), now=OCTOBER, actor=WHO
        )
        invoice = finalizing.finalize(invoice=draft, now=OCTOBER)
        return collecting.give_credit(invoice=invoice, amount=Decimal(25), reason="A slow week", now=OCTOBER, actor=WHO)


def test_it_is_resent_from_its_page_and_the_page_tells_of_its_mails(owner: Client, note: CreditNote) -> None:
    page = address("invoicing_creditnote_change", note.pk)
    resend = address("invoicing_creditnote_resend", note.pk)
    assert "No mail yet." in text(owner.get(page)) and f'href="{resend}"' in owner.get(page).content.decode()
    work(clock=lambda: LATER)
    assert owner.get(resend).context["form"]["recipient"].value() == "accounts@fabrikam.example"
    wrong = owner.post(resend, {"recipient": "nobody", "message_text": ""})
    assert errors(wrong)["recipient"] == ["This is not an e-mail address."]
    right = owner.post(resend, {"recipient": "cfo@fabrikam.example", "message_text": "As asked:\n<here>"})
    assert (said(right), right["Location"]) == (["CN-0001 is on its way to cfo@fabrikam.example."], page)
    work(clock=lambda: LATER)
    shown = owner.get(page)
    assert "Credit note sent again As asked: <here> cfo@fabrikam.example Sent" in text(shown)
    assert "Credit note accounts@fabrikam.example Sent" in text(shown)
    assert "&lt;here&gt;" in shown.content.decode()
    history = address("invoicing_creditnote_history", note.pk)
    assert history in shown.content.decode()
    assert f"{WHO} resend CN-0001 to cfo@fabrikam.example" in text(owner.get(history))


def test_a_form_that_is_sent_twice_mails_once(owner: Client, note: CreditNote) -> None:
    resend = address("invoicing_creditnote_resend", note.pk)
    sent = filled(owner, resend, recipient="cfo@fabrikam.example")
    first, again = owner.post(resend, sent), owner.post(resend, sent)
    assert (first.status_code, again.status_code) == (302, 302)
    assert said(again)[-1].startswith("This form was sent before, and nothing is done twice.")
    other = owner.post(resend, sent | {"recipient": "books@fabrikam.example"})
    assert "This form was sent before with other figures" in text(other)
    with scope.of(note.organization):
        asked = Message.objects.filter(topic="credit_note.resend_requested")
        assert [message.payload["recipient"] for message in asked] == ["cfo@fabrikam.example"]


def test_its_mails_are_not_taken_for_those_of_the_invoice(owner: Client, note: CreditNote) -> None:
    with scope.of(note.organization):
        message = delivery.resend(document=note, recipient="cfo@fabrikam.example", actor=WHO, now=OCTOBER)
        queued = delivery.queue(message=message, recipient="cfo@fabrikam.example", now=OCTOBER, invoice=note.invoice)
        attempt = delivery.begin(delivery=queued, now=OCTOBER)
        assert attempt is not None
        delivery.settle(attempt=attempt, result=Result(Attempt.Outcome.SENT), now=OCTOBER)
    page = text(owner.get(address("invoicing_invoice_change", note.invoice_id)))
    assert "not mailed yet" in page and "Credit note sent again cfo@fabrikam.example Sent" in page


def test_a_paper_that_could_not_be_drawn_is_said(owner: Client, note: CreditNote) -> None:
    with scope.of(note.organization), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        CreditNote.objects.update(reason="Uruk \N{CUNEIFORM SIGN A}")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    work(clock=lambda: LATER)
    page = text(owner.get(address("invoicing_creditnote_change", note.pk)))
    assert "The PDF could not be made, and nothing is mailed: No font of this machine can print" in page
    assert "is being made" not in page


@pytest.mark.parametrize("role", ["viewer", "developer"])
def test_who_may_only_look(sign_in: SignIn, note: CreditNote, role: str) -> None:
    client, resend = sign_in(role), address("invoicing_creditnote_resend", note.pk)
    assert (client.get(resend).status_code, client.post(resend, {}).status_code) == (403, 403)
    page = client.get(address("invoicing_creditnote_change", note.pk))
    assert page.status_code == 200 and resend not in page.content.decode()


def test_its_page_costs_the_same_however_often_it_was_mailed(owner: Client, note: CreditNote) -> None:
    page = address("invoicing_creditnote_change", note.pk)

    def queries() -> int:
        owner.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert owner.get(page).status_code == 200
        return len(captured)

    work(clock=lambda: LATER)
    few = queries()
    with scope.of(note.organization):
        for number in range(5):
            delivery.resend(document=note, recipient=f"to{number}@fabrikam.example", actor=WHO, now=OCTOBER)
    work(clock=lambda: LATER)
    assert queries() <= few <= MOST
