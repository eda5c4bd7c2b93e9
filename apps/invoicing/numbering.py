"""Gapless numbers: a locked counter row, taken as the last step of finalizing (DESIGN rule 12)."""

from django.db import connection

from apps.tenancy.models import Organization

INVOICES = "invoice"
CREDIT_NOTES = "credit_note"


def take_number(*, organization: Organization, series: str = INVOICES) -> tuple[int, str]:
    """Take the next number of a series: its place, and its text with the series' prefix and digits.

    Who needs both takes the credit note's first.
    The counter stays locked until the caller's transaction ends, so a rollback leaves no gap.
    """
    (taken,) = take_numbers(organization=organization, count=1, series=series)
    return taken


def take_numbers(*, organization: Organization, count: int, series: str = INVOICES) -> list[tuple[int, str]]:
    """Take the next so many numbers of a series, one or more, in one update of its counter."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO invoicing_numberseries AS counter (organization_id, series, last) VALUES (%s, %s, %s)
            ON CONFLICT (organization_id, series) DO UPDATE SET last = counter.last + EXCLUDED.last
            RETURNING last
            """,
            [organization.pk, series, count],
        )
        (last,) = cursor.fetchone()
    prefix = organization.invoice_prefix if series == INVOICES else organization.credit_note_prefix
    places = range(last - count + 1, last + 1)
    return [(place, f"{prefix}{place:0{organization.invoice_digits}d}") for place in places]
