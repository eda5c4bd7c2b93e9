"""All that may be done to an invoice, to one of its lines, and to a customer's balance, in the order of its buttons."""

from typing import Any

from apps.backoffice.documents.base import Deed
from apps.backoffice.documents.crediting import Credit
from apps.backoffice.documents.customers import NewInvoice, PayBack
from apps.backoffice.documents.drafting import Discard, Finalize, Recalculate
from apps.backoffice.documents.lines import AddLine, ChangeLine, RemoveLine
from apps.backoffice.documents.settling import GiveUp, MarkPaid, Void
from apps.backoffice.documents.terms import Discount, Terms

OF_INVOICE: tuple[Deed[Any], ...] = (
    Finalize(),
    AddLine(),
    Discount(),
    Terms(),
    Recalculate(),
    Discard(),
    MarkPaid(),
    Credit(),
    Void(),
    GiveUp(),
)
OF_LINE: tuple[Deed[Any], ...] = (ChangeLine(), RemoveLine())
OF_CUSTOMER: tuple[Deed[Any], ...] = (NewInvoice(), PayBack())
