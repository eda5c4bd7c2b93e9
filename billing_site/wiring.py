"""Who acts on which message: every side effect of the product, on one page."""

from apps.delivery import handlers as delivery
from apps.outbox.wiring import Wiring

HANDLERS: Wiring = {
    "invoice.finalized": {"delivery.store_document": delivery.store_document},
    "credit_note.issued": {"delivery.store_credit_note": delivery.store_credit_note},
    "document.stored": {"delivery.mail_invoice": delivery.mail_invoice},
    "invoice.resend_requested": {"delivery.mail_again": delivery.mail_again},
}
