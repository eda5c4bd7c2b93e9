"""The statement of a customer in the office: a tab with a link to every posting's page, the same as CSV and as PDF."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts import downloads
from apps.accounts.models import Customer
from apps.accounts.scoped_admin import OwnedAdmin, formats_of, organization_of
from apps.backoffice import customer_pages
from apps.core.admin import themed
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.core.spreadsheets import Cell, Figure
from apps.delivery import rendering
from apps.delivery.renderer import Undrawable
from apps.delivery.statement_paper import MOST_ROWS, statement_paper
from apps.invoicing import ledger
from apps.invoicing.ledger import Posting, PostingKind, Statement
from apps.invoicing.models import Method

ROWS_PER_PAGE = 200
MONTHS = 11  # before the running one
HEAD = ["date", "kind", "number", "invoice", "method", "reference", "currency", "amount", "balance", "id"]
WORDS = {
    PostingKind.INVOICE: "Invoice",
    PostingKind.VOID: "Void of invoice",
    PostingKind.CREDIT_NOTE: "Credit note",
    PostingKind.PAYMENT: "Payment",
    PostingKind.REFUND: "Paid back",
}
PAGES = {
    PostingKind.INVOICE: "invoice",
    PostingKind.VOID: "invoice",
    PostingKind.CREDIT_NOTE: "creditnote",
    PostingKind.PAYMENT: "receipt",
    PostingKind.REFUND: "refund",
}
METHODS = dict(Method.choices)
TOO_LONG = f"That is more than {MOST_ROWS:,} documents, too many for a PDF. Choose fewer days, or take the CSV."
Asked = dict[str, Any]


class DaysForm(forms.Form):
    """Which days, and which currency where there are several."""

    starts_on = forms.DateField(label="From", required=False)
    ends_on = forms.DateField(label="Until", required=False)
    currency = forms.ChoiceField(label="Currency", required=False)

    def __init__(self, *args: Any, currencies: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]
        if len(currencies) == 1:
            del self.fields["currency"]
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            self.fields[name].error_messages["invalid"] = "This is not a date. Write it like 2026-11-20."
        themed(self)

    def clean(self) -> None:
        begins, ends = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", "This is before the first day.")


def statement_tab(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show what moved the balance in the days that are asked for, a year unless said, with links to the documents."""
    form, asked = _asked(request, customer)
    formats, today = formats_of(request), customer_pages.today_of(request)
    try:
        statement = ledger.statement(
            customer=customer, most=ROWS_PER_PAGE, cursor=request.GET.get("cursor") or None, **asked
        )
    except Refusal:
        return HttpResponseRedirect(customer_pages.address(customer, "statement"))
    context = customer_pages.page(admin, request, customer, tab="statement", title="Statement")
    days = {name: value.isoformat() if isinstance(value, date) else value or "" for name, value in asked.items()}
    context |= {
        "form": form,
        "opening": formats.rate(statement.opening, statement.currency),
        "standing": standing(statement, formats),
        "rows": [_row(posting, statement, formats, today) for posting in statement.postings],
        "query": urlencode(days),
        "more": urlencode({**days, "cursor": statement.more_after}) if statement.more_after else "",
        "is_first": "cursor" not in request.GET,
        "csv": customer_pages.address(customer, "statement_csv"),
        "pdf": customer_pages.address(customer, "statement_pdf"),
    }
    return TemplateResponse(request, "backoffice/customer/statement.html", context)


def statement_csv(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponseBase:
    """Give the days that are asked for as CSV, however many documents they have."""
    _, asked = _asked(request, customer)
    name = f"statement-{customer.public_id}-{asked['currency']}"
    return downloads.table(
        organization=organization_of(request), name=name, head=HEAD, rows=_cells(customer, asked), mark=True
    )


def statement_pdf(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Draw the days that are asked for as the customer would read them."""
    _, asked = _asked(request, customer)
    whole = ledger.statement(customer=customer, most=MOST_ROWS, **asked)
    if whole.more_after is not None:
        return _back(request, customer, TOO_LONG)
    paper = statement_paper(statement=whole, today=customer_pages.today_of(request))
    try:
        drawn = rendering.render(paper)
    except Undrawable as fault:
        return _back(request, customer, str(fault))
    return HttpResponse(
        drawn.content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="statement-{customer.public_id}.pdf"'},
    )


def standing(statement: Statement, formats: Formats) -> str:
    """Say what the balance means."""
    amount = formats.rate(abs(statement.closing), statement.currency)
    if statement.closing > 0:
        return f"{statement.customer} owes {amount}"
    if statement.closing < 0:
        return f"{amount} stands to the credit of {statement.customer}"
    return "nothing is owed"


def _asked(request: HttpRequest, customer: Customer) -> tuple[DaysForm, Asked]:
    """Return the form, and what it asks for: what was not said, or is wrong, is as usual."""
    currencies = ledger.currencies_of(customer=customer)
    usual = {"starts_on": _a_year_ago(customer_pages.today_of(request)), "ends_on": None, "currency": customer.currency}
    said = request.GET if {"starts_on", "ends_on", "currency"} & set(request.GET) else None
    form = DaysForm(said, currencies=currencies, initial=usual)
    if said is None or not form.is_valid():
        return form, usual
    return form, {**form.cleaned_data, "currency": form.cleaned_data.get("currency") or customer.currency}


def _a_year_ago(today: date) -> date:
    months = today.year * 12 + today.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _row(posting: Posting, statement: Statement, formats: Formats, today: date) -> dict[str, Any]:
    return {
        "on": formats.day(posting.on, today=today),
        "what": WORDS[posting.kind],
        "number": posting.number,
        "by": METHODS.get(posting.method, ""),
        "address": reverse(f"admin:invoicing_{PAGES[posting.kind]}_change", args=[posting.key]),
        "about": posting.invoice_number if posting.kind in (PostingKind.CREDIT_NOTE, PostingKind.PAYMENT) else "",
        "about_address": reverse("admin:invoicing_invoice_change", args=[posting.invoice_key])
        if posting.invoice_key
        else "",
        "reference": posting.reference,
        "amount": formats.rate(posting.amount, statement.currency),
        "balance": formats.rate(posting.balance, statement.currency),
    }


def _cells(customer: Customer, asked: Asked) -> Iterator[list[Cell]]:
    for posting in ledger.postings(customer=customer, **asked):
        yield [
            posting.on,
            posting.kind.value,
            posting.number,
            posting.invoice_number,
            posting.method,
            posting.reference,
            asked["currency"],
            Figure.of(posting.amount),
            Figure.of(posting.balance),
            posting.document,
        ]


def _back(request: HttpRequest, customer: Customer, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{customer_pages.address(customer, 'statement')}{f'?{query}' if query else ''}")
