"""Paste rows: a look at what each would do, nothing stored until that is confirmed, and nothing stored twice."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.tenancy import scope
from apps.tenancy.models import Organization
from apps.usage.imports.sheets import MOST_BYTES, MOST_ROWS
from apps.usage.models import Event
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, text
from tests.builders import NOVEMBER, OCTOBER

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
PAGE = "/admin/paste-rows/"
GOOD = "Northwind\tCoaching call\t2026-11-03\t1\nFabrikam\tCoaching call\t2026-11-04\t2\n"
MOST_QUERIES = 32


@pytest.fixture
def office(db: None) -> Organization:
    """An organization on 20 November with two coaching customers since September; two months are billed."""
    seller = builders.organization(mode="test", clock_at=NOW)
    with scope.of(seller):
        offer = builders.usage_offer(seller)
        for name in ("Northwind", "Fabrikam"):
            builders.subscribed(builders.customer(seller, name), offer)
        builders.close(seller, OCTOBER)
        builders.close(seller, NOVEMBER)
    return seller


def sent(client: Client, rows: str, do: str = "look", **more: Any) -> Any:
    return client.post(PAGE, {"rows": rows, "do": do, **more})


def events(office: Organization) -> list[tuple[str, int]]:
    with scope.of(office):
        rows = Event.objects.order_by("pk").values_list("item__subscription__customer__name", "quantity")
        return [(name, int(quantity)) for name, quantity in rows]


def test_rows_are_looked_at_then_recorded(owner: Client, office: Organization) -> None:
    looked = sent(owner, GOOD)
    page = text(looked)
    assert "2 rows · 2 fine · adds $285.00" in page
    assert "1 Northwind Coaching call 3 Nov 1 $95.00 1 Dec 2 Fabrikam Coaching call 4 Nov 2 $190.00 1 Dec" in page
    assert "There is no header, so the columns were taken as customer, type, date, amount." in page
    assert events(office) == []
    carried = looked.context["form"]["rows"].value()
    assert "2 rows recorded." in text(sent(owner, carried, "record"))
    assert events(office) == [("Northwind", 1), ("Fabrikam", 2)]
    with scope.of(office):
        assert {(event.source, event.actor) for event in Event.objects.all()} == {("import", "owner@northwind.example")}


def test_pasting_them_again_adds_nothing_and_says_so(owner: Client, office: Organization) -> None:
    sent(owner, GOOD, "record")
    again = text(sent(owner, GOOD))
    assert "2 rows · 0 fine · 2 recorded before" in again
    assert "needs another note" in again
    assert "Record 0" not in again
    recorded = text(sent(owner, GOOD, "record"))
    assert "Nothing new was recorded. 2 were recorded before and add nothing." in recorded
    assert len(events(office)) == 2


def test_all_faults_are_told_at_once_and_the_fine_rows_can_be_recorded(owner: Client, office: Organization) -> None:
    bad = "Fabrikm\tCoaching call\t2026-11-04\t2\nFabrikam\tFax\tsoon\t1,000\n"
    page = text(sent(owner, GOOD + bad))
    assert "4 rows · 2 fine · 2 to mend" in page
    assert "No customer of this name; did you mean Fabrikam?" in page
    assert "This is not a date." in page and "without thousands separators" in page
    assert "Fabrikam has no such usage type; it has Coaching call." in page
    assert "Record 2 rows" in page and "Mend first" in page
    recorded = sent(owner, GOOD + bad, "record")
    assert "2 rows recorded. 2 were not recorded." in text(recorded)
    assert recorded.context["form"]["rows"].value().replace("\r\n", "\n") == GOOD + bad
    assert len(events(office)) == 2


def test_a_mended_row_that_equals_a_recorded_one_is_a_second_event(owner: Client, office: Organization) -> None:
    row = "Fabrikam\tCoaching call\t2026-11-04\t2\n"
    recorded = sent(owner, row + row.replace("Fabrikam", "Fabrikm"), "record")
    mended = recorded.context["form"]["rows"].value().replace("Fabrikm", "Fabrikam")
    again = sent(owner, mended, "record")
    assert "1 row recorded. 1 was recorded before and adds nothing." in text(again)
    assert events(office) == [("Fabrikam", 2)] * 2


def test_mend_first_gives_the_rows_back(owner: Client, office: Organization) -> None:
    page = sent(owner, GOOD, "mend")
    assert page.context["form"]["rows"].value() == GOOD
    assert events(office) == []


def test_a_file_is_read_like_a_paste(owner: Client, office: Organization) -> None:
    content = "customer;type;date;amount\nFabrikam;Coaching call;2026-11-04;2\n".encode("utf-16")
    looked = owner.post(PAGE, {"file": SimpleUploadedFile("usage.csv", content), "do": "look"})
    assert "1 row · 1 fine · adds $190.00" in text(looked)
    sent(owner, looked.context["form"]["rows"].value(), "record")
    assert events(office) == [("Fabrikam", 2)]


@pytest.mark.parametrize(
    ("rows", "cautions"),
    [
        (
            "Fabrikam\tCoaching call\t2026-10-12\t1",
            "1 Oct – 1 Nov is invoiced already: this lands on the invoice of 1 Dec as late usage.",
        ),
        ("Fabrikam\tCoaching call\t2026-11-05\t1\tanother", "The same type and amount is there already on this day."),
        ("Fabrikam\tCoaching call\t2026-11-06\t11", "Unusually much: the most so far was 1 Coaching call."),
        ("Fabrikam\tCoaching call\t2026-11-06\t-1", "This takes usage back."),
        ("Fabrikam\tCoaching call\t2026-11-06\t1\n" * 2, "Another row here is the same: each counts."),
    ],
)
def test_what_to_look_at_twice_is_said_and_blocks_nothing(
    owner: Client, office: Organization, rows: str, cautions: str
) -> None:
    before = "".join(f"Fabrikam\tCoaching call\t2026-11-0{day}\t1\n" for day in (3, 4, 5))
    assert "look" not in text(sent(owner, before)).split("Lands on")[1]
    sent(owner, before, "record")
    looked = text(sent(owner, rows))
    assert cautions in looked
    assert " fine" in looked and "to mend" not in looked
    sent(owner, rows, "record")
    assert len(events(office)) > 3


def test_each_price_is_what_the_row_adds_after_those_before_it(owner: Client, office: Organization) -> None:
    form = {"model": "per_unit", "unit_amount": "0.01", "included_units": "10000"}
    with scope.of(office):
        api = builders.usage_offer(office, key="api", name="API calls", form=form)
        share = builders.usage_offer(
            office, key="fees", name="Fee", form={"model": "percentage", "rate_percent": "10", "free_transactions": "1"}
        )
        buyer = builders.customer(office, "Contoso")
        for offer in (api, share):
            builders.subscribed(buyer, offer, now=NOVEMBER)
    rows = "Contoso\tAPI calls\t2026-11-03\t8214\nContoso\tAPI calls\t2026-11-04\t3786\n"
    rows += "Contoso\tFee\t2026-11-04\t100\nContoso\tFee\t2026-11-05\t50\nContoso\tFee\t2026-11-03\t30\n"
    page = text(sent(owner, rows))
    for row in ("8,214 $0.00", "3,786 $20.00", "4 Nov 100 $0.00", "5 Nov 50 $5.00", "3 Nov 30 $10.00"):
        assert row in page
    sent(owner, rows, "record")
    preview = text(owner.get(address("accounts_customer_next_invoice", buyer.pk)))
    assert "$20.00" in preview and "$15.00" in preview


def test_prices_and_late_usage_agree_with_what_is_billed(owner: Client, office: Organization) -> None:
    rows = "Fabrikam\tCoaching call\t2026-10-12\t3\nFabrikam\tCoaching call\t2026-11-12\t1\n"
    looked = text(sent(owner, rows))
    assert "12 Oct 3 $285.00 1 Dec" in looked and "12 Nov 1 $95.00 1 Dec" in looked
    sent(owner, rows, "record")
    with scope.of(office):
        totals = [invoice.total.amount for invoice in builders.close(office, datetime(2026, 12, 1, tzinfo=UTC))]
    assert sorted(totals) == [Decimal(0), Decimal(380)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04", "This is a workbook"),
        (b"", "There are no rows."),
        ("customer,type,date,amount\nCaf\xe9,x,2026-11-04,1\n".encode("latin-1"), "Some letters of this file"),
        (b"customer,type,date,amount\n", "There is a header and no row below it."),
        (b"x" * (MOST_BYTES + 1), "This is too much for one page: at most 5,000 rows and 2 MB."),
        (b"Fabrikam,Coaching call,2026-11-04,1\n" * (MOST_ROWS + 1), "at most 5,000 rows"),
        (b'customer,type,date,amount\n"Fabrikam,x,2026-11-04,1\n', "Row 2: a quotation mark"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(
    owner: Client, office: Organization, content: bytes, sentence: str
) -> None:
    response = owner.post(PAGE, {"file": SimpleUploadedFile("usage.csv", content), "do": "record"})
    assert response.status_code == 200
    assert sentence in text(response)
    assert events(office) == []


def test_nothing_pasted_says_what_to_write(owner: Client, office: Organization) -> None:
    assert "There are no rows. Begin with a header" in text(sent(owner, " \n"))


def test_markup_in_rows_is_text(owner: Client, office: Organization) -> None:
    page = sent(owner, "<script>alert(1)</script>\tCoaching call\t2026-11-04\t1").content.decode()
    assert "<script>alert(1)" not in page


def test_many_rows_cost_no_more_questions_than_few(owner: Client, office: Organization) -> None:
    def asked(rows: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert "to mend" not in text(sent(owner, rows))
        return len(captured)

    few = asked(GOOD)
    many = asked(
        "".join(
            f"{name}\tCoaching call\t2026-11-{1 + n % 20:02d}\t1\t{n}\n"
            for n in range(400)
            for name in ("Northwind", "fabrikam", "accounts@fabrikam.example")
        )
    )
    assert many <= few + 2  # names in another spelling, and e-mail addresses
    assert few <= MOST_QUERIES


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("developer", 200), ("admin", 200), ("owner", 200)])
def test_who_may(sign_in: SignIn, office: Organization, role: str, status: int) -> None:
    client = sign_in(role)
    assert client.get(PAGE).status_code == status
    assert sent(client, GOOD, "record").status_code == status
    assert bool(events(office)) == (status == 200)


def test_the_side_bar_leads_to_it_for_those_who_may(sign_in: SignIn, office: Organization) -> None:
    assert PAGE in sign_in("developer").get("/admin/").content.decode()
    assert PAGE not in sign_in("viewer").get("/admin/").content.decode()


def test_customers_of_another_organization_are_unknown(owner: Client, office: Organization) -> None:
    with scope.fresh():
        other = builders.organization("southwind")
        with scope.of(other):
            buyer = builders.customer(other, "Canary Ltd", external_id="canary-1")
            builders.subscribed(buyer, builders.usage_offer(other, key="canary"))
    for name in ("Canary Ltd", "Canary Lt", "canary-1", buyer.public_id, buyer.email):
        page = text(sent(owner, f"{name}\tCoaching call\t2026-11-04\t1"))
        assert "No customer of this name." in page
