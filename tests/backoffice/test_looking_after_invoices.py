"""Invoices: find them, finalize a draft, resend, and put right what got stuck."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.models import Customer
from apps.delivery import links
from apps.delivery import operations as delivery
from apps.invoicing.models import Invoice
from apps.outbox.models import Job, Message
from apps.outbox.work import work
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Subscription
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, said, text
from tests.builders import OCTOBER, SEPTEMBER


@pytest.fixture
def office(db: None) -> Organization:
    """An organization on 2 October, whose periods wait as drafts."""
    return builders.organization(mode="test", clock_at=OCTOBER + timedelta(days=1), auto_finalize=False)


@pytest.fixture
def buyer(office: Organization) -> Customer:
    with scope.of(office):
        offer = builders.usage_offer(office, setup_fee="45")
        customer = builders.customer(office)
        builders.subscribed(customer, offer)
        builders.used(customer, offer, "1", at=SEPTEMBER + timedelta(days=9))
        builders.close(office, OCTOBER)
    return customer


@pytest.fixture
def draft(office: Organization, buyer: Customer) -> Invoice:
    with scope.of(office):
        return Invoice.objects.get()


def finalized(owner: Client, draft: Invoice) -> Invoice:
    owner.post(address("invoicing_invoice_finalize", draft.pk))
    with scope.of(draft.organization):
        draft.refresh_from_db()
    return draft


def test_a_draft_is_finalized_after_a_question(owner: Client, draft: Invoice) -> None:
    assert "A draft: it has no number yet" in text(owner.get(address("invoicing_invoice_change", draft.pk)))
    question = text(owner.get(address("invoicing_invoice_finalize", draft.pk)))
    assert "$140.00" in question
    assert "cannot be undone" in question
    assert finalized(owner, draft).number == "INV-0001"
    page = text(owner.get(address("invoicing_invoice_change", draft.pk)))
    assert "Finalized 2 Oct, not mailed yet, due 16 Oct, unpaid." in page


def test_finalizing_twice_is_refused_in_words(owner: Client, draft: Invoice) -> None:
    finalized(owner, draft)
    again = owner.post(address("invoicing_invoice_finalize", draft.pk))
    assert "Invoice INV-0001 is finalized already." in text(again)


def test_the_stored_paper_is_given_as_it_is(owner: Client, draft: Invoice) -> None:
    assert owner.get(address("invoicing_invoice_pdf", draft.pk)).status_code == 404
    invoice = finalized(owner, draft)
    with scope.of(invoice.organization):
        message = Message.objects.filter(topic="invoice.finalized").get()
        delivery.store_document(message=message, paper_of=invoice, content=b"%PDF-paper", pages=1, now=OCTOBER)
    response = owner.get(address("invoicing_invoice_pdf", draft.pk))
    assert response.content == b"%PDF-paper"
    assert response["Content-Type"] == "application/pdf"
    assert 'filename="INV-0001.pdf"' in response["Content-Disposition"]


def test_resending_queues_a_mail(owner: Client, draft: Invoice) -> None:
    invoice = finalized(owner, draft)
    page = address("invoicing_invoice_resend", invoice.pk)
    assert owner.get(page).context["form"]["recipient"].value() == "accounts@fabrikam.example"
    wrong = owner.post(page, {"recipient": "nobody", "message_text": ""})
    assert errors(wrong)["recipient"] == ["This is not an e-mail address."]
    right = owner.post(page, {"recipient": "cfo@fabrikam.example", "message_text": "As asked."})
    assert said(right)[-1] == "INV-0001 is on its way to cfo@fabrikam.example."
    with scope.of(invoice.organization):
        asked = Message.objects.get(topic="invoice.resend_requested")
    assert asked.payload["recipient"] == "cfo@fabrikam.example"


def test_a_draft_is_not_resent(owner: Client, draft: Invoice) -> None:
    page = address("invoicing_invoice_resend", draft.pk)
    response = owner.post(page, {"recipient": "cfo@fabrikam.example"})
    assert "A draft cannot be sent: finalize it first." in text(response)


def test_lists_find_by_number_customer_and_status(owner: Client, draft: Invoice) -> None:
    finalized(owner, draft)
    invoices = address("invoicing_invoice_changelist")
    for asked in ("q=INV-0001", "q=fabri", "status=open", "currency__exact=USD"):
        assert "INV-0001" in text(owner.get(f"{invoices}?{asked}")), asked
    for asked in ("q=INV-0002", "status=paid", "status=draft", "status=past_due"):
        assert "INV-0001" not in text(owner.get(f"{invoices}?{asked}")), asked


@pytest.mark.parametrize("page", ["finalize", "resend"])
@pytest.mark.parametrize("role", ["viewer", "developer"])
def test_who_may_only_look(sign_in: SignIn, draft: Invoice, page: str, role: str) -> None:
    client = sign_in(role)
    assert client.post(address(f"invoicing_invoice_{page}", draft.pk)).status_code == 403
    assert client.get(address("invoicing_invoice_change", draft.pk)).status_code == 200


def test_a_parked_subscription_says_why_and_is_retried(owner: Client, office: Organization, buyer: Customer) -> None:
    with scope.of(office):
        subscription = Subscription.objects.get()
        subscriptions.park(subscription=subscription, reason="The price has no open last tier.", now=OCTOBER)
    listed = text(owner.get(f"{address('subscriptions_subscription_changelist')}?parked=yes"))
    assert "The price has no open last tier." in listed
    assert "Parked subscriptions 1" in text(owner.get(address("index")))
    page = text(owner.get(address("accounts_customer_subscription", buyer.pk)))
    assert "The price has no open last tier." in page
    retry = address("subscriptions_subscription_retry", subscription.pk)
    assert owner.get(retry).status_code == 405
    owner.post(retry)
    with scope.of(office):
        subscription.refresh_from_db()
        assert subscription.parked_at is None
        assert AuditEntry.objects.filter(verb="unparked").exists()


def test_a_failed_job_is_tried_again(owner: Client, draft: Invoice) -> None:
    invoice = finalized(owner, draft)
    with scope.of(invoice.organization):
        message = Message.objects.get(topic="invoice.finalized")
        job = Job.objects.create(
            organization=invoice.organization,
            message=message,
            handler="delivery.mail",
            status=Job.Status.FAILED,
            next_try_at=OCTOBER,
            error="550 no such mailbox",
        )
    assert "550 no such mailbox" in text(owner.get(address("outbox_job_changelist")))
    owner.post(address("outbox_job_try_again", job.pk))
    with scope.of(invoice.organization):
        job.refresh_from_db()
    assert (job.status, job.tries) == (Job.Status.PENDING, 0)


def test_the_page_says_what_each_mail_was_and_leads_to_what_the_customer_sees(owner: Client, draft: Invoice) -> None:
    invoice = finalized(owner, draft)
    work(clock=lambda: OCTOBER + timedelta(days=1))
    words = {"recipient": "books@fabrikam.example", "message_text": "As you asked:\n<here>"}
    owner.post(address("invoicing_invoice_resend", invoice.pk), words)
    work(clock=lambda: OCTOBER + timedelta(days=1))
    page = owner.get(address("invoicing_invoice_change", invoice.pk))
    assert "Sent again As you asked:" in text(page) and "&lt;here&gt;" in page.content.decode()
    assert "Invoice accounts@fabrikam.example Sent" in text(page)
    assert f'href="{links.address_of(invoice)}"' in page.content.decode()


def test_a_pdf_that_could_not_be_drawn_is_said_with_its_reason_and_a_way_on(owner: Client, draft: Invoice) -> None:
    with scope.of(draft.organization):
        draft.customer.legal_name = "Uruk \N{CUNEIFORM SIGN A}"
        draft.customer.save()
    invoice = finalized(owner, draft)
    work(clock=lambda: OCTOBER + timedelta(days=1))
    page = text(owner.get(address("invoicing_invoice_change", invoice.pk)))
    assert "The PDF could not be made, and nothing is mailed: No font of this machine can print" in page
    assert "Look, and try again" in page and "is being made" not in page
