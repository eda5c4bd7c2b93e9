"""Tax rates by API, and what customers, invoices and credit notes say of tax."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Customer, Role
from apps.invoicing import collecting
from apps.invoicing.models import Invoice, TaxRate
from apps.tenancy.models import AuditEntry, Organization
from tests import builders
from tests.api.calling import Program
from tests.api.conftest import MakeProgram
from tests.builders import OCTOBER

GERMAN = {"rate": "0.19", "name": "USt.", "country": "DE", "valid_from": "2026-01-01"}


def test_a_rate_is_added_and_the_one_before_ends_where_it_begins(keeper: Program) -> None:
    made = keeper.post("tax-rates", GERMAN)
    assert made.status_code == 201
    told = made.json()
    assert told.pop("id").startswith("txr_")
    assert told.pop("created_at")
    assert told == {
        "category": "standard",
        "country": "DE",
        "rate": "0.19",
        "name": "USt.",
        "valid_from": "2026-01-01",
        "valid_until": None,
        "holds_until": None,
    }
    keeper.post("tax-rates", GERMAN | {"rate": "0.16", "valid_from": "2027-01-01", "valid_until": "2027-06-30"})
    rows = keeper.get("tax-rates").json()["results"]
    assert [(row["rate"], row["valid_until"], row["holds_until"]) for row in rows] == [
        ("0.16", "2027-06-30", "2027-06-30"),
        ("0.19", None, "2026-12-31"),
    ]
    assert AuditEntry.objects.filter(object_type="taxrate", verb="added").count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rate": "19"}, "rate"),
        ({"rate": "-0.1"}, "rate"),
        ({"rate": "0.1234567"}, "rate"),
        ({"rate": "a fifth"}, "rate"),
        ({"country": "Deutschland"}, "country"),
        ({"country": "de"}, "country"),
        ({"category": "Books"}, "category"),
        ({"category": "exempt"}, "rate"),
        ({"name": "x" * 101}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\tb"}, "name"),
        ({"valid_from": "1 January"}, "valid_from"),
        ({"valid_until": "2025-12-31"}, "valid_until"),
        ({"percent": "19"}, "percent"),
    ],
)
def test_bad_input_is_refused_at_its_field(keeper: Program, changes: dict[str, Any], field: str) -> None:
    answer = keeper.post("tax-rates", GERMAN | changes)
    assert answer.status_code == 400
    assert field in str(answer.json())
    assert not TaxRate.objects.exists()


def test_two_never_begin_on_one_day(keeper: Program) -> None:
    keeper.post("tax-rates", GERMAN)
    answer = keeper.post("tax-rates", GERMAN | {"rate": "0.2"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "begins_already")
    assert keeper.post("tax-rates", GERMAN | {"country": "AT"}).status_code == 201


def test_a_rate_is_ended_and_one_that_has_yet_to_begin_withdrawn(seller: Organization, keeper: Program) -> None:
    now = keeper.post("tax-rates", GERMAN).json()["id"]
    ended = keeper.post(f"tax-rates/{now}/end", {"valid_until": "2026-09-30"}).json()
    assert (ended["valid_until"], ended["holds_until"]) == ("2026-09-30", "2026-09-30")
    assert keeper.post(f"tax-rates/{now}/end", {"valid_until": "2025-09-30"}).status_code == 400
    assert keeper.post(f"tax-rates/{now}/withdraw", {}).json()["errors"][0]["code"] == "rate_began"
    later = keeper.post("tax-rates", GERMAN | {"valid_from": "2126-09-11"}).json()["id"]
    assert keeper.post(f"tax-rates/{later}/withdraw", {}).json() == {"id": later, "withdrawn": True}
    assert TaxRate.objects.count() == 1


def test_the_database_refuses_to_change_a_rate_that_began(seller: Organization) -> None:
    rate = builders.tax_rate(seller, "0.19", since=date(2020, 1, 1))
    for changes in ({"rate": "0.2"}, {"name": "x"}, {"valid_from": date(2019, 1, 1)}, {"country": "FR"}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            TaxRate.objects.filter(pk=rate.pk).update(**changes)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        TaxRate.objects.filter(pk=rate.pk).delete()
    assert TaxRate.objects.filter(pk=rate.pk).update(valid_until=date(2026, 1, 1)) == 1


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.DEVELOPER, 403), (Role.OWNER, 201)])
def test_who_may_add_one(program_as: MakeProgram, role: str, status: int) -> None:
    assert program_as(role).post("tax-rates", GERMAN).status_code == status


def test_customers_say_their_vat_number_and_why_they_are_exempt(keeper: Program) -> None:
    sent = {"name": "Contoso", "email": "pay@contoso.example", "country": "FR", "tax_id": "FR 61 954 506 077"}
    made = keeper.post("customers", sent).json()
    assert (made["tax_id"], made["vat_number"]) == ("FR 61 954 506 077", "FR61954506077")
    wrong = keeper.patch(f"customers/{made['id']}", {"tax_id": "FR61954506078"})
    assert (wrong.status_code, "tax_id" in str(wrong.json())) == (400, True)
    exempt = keeper.patch(f"customers/{made['id']}", {"tax_category": "exempt"})
    assert (exempt.status_code, "tax_exempt_reason" in str(exempt.json())) == (400, True)
    done = keeper.patch(f"customers/{made['id']}", {"tax_category": "exempt", "tax_exempt_reason": "Art. 132"}).json()
    assert (done["tax_category"], done["tax_exempt_reason"]) == ("exempt", "Art. 132")


def test_invoices_and_credit_notes_tell_their_tax(seller: Organization, buyer: Customer, keeper: Program) -> None:
    Organization.objects.filter(pk=seller.pk).update(prices_include_tax=True)
    seller.refresh_from_db()
    builders.tax_rate(seller, "0.2")
    sent = {"customer": "crm-1", "finalize": True, "lines": [{"description": "Workshop", "unit_amount": "120"}]}
    told = keeper.post("invoices", sent).json()
    group = {"code": "S", "treatment": "taxed", "name": "VAT", "rate": "0.2", "base": "100.00", "tax": "20.00"}
    assert (told["tax_inclusive"], told["subtotal"], told["tax"], told["total"]) == (True, "100.00", "20.00", "120.00")
    assert told["tax_groups"] == [group]
    (line,) = told["lines"]
    assert (line["tax_treatment"], line["tax_name"], line["taxed_on"]) == ("taxed", "VAT", "2026-09-10")
    invoice = Invoice.objects.get(public_id=told["id"])
    note = collecting.give_credit(invoice=invoice, reason="sorry", now=OCTOBER, actor="somebody")
    credited = keeper.get(f"credit-notes/{note.public_id}").json()
    assert (credited["tax_inclusive"], credited["tax_groups"]) == (True, [group])
