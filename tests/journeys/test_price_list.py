"""Every case of the price list, to the cent, by the very demonstration that a newcomer runs."""

from datetime import UTC, datetime

from apps.backoffice import demonstration
from apps.invoicing.models import Invoice
from apps.tenancy import queries as tenancy
from apps.tenancy import scope

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_demonstration_bills_every_case_to_the_cent(db: None) -> None:
    list(demonstration.perform(now=NOW))
    (organization,) = tenancy.organizations()
    with scope.of(organization):
        invoices = Invoice.objects.select_related("customer").order_by("pk")
        totals = [(invoice.customer.name, f"{invoice.issued_on:%b}", invoice.total.text()) for invoice in invoices]
        numbers = [invoice.number for invoice in invoices]
        statuses = {invoice.total.text(): invoice.status for invoice in invoices}
    assert sorted(totals) == sorted(
        [
            ("Fabrikam Ltd", "Oct", "140.00"),
            ("Fabrikam Ltd", "Nov", "380.00"),
            ("Contoso Maps", "Oct", "10.00"),
            ("Contoso Maps", "Nov", "25.50"),
            ("Adatum Retail", "Nov", "120.00"),
            ("Litware Labs", "Oct", "100.00"),
            ("Litware Labs", "Nov", "120.00"),
            ("Tailspin Telephony", "Nov", "28.05"),
            ("Woodgrove Storage", "Nov", "0.00"),
        ]
    )
    assert numbers == [f"INV-{place:04d}" for place in range(1, 10)]
    assert statuses["0.00"] == Invoice.Status.PAID
    assert statuses["380.00"] == Invoice.Status.OPEN
