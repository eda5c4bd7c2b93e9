"""Documents satisfy the rules of EN 16931 on sums, and `verify` finds those that do not.

BR-CO-10: the sum of line nets is the sum of the lines. BR-CO-13: that, less discounts, is the total without tax.
BR-CO-14: the tax is the sum over its groups. BR-CO-15: the total is both. BR-CO-17: a group's tax is its base times its
rate, rounded; taken out of gross amounts, or where the rest of what was charged is given back, it may be one minor unit
beside that. BR-S-8 and its like: a group's base is the sum of the nets of its lines, and there is one for each
category code and rate.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.invoicing import collecting, drafting, taxing, verifying
from apps.invoicing.models import CreditLine, CreditNote, Invoice, Line
from apps.rating.exact import half_away
from apps.rating.taxing import CODES, Treatment
from apps.rating.totals import TaxableLine, totals
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER

RATES = st.sampled_from(["0.05", "0.07", "0.19", "0.2", "0.0825", "0.21", "1"]).map(Decimal)
TAXED = st.tuples(RATES, st.just(Treatment.TAXED))
UNTAXED = st.tuples(st.just(Decimal(0)), st.sampled_from([each for each in Treatment if each != Treatment.TAXED]))
LINES = st.lists(st.tuples(st.integers(0, 10**9), st.one_of(TAXED, UNTAXED)), min_size=1, max_size=8)
DISCOUNT: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.integers(1, 10**9).map(lambda minor: {"discount_fixed_minor": minor}),
    st.integers(1, 100).map(lambda percent: {"discount_percent": Decimal(percent)}),
)


def line(number: int, amount_minor: int, tax: tuple[Decimal, Treatment]) -> Line:
    return Line(position=number, amount_minor=amount_minor, tax_rate=tax[0], tax_treatment=tax[1].value, tax_name="VAT")


def check(sums: dict[str, Any], lines: list[Any], *, inclusive: bool, leeway: int = 0) -> None:
    """Hold the sums of a document and its lines against the rules; `leeway` is how far a group's tax may be off."""
    amounts = [each.amount_minor - each.discount_minor for each in lines]
    keys = [(CODES[each.tax_treatment], each.tax_rate) for each in lines]
    taxable = [TaxableLine(amount, code, rate) for amount, (code, rate) in zip(amounts, keys, strict=True)]
    nets = totals(taxable, inclusive=inclusive).net_minor
    groups = sums["tax_groups"]
    assert sum(nets) == sums["subtotal_minor"]  # BR-CO-10, BR-CO-13
    if not inclusive:
        whole = sum(each.amount_minor for each in lines)
        assert whole - sum(each.discount_minor for each in lines) == sums["subtotal_minor"]
    assert sum(group["tax_minor"] for group in groups) == sums["tax_minor"]  # BR-CO-14
    assert sums["subtotal_minor"] + sums["tax_minor"] == sums["total_minor"]  # BR-CO-15
    if inclusive:
        assert sums["total_minor"] == sum(amounts)
    assert len({(group["code"], group["rate"]) for group in groups}) == len(groups)  # BR-S-8, BR-E-8, BR-AE-8 …
    for group in groups:
        own = [net for net, key in zip(nets, keys, strict=True) if key == (group["code"], Decimal(group["rate"]))]
        assert sum(own) == group["base_minor"]
        due = half_away(group["base_minor"] * Fraction(Decimal(group["rate"])))
        # Taken out of a gross amount, tax may be one minor unit beside what its base would come to: the gross stays.
        assert abs(due - group["tax_minor"]) <= (1 if inclusive else leeway)  # BR-CO-17
        assert (group["code"] == "S") == (Decimal(group["rate"]) > 0)  # BR-S-5, BR-Z-5, BR-E-5, BR-AE-5


@given(rows=LINES, discount=DISCOUNT, inclusive=st.booleans())
def test_invoices(rows: list[Any], discount: dict[str, Any], inclusive: bool) -> None:
    lines = [line(number, *row) for number, row in enumerate(rows, start=1)]
    invoice = Invoice(currency="EUR", tax_inclusive=inclusive, **discount)
    drafting.total_up(invoice, lines)
    names = ("subtotal_minor", "tax_minor", "total_minor", "tax_groups")
    check({name: getattr(invoice, name) for name in names}, lines, inclusive=inclusive)
    assert sum(each.discount_minor for each in lines) == invoice.discount_minor
    assert all(0 <= each.discount_minor <= each.amount_minor for each in lines)


@given(rows=LINES, cuts=st.lists(st.fractions(0, 1), max_size=6), inclusive=st.booleans())
def test_credit_notes(rows: list[Any], cuts: list[Fraction], inclusive: bool) -> None:
    """However an invoice is credited, it never gives back more than was charged, and in the end just that."""
    lines = [line(number, *row) for number, row in enumerate(rows, start=1)]
    charged = taxing.sums_of(lines, inclusive=inclusive)
    left, total = [each.amount_minor for each in lines], 0
    earlier: list[dict[str, Any]] = []
    for cut in (*cuts, Fraction(1)):
        given_back = [int(amount * cut) for amount in left]
        left = [amount - part for amount, part in zip(left, given_back, strict=True)]
        credited = [_credit(each, part) for each, part in zip(lines, given_back, strict=True)]
        sums = taxing.credited_sums_of(credited, inclusive=inclusive, earlier=earlier)
        check(sums, credited, inclusive=inclusive, leeway=1)
        earlier += sums["tax_groups"]
        total += sums["total_minor"]
        assert total <= charged["total_minor"]
    assert total == charged["total_minor"]
    if not inclusive:
        assert sum(group["tax_minor"] for group in earlier) == charged["tax_minor"]


def test_credits_from_before_there_were_taxes_are_counted_as_untaxed() -> None:
    before = CreditNote(tax_groups=[{"category": "standard", "rate": "0", "base_minor": 500, "tax_minor": 0}])
    credited = _credit(line(1, 500, (Decimal(0), Treatment.UNTAXED)), 500)
    sums = taxing.credited_sums_of([credited], inclusive=False, earlier=taxing.groups_of(before))
    assert (sums["subtotal_minor"], sums["tax_minor"], sums["total_minor"]) == (500, 0, 500)


def _credit(of: Line, amount_minor: int) -> CreditLine:
    return CreditLine(
        amount_minor=amount_minor, tax_rate=of.tax_rate, tax_treatment=of.tax_treatment, tax_name=of.tax_name
    )


@pytest.mark.parametrize("inclusive", [False, True])
def test_verify_finds_a_document_that_does_not_add_up(seller: Organization, inclusive: bool) -> None:
    seller.prices_include_tax = inclusive
    seller.save()
    builders.tax_rate(seller, "0.19")
    offer, buyer = builders.usage_offer(seller), builders.customer(seller)
    builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "4", at=SEPTEMBER)
    (invoice,) = builders.close(seller, OCTOBER)
    collecting.give_credit(invoice=invoice, amount=Decimal(100), reason="sorry", now=OCTOBER, actor="somebody")
    assert list(verifying.documents_off_lines()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Line.objects.update(tax_rate=Decimal("0.2"))
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    (found,) = verifying.documents_off_lines()
    assert found.startswith("INV-0001 says ")
