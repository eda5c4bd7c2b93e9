"""Tax in the office: rates that are added, ended and withdrawn, customers' VAT numbers, drafts that say their tax."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.test import Client

from apps.accounts.models import Customer
from apps.invoicing import drafts
from apps.invoicing.models import Invoice, TaxRate
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests import builders
from tests.backoffice.pages import address, errors, said, text
from tests.builders import OCTOBER

SENT = {"name": "USt.", "percent": "19", "category": "standard", "country": "DE", "valid_from": "2020-01-01"}
FRENCH = {"name": "Contoso", "email": "pay@contoso.example", "currency": "USD", "country": "FR"}


def add(owner: Client, **changes: Any) -> Any:
    return owner.post(address("invoicing_taxrate_add"), SENT | changes)


def test_a_rate_is_added_in_percent_and_another_follows_it(owner: Client, office: Organization) -> None:
    assert add(owner).status_code == 302
    assert add(owner, percent="5.5", valid_from="2126-01-01", valid_until="2126-12-31").status_code == 302
    with scope.of(office):
        assert list(TaxRate.objects.order_by("pk").values_list("rate", flat=True)) == [
            Decimal("0.19"),
            Decimal("0.055"),
        ]
    page = text(owner.get(address("invoicing_taxrate_changelist")))
    assert "USt. 5.5 % standard DE" in page
    assert "in force" in page
    assert "to come" in page


def test_bad_input_is_said_at_its_field(owner: Client, office: Organization) -> None:
    assert "percent" in errors(add(owner, percent="119"))
    assert "percent" in errors(add(owner, percent="5.55555"))
    assert "country" in errors(add(owner, country="Germany"))
    assert errors(add(owner, category="exempt"))["percent"] == ["What is exempt has a rate of zero."]
    assert "valid_from" in errors(add(owner, valid_from=""))
    add(owner)
    again = add(owner)
    assert "begins on that day already" in text(again) + " ".join(said(again))
    with scope.of(office):
        assert TaxRate.objects.count() == 1


def test_a_rate_is_ended_and_one_to_come_is_withdrawn(owner: Client, office: Organization) -> None:
    with scope.of(office):
        now, later = builders.tax_rate(office, "0.19"), builders.tax_rate(office, "0.2", since=date(2126, 1, 1))
    page = text(owner.get(address("invoicing_taxrate_change", now.pk)))
    assert "Say its last day" in page
    assert "Withdraw" not in page
    assert "valid_until" in errors(owner.post(address("invoicing_taxrate_end", now.pk), {"valid_until": "2019-12-31"}))
    ended = owner.post(address("invoicing_taxrate_end", now.pk), {"valid_until": "2026-12-31"})
    assert said(ended) == ["VAT 19 % ends on 31 Dec 2026."]
    assert "Withdraw" in text(owner.get(address("invoicing_taxrate_change", later.pk)))
    owner.post(address("invoicing_taxrate_withdraw", later.pk))
    refused = owner.post(address("invoicing_taxrate_withdraw", now.pk))
    assert said(refused)[-1] == "This rate has begun: say its last day instead."
    with scope.of(office):
        assert TaxRate.objects.get().valid_until == date(2026, 12, 31)


def test_a_mistyped_vat_number_and_a_missing_reason_are_said(owner: Client, office: Organization) -> None:
    page = address("accounts_customer_add")
    wrong = owner.post(page, FRENCH | {"tax_category": "standard", "tax_id": "FR61954506078"})
    assert errors(wrong)["tax_id"][0].startswith("FR61954506078 is no VAT number of FR")
    exempt = owner.post(page, FRENCH | {"tax_category": "exempt"})
    assert "Say why" in errors(exempt)["tax_exempt_reason"][0]
    fine = FRENCH | {"tax_category": "exempt", "tax_exempt_reason": "Art. 132", "tax_id": "FR61954506077"}
    assert owner.post(page, fine).status_code == 302


def test_a_draft_says_its_tax_and_asks_to_be_recalculated_when_that_changed(
    owner: Client, office: Organization
) -> None:
    with scope.of(office):
        Organization.objects.filter(pk=office.pk).update(country="DE", tax_id="DE136695976")
        office.refresh_from_db()
        builders.tax_rate(office, "0.19")
        buyer = builders.customer(office, country="FR")
        draft = drafts.create(customer=buyer, now=OCTOBER, actor="somebody")
        line: dict[str, Any] = {"description": "Workshop", "quantity": Decimal(1), "unit_amount": Decimal(100)}
        drafts.add_line(invoice=draft, now=OCTOBER, actor="somebody", **line)
        page = address("invoicing_invoice_change", draft.pk)
        assert "VAT 19% on $100.00 $19.00" in text(owner.get(page))
        Customer.objects.filter(pk=buyer.pk).update(tax_id="FR61954506077")
        assert "What decides on its tax has changed since." in text(owner.get(page))
        finalize = address("invoicing_invoice_finalize", draft.pk)
        assert "recalculate it first" in text(owner.get(finalize))
        assert "recalculate it first" in text(owner.post(finalize))
        owner.post(address("invoicing_invoice_recalculate", draft.pk))
        assert owner.post(finalize).status_code == 302
        shown = text(owner.get(page))
        assert "Reverse charge on $100.00 $0.00" in shown
        assert "Reverse charge: the customer is liable for the VAT (Article 196" in shown
        assert Invoice.objects.get().total_minor == 10000
