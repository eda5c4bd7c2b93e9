"""What may be done to invoices and balances in the office: each deed says what will happen, and is done once."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.invoicing import collecting, drafts, issuing, rebilling
from apps.invoicing.models import CreditNote, Invoice, Line, Receipt, Refund
from apps.tenancy import scope
from apps.tenancy.models import AuditEntry, Organization
from apps.usage import operations as usage
from tests import builders
from tests.backoffice.conftest import SignIn
from tests.backoffice.pages import address, errors, filled, said, text
from tests.lifecycle import worlds
from tests.lifecycle.worlds import WHO, World, day

NOW = day("2026-10-02")
BY: dict[str, Any] = {"now": NOW, "actor": WHO}
DEEDS = [
    "finalize",
    "add_line",
    "discount",
    "terms",
    "recalculate",
    "discard",
    "mark_paid",
    "credit",
    "void",
    "give_up",
]


@pytest.fixture
def office(db: None) -> Organization:
    """An organization on 2 October that looks at each invoice before it goes out."""
    return builders.organization(mode="test", clock_at=NOW, auto_finalize=False)


@pytest.fixture
def world(office: Organization) -> Iterator[World]:
    with scope.of(office):
        yield worlds.world(office, timing="arrears")


@pytest.fixture
def draft(world: World) -> Invoice:
    """September: 30.00 for the plan, 10.00 for a hundred calls."""
    world.start()
    world.use("100", "2026-09-05")
    (invoice,) = builders.close(world.seller, NOW)
    return invoice


@pytest.fixture
def issued(draft: Invoice) -> Invoice:
    """The same, open."""
    return issuing.issue(invoice=draft, now=NOW)


def home(client: Client, invoice: Invoice) -> str:
    return text(client.get(address("invoicing_invoice_change", invoice.pk)))


def buttons(client: Client, invoice: Invoice) -> list[str]:
    page = client.get(address("invoicing_invoice_change", invoice.pk))
    return [deed["words"] for deed in page.context["deeds"]]


def do(client: Client, invoice: Invoice, deed: str, **sent: Any) -> str:
    """Send the form of a deed, and return what was said after."""
    page = address(f"invoicing_invoice_{deed}", invoice.pk)
    response = client.post(page, filled(client, page, **sent))
    assert response.status_code == 302, (errors(response), text(response))
    return said(response)[-1]


def test_buttons_follow_the_status(owner: Client, draft: Invoice) -> None:
    on_draft = ["Finalize", "Add line", "Discount", "Terms and notes", "Recalculate", "Discard"]
    assert buttons(owner, draft) == on_draft
    issuing.issue(invoice=draft, now=NOW)
    assert buttons(owner, draft) == ["Mark paid", "Credit", "Void", "Give up"]
    collecting.mark_paid(invoice=draft, amount=Decimal(1), **BY)
    assert buttons(owner, draft) == ["Mark paid", "Credit", "Give up"]
    collecting.write_off(invoice=draft, **BY)
    assert buttons(owner, draft) == ["Mark paid", "Credit"]
    collecting.mark_paid(invoice=draft, **BY)
    assert buttons(owner, draft) == ["Credit"]


def test_a_line_is_added_changed_and_removed(owner: Client, draft: Invoice) -> None:
    added = do(owner, draft, "add_line", description="Travel", quantity="2", unit_amount="12.50")
    assert added == "Travel is added: $25.00."
    line = Line.objects.get(description="Travel")
    shown = owner.get(address("invoicing_invoice_change", draft.pk))
    assert [[deed["words"] for deed in row["deeds"]] for row in shown.context["by_hand"]] == [["Change", "Remove"]]
    change = address("invoicing_line_change", line.pk)
    assert filled(owner, change)["unit_amount"] == "12.5"
    assert said(owner.post(change, filled(owner, change, quantity="3")))[-1] == "Travel: $37.50 now."
    removed = owner.post(address("invoicing_line_remove", line.pk))
    assert said(removed)[-1] == "Travel is taken off. The draft comes to $40.00 now."
    assert owner.get(change).status_code == 404


def test_what_was_measured_is_not_changed_by_hand(owner: Client, draft: Invoice) -> None:
    line = draft.lines.earliest("pk")
    sent = {"description": "Mine", "quantity": "1", "unit_amount": "1"}
    assert "What was measured is not changed by hand." in text(
        owner.post(address("invoicing_line_change", line.pk), sent)
    )


def test_a_discount_is_given_and_taken_off(owner: Client, draft: Invoice) -> None:
    given = do(owner, draft, "discount", how="percent", number="10", reason="A slow week")
    assert given == "$4.00 off. The draft comes to $36.00 now."
    page = filled(owner, address("invoicing_invoice_discount", draft.pk))
    assert (page["how"], page["number"], page["reason"]) == ("percent", "10", "A slow week")
    assert do(owner, draft, "discount", how="none") == "No discount. The draft comes to $40.00 now."


def test_terms_and_notes_are_said(owner: Client, draft: Invoice) -> None:
    assert do(owner, draft, "terms", days="30", notes="Thank you.") == "Terms and notes are changed."
    draft.refresh_from_db()
    assert (draft.payment_terms_days, draft.notes) == (30, "Thank you.")


def test_usage_that_came_since_is_said_and_rated(owner: Client, world: World, draft: Invoice) -> None:
    assert "Usage arrived since" not in home(owner, draft)
    world.use("50", "2026-09-20", now=NOW)
    assert "Usage arrived since: recalculate first?" in home(owner, draft)
    finalize = owner.get(address("invoicing_invoice_finalize", draft.pk))
    assert "Usage arrived since: recalculate first?" in text(finalize)
    assert do(owner, draft, "recalculate") == "Recalculated: $45.00, $40.00 before."
    assert "Usage arrived since" not in home(owner, draft)


def test_finalized_it_says_who_did(owner: Client, draft: Invoice) -> None:
    assert do(owner, draft, "finalize") == "INV-0001 is final. The PDF is made and mailed next."
    entry = AuditEntry.objects.get(verb="finalized")
    assert (entry.actor, entry.summary) == ("owner@northwind.example", "INV-0001")


def test_a_draft_is_discarded(owner: Client, draft: Invoice) -> None:
    discarded = owner.post(address("invoicing_invoice_discard", draft.pk))
    assert said(discarded)[-1] == "The draft over $40.00 is thrown away."
    assert discarded["Location"] == address("accounts_customer_invoices", draft.customer_id)
    assert not Invoice.objects.exists()


def test_paid_in_part_then_whole_and_too_much(owner: Client, issued: Invoice) -> None:
    assert filled(owner, address("invoicing_invoice_mark_paid", issued.pk))["amount"] == "40.00"
    part = do(owner, issued, "mark_paid", amount="15", reference="wire 7")
    assert part == "$15.00 noted. $25.00 is still due."
    assert "$15.00 paid on 2 Oct 2026 by bank transfer: wire 7." in home(owner, issued)
    rest = do(owner, issued, "mark_paid", amount="30", method="cash")
    assert rest == "$30.00 noted. INV-0001 is paid. $5.00 went to the customer's balance."
    assert Receipt.objects.count() == 2


def test_goodwill_by_amount_and_for_all_that_is_left(owner: Client, issued: Invoice) -> None:
    assert do(owner, issued, "credit", how="part", amount="10", reason="sorry") == "CN-0001 gives $10.00 back."
    note = text(owner.get(address("invoicing_creditnote_change", CreditNote.objects.get().pk)))
    assert "sorry" in note and "less is due for that period" not in note
    page = text(owner.get(address("invoicing_invoice_credit", issued.pk)))
    assert "All that is left: $30.00 before tax" in page
    assert do(owner, issued, "credit", how="all", reason="sorry") == "CN-0002 gives $30.00 back."
    assert CreditNote.objects.count() == 2


def test_usage_taken_back_is_said_before_goodwill(owner: Client, world: World, issued: Invoice) -> None:
    credit = address("invoicing_invoice_credit", issued.pk)
    assert "taken back since" not in text(owner.get(credit))
    event, later = worlds.last_event(), {**BY, "now": NOW.replace(hour=5)}
    usage.reverse_event(organization=world.seller, public_id=event.public_id, reason="twice", source="admin", **later)
    page = owner.get(credit)
    assert "taken back since: Call, 1 Sep 2026 – 1 Oct 2026. It is credited with the next invoice" in text(page)
    call = issued.lines.get(description="Call")
    assert address("invoicing_line_events", call.pk) in page.content.decode()
    fields = {name: getattr(field, "cautions", []) for name, field in page.context["form"].fields.items()}
    assert [name for name, cautions in fields.items() if cautions] == [f"line_{call.pk}"]
    builders.close(world.seller, day("2026-11-01"))  # the credit note of the correction is issued
    assert "taken back since" not in text(owner.get(credit))


def test_goodwill_for_single_lines(owner: Client, issued: Invoice) -> None:
    fee, calls = issued.lines.order_by("position")
    page = text(owner.get(address("invoicing_invoice_credit", issued.pk)))
    assert "Basic plan, 1 Sep 2026 – 1 Oct 2026 Of $30.00 that is left, before tax." in page
    sent = {"how": "lines", f"line_{fee.pk}": "4.5", f"line_{calls.pk}": "10", "amount": "999", "reason": "sorry"}
    assert do(owner, issued, "credit", **sent) == "CN-0001 gives $14.50 back."
    credited = CreditNote.objects.get().lines.order_by("position").values_list("line", "amount_minor")
    assert list(credited) == [(fee.pk, 450), (calls.pk, 1000)]
    again = owner.get(address("invoicing_invoice_credit", issued.pk))
    # One line is left: an amount says it.
    assert list(again.context["form"].fields) == ["how", "amount", "reason", "once"]


@pytest.mark.parametrize(
    ("of_fee", "of_calls", "field", "sentence"),
    [
        ("", "", "how", "Write an amount at one line at least."),
        ("30.01", "", "fee", "Only $30.00 is left of this line."),
        ("0", "1", "fee", "The amount must be above zero."),
        ("-1", "1", "fee", "The amount must be above zero."),
        ("1", "1,5", "calls", "Write the number without commas"),
        ("0.001", "", None, "USD has no such small amounts."),
    ],
)
def test_amounts_of_lines_that_are_none_are_said_at_their_field(
    owner: Client, issued: Invoice, of_fee: str, of_calls: str, field: str | None, sentence: str
) -> None:
    lines = dict(zip(("fee", "calls"), issued.lines.order_by("position"), strict=True))
    page = address("invoicing_invoice_credit", issued.pk)
    amounts = {f"line_{lines['fee'].pk}": of_fee, f"line_{lines['calls'].pk}": of_calls}
    response = owner.post(page, {"how": "lines", "reason": "x", **amounts})
    name = f"line_{lines[field].pk}" if field in lines else field or "__all__"
    assert sentence in errors(response)[name][0]
    assert not CreditNote.objects.exists()


def test_voided_and_billed_anew(owner: Client, issued: Invoice) -> None:
    page = address("invoicing_invoice_void", issued.pk)
    voided = owner.post(page, {"how": "anew", "reason": "wrong name"})
    assert said(voided)[-1] == "INV-0001 is void. This draft over $40.00 stands in its place."
    anew = Invoice.objects.get(rebills_id=issued.pk)
    assert voided["Location"] == address("invoicing_invoice_change", anew.pk)
    assert "In place of INV-0001 , which is void." in home(owner, anew)
    told = home(owner, issued)
    assert "void since 2 Oct: nothing is due on it" in told
    assert "A draft stands in its place." in told
    assert buttons(owner, issued) == []


def test_voided_and_waived(owner: Client, issued: Invoice) -> None:
    assert do(owner, issued, "void", how="waive") == "INV-0001 is void, and what it billed is waived."
    assert Invoice.objects.count() == 1


def test_given_up(owner: Client, issued: Invoice) -> None:
    assert do(owner, issued, "give_up", reason="bankrupt") == "INV-0001 is given up. $40.00 stays owed."
    assert "given up 2 Oct with $40.00 unpaid" in home(owner, issued)


def test_a_customer_gets_an_invoice_of_its_own(owner: Client, world: World) -> None:
    tab = owner.get(address("accounts_customer_invoices", world.buyer.pk))
    assert [deed["words"] for deed in tab.context["deeds"]] == ["New invoice"]
    page = address("accounts_customer_new_invoice", world.buyer.pk)
    made = owner.post(page, filled(owner, page, description="Workshop", quantity="2", unit_amount="450"))
    assert said(made)[-1] == "A draft over $900.00: add what is missing, then finalize it."
    draft = Invoice.objects.get()
    assert made["Location"] == address("invoicing_invoice_change", draft.pk)
    assert "Recalculate" not in buttons(owner, draft)


def test_a_balance_is_paid_back(owner: Client, world: World, issued: Invoice) -> None:
    collecting.mark_paid(invoice=issued, amount=Decimal(60), **BY)
    tab = owner.get(address("accounts_customer_invoices", world.buyer.pk))
    assert [deed["words"] for deed in tab.context["deeds"]] == ["New invoice", "Pay back"]
    page = address("accounts_customer_pay_back", world.buyer.pk)
    assert filled(owner, page)["amount"] == "20.00"
    more = owner.post(page, filled(owner, page, amount="21"))
    assert errors(more) == {"amount": ["There are only 20.00 USD to the customer's credit."]}
    assert said(owner.post(page, filled(owner, page, amount="15")))[-1] == "$15.00 paid back to Fabrikam."
    assert Refund.objects.get().amount.text() == "15.00"


@pytest.mark.parametrize(
    ("deed", "sent", "field", "sentence"),
    [
        ("add_line", {"description": "", "unit_amount": "1"}, "description", "Say what it is for."),
        ("add_line", {"description": "x", "unit_amount": "1,5"}, "unit_amount", "Write the number without commas"),
        ("add_line", {"description": "x", "unit_amount": "-1"}, "unit_amount", "The amount must not be below zero"),
        ("add_line", {"description": "x", "quantity": "0", "unit_amount": "1"}, "quantity", "The quantity must be"),
        ("add_line", {"description": "x", "unit_amount": "9" * 15, "quantity": "9999"}, "unit_amount", "No invoice"),
        ("discount", {"how": "percent", "number": "101", "reason": "x"}, "number", "The percentage must be"),
        ("discount", {"how": "percent", "number": "", "reason": "x"}, "number", "Say how much."),
        ("discount", {"how": "amount", "number": "5", "reason": " "}, "reason", "Say why"),
        ("terms", {"days": "400"}, "days", "365"),
    ],
)
def test_what_a_draft_refuses(
    owner: Client, draft: Invoice, deed: str, sent: dict[str, str], field: str, sentence: str
) -> None:
    page = address(f"invoicing_invoice_{deed}", draft.pk)
    response = owner.post(page, filled(owner, page, **sent))
    assert response.status_code == 200
    assert sentence in errors(response)[field][0]


@pytest.mark.parametrize(
    ("deed", "sent", "field", "sentence"),
    [
        ("mark_paid", {"amount": "0"}, "amount", "The amount must be above zero."),
        ("mark_paid", {"amount": "0.001"}, "amount", "USD has no such small amounts."),
        ("mark_paid", {"received_on": "2026-10-03"}, "received_on", "This day lies ahead."),
        ("credit", {"how": "part", "amount": "41", "reason": "x"}, "amount", "Only 40.00 USD before tax are left."),
        ("credit", {"how": "part", "reason": "x"}, "amount", "Say how much."),
        ("credit", {"how": "all", "reason": ""}, "reason", "Say why."),
        ("void", {"how": ""}, "how", "Choose what becomes of what it billed."),
    ],
)
def test_what_an_open_invoice_refuses(
    owner: Client, issued: Invoice, deed: str, sent: dict[str, str], field: str, sentence: str
) -> None:
    page = address(f"invoicing_invoice_{deed}", issued.pk)
    response = owner.post(page, filled(owner, page, **sent))
    assert response.status_code == 200
    assert sentence in errors(response)[field][0]


def test_what_no_longer_holds_is_refused_in_words(owner: Client, issued: Invoice) -> None:
    for deed in ("finalize", "recalculate", "discard"):
        assert "finalized" in text(owner.post(address(f"invoicing_invoice_{deed}", issued.pk))), deed
    rebilling.void(invoice=issued, rebill=False, **BY)
    assert "INV-0001 is void" in text(owner.post(address("invoicing_invoice_give_up", issued.pk)))


def test_a_draft_without_lines_is_not_finalized(owner: Client, world: World) -> None:
    draft = drafts.create(customer=world.buyer, **BY)
    response = owner.post(address("invoicing_invoice_finalize", draft.pk))
    assert "This draft has no lines: add one first." in text(response)


@pytest.mark.parametrize("role", ["viewer", "developer"])
def test_who_may_only_look(sign_in: SignIn, draft: Invoice, role: str) -> None:
    client = sign_in(role)
    assert buttons(client, draft) == []
    line = drafts.add_line(invoice=draft, description="x", quantity=Decimal(1), unit_amount=Decimal(1), **BY)
    pages = [address(f"invoicing_invoice_{deed}", draft.pk) for deed in DEEDS]
    pages += [address(f"invoicing_line_{deed}", line.pk) for deed in ("change", "remove")]
    pages += [address(f"accounts_customer_{deed}", draft.customer_id) for deed in ("new_invoice", "pay_back")]
    for page in pages:
        assert (client.get(page).status_code, client.post(page).status_code) == (403, 403), page


def test_a_discounted_draft_shows_how_its_sums_come_about(owner: Client, draft: Invoice) -> None:
    drafts.discount(invoice=draft, percent=Decimal("12.5"), reason="A slow week", **BY)
    drafts.set_terms(invoice=draft, notes="Thank you.\nCome again.", **BY)
    page = home(owner, draft)
    assert "Discount 12.5%: A slow week -$5.00 Subtotal $35.00" in page
    assert "Thank you. Come again." in page


def test_the_list_is_asked_by_customer_and_month_and_added_up(
    owner: Client, office: Organization, issued: Invoice
) -> None:
    listed = address("invoicing_invoice_changelist")
    other = drafts.create(customer=builders.customer(office, "Contoso"), currency="EUR", **BY)
    drafts.add_line(invoice=other, description="x", quantity=Decimal(1), unit_amount=Decimal(7), **BY)
    everything = text(owner.get(listed))
    assert "1 draft: €7.00 1 invoice: $40.00, $40.00 of it to be paid" in everything
    own = text(owner.get(f"{listed}?customer={issued.customer.public_id}"))
    assert "$40.00 of it" in own and "€7.00" not in own
    assert "INV-0001" in text(owner.get(f"{listed}?month=2026-10"))
    for asked in ("month=2026-09", "status=void", "customer=cus_x"):
        assert "INV-0001" not in text(owner.get(f"{listed}?{asked}")), asked
    assert "INV-0001" in text(owner.get(f"{listed}?month=soon"))


def test_what_is_void_is_added_up_apart(owner: Client, issued: Invoice) -> None:
    rebilling.void(invoice=issued, rebill=True, **BY)
    assert "1 draft: $40.00; 1 void: $40.00" in text(owner.get(address("invoicing_invoice_changelist")))


def test_drafts_are_finalized_in_one_go_each_for_itself(
    owner: Client, sign_in: SignIn, world: World, draft: Invoice
) -> None:
    listed, empty = address("invoicing_invoice_changelist"), drafts.create(customer=world.buyer, **BY)
    sent = {"action": "finalize_drafts", "_selected_action": [draft.pk, empty.pk]}
    question = text(owner.post(listed, sent))
    assert "cannot be undone" in question and "$40.00" in question
    assert not Invoice.objects.filter(number__isnull=False).exists()
    sign_in("viewer").post(listed, {**sent, "confirmed": "yes"})
    assert not Invoice.objects.filter(number__isnull=False).exists()
    told = said(owner.post(listed, {**sent, "confirmed": "yes"}))
    assert told == [
        "Fabrikam, $0.00: This draft has no lines: add one first.",
        "1 draft is final. The PDFs are made and mailed next.",
    ]
    assert Invoice.objects.get(number="INV-0001").pk == draft.pk
