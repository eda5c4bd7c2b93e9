"""The link in each mail: the same for ever, shows that invoice and its document, and opens nothing else."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db.models import F
from django.test import Client
from django.urls import reverse

from apps.delivery import links, operations, queries
from apps.delivery.models import InvoiceLink
from apps.invoicing import drafts, finalizing, rebilling
from apps.invoicing.models import Invoice
from apps.tenancy.models import Organization
from tests.builders import OCTOBER
from tests.delivery.conftest import Work, billed
from tests.delivery.conftest import invoice as invoice
from tests.delivery.conftest import worked as worked

Bounded = Callable[[int], AbstractContextManager[object]]
HOSTILE = "<script>alert(1)</script>"


def address_in(body: str) -> str:
    """Return the path of the link in a mail."""
    (found,) = re.findall(r"http://127\.0\.0\.1:8000(/i/\S+)", body)
    return str(found)


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def test_the_mail_leads_to_the_invoice_and_how_to_pay(seller: Organization, client: Client, worked: Work) -> None:
    seller.payment_details = "IBAN DE02"
    seller.save()
    billed(seller, calls=4)
    worked()
    page = text(client, address_in(str(mail.outbox[0].body)))
    for words in (
        "Invoice INV-0001",
        "Northwind Studio",
        "$380.00",
        "Was due October 15, 2026",
        "IBAN DE02",
        "4 calls",
    ):
        assert words in page
    assert "Reference: INV-0001" in page and "Download the PDF" in page


def test_every_mail_has_the_same_link_and_its_token_is_stored_nowhere(invoice: Invoice, worked: Work) -> None:
    worked()
    operations.resend(document=invoice, recipient="b@fabrikam.example", actor="somebody", now=OCTOBER)
    worked(timedelta(hours=1))
    first, second = (address_in(str(sent.body)) for sent in mail.outbox)
    assert first == second
    token = first.split("/")[2]
    assert InvoiceLink.objects.get().digest == links.digest_of(token) != token
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)


def test_it_gives_the_stored_bytes_to_read_and_to_keep(invoice: Invoice, client: Client, worked: Work) -> None:
    worked()
    document = queries.document_of(invoice=invoice)
    assert document is not None
    path = reverse("portal:pdf", args=[links.token_of(invoice)])
    shown, kept = client.get(path), client.get(f"{path}?keep")
    assert shown.content == kept.content == bytes(document.content)
    assert (shown["Content-Type"], shown["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="INV-0001.pdf"',
    )
    assert kept["Content-Disposition"] == 'attachment; filename="INV-0001.pdf"'


def test_a_paid_invoice_asks_for_nothing(seller: Organization, client: Client, worked: Work) -> None:
    seller.payment_details = "IBAN DE02"
    seller.save()
    billed(seller, calls=4)
    worked()
    Invoice.objects.update(status=Invoice.Status.PAID, paid_at=OCTOBER, settled_minor=F("total_minor"))
    page = text(client, address_in(str(mail.outbox[0].body)))
    assert "Paid" in page and "IBAN" not in page and "due October" not in page


def test_it_speaks_the_buyers_language(seller: Organization, client: Client, worked: Work) -> None:
    billed(seller, calls=4, locale="de_DE")
    worked()
    path = address_in(str(mail.outbox[0].body))
    assert 'lang="de-DE"' in client.get(path).content.decode()
    for words in ("Rechnung INV-0001", "380,00 $", "PDF herunterladen", "Gesamtbetrag"):
        assert words in text(client, path)


@pytest.mark.parametrize("page", ["invoice", "pdf", "usage"])
@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 101, "é" * 10, "%00"])
def test_another_token_leads_nowhere(db: None, client: Client, page: str, token: str) -> None:
    assert client.get(reverse(f"portal:{page}", args=[token])).status_code == 404


def test_a_token_that_was_never_given_out_leads_nowhere(invoice: Invoice, client: Client) -> None:
    assert client.get(reverse("portal:invoice", args=[links.token_of(invoice)])).status_code == 404


def test_until_the_pdf_is_drawn_it_says_so(invoice: Invoice, client: Client) -> None:
    operations.open_link(invoice=invoice, now=OCTOBER)
    path = reverse("portal:invoice", args=[links.token_of(invoice)])
    assert "The PDF is being drawn" in text(client, path)
    assert client.get(reverse("portal:pdf", args=[links.token_of(invoice)])).status_code == 404


def test_it_is_kept_out_of_caches_and_logs_of_others_and_takes_no_form(invoice: Invoice, client: Client) -> None:
    operations.open_link(invoice=invoice, now=OCTOBER)
    path = reverse("portal:invoice", args=[links.token_of(invoice)])
    response = client.get(path)
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert client.post(path).status_code == 405


def test_hostile_text_stays_text(seller: Organization, client: Client, worked: Work) -> None:
    seller.payment_details = seller.footer = HOSTILE
    seller.save()
    billed(seller, calls=4, legal_name=HOSTILE, city=HOSTILE)
    worked()
    markup = client.get(address_in(str(mail.outbox[0].body))).content.decode()
    assert HOSTILE not in markup and markup.count("&lt;script&gt;") == 4


def test_it_costs_few_questions(invoice: Invoice, client: Client, django_assert_max_num_queries: Bounded) -> None:
    operations.open_link(invoice=invoice, now=OCTOBER)
    with django_assert_max_num_queries(5):
        client.get(reverse("portal:invoice", args=[links.token_of(invoice)]))


def test_it_says_what_the_paper_says(seller: Organization, invoice: Invoice, client: Client) -> None:
    draft = rebilling.void(invoice=invoice, rebill=True, now=OCTOBER, actor="somebody")
    assert draft is not None
    drafts.discount(invoice=draft, percent=Decimal(10), reason="A slow week", now=OCTOBER, actor="somebody")
    drafts.set_terms(invoice=draft, notes="Thank you.\nSee you soon.", now=OCTOBER, actor="somebody")
    anew = finalizing.finalize(invoice=draft, now=OCTOBER)
    operations.open_link(invoice=anew, now=OCTOBER)
    page = text(client, reverse("portal:invoice", args=[links.token_of(anew)]))
    for words in (
        "In place of INV-0001",
        "Discount 10%: A slow week -$38.00",
        "Thank you. See you soon.",
        "4 calls × $95.00 $380.00",
        "$342.00",
    ):
        assert words in page
