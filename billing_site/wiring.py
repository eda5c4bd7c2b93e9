"""Who acts on which message: every side effect of the product, on one page."""

from apps.delivery import handlers as delivery
from apps.outbox.wiring import Wiring
from apps.usage import handlers as usage

HANDLERS: Wiring = {
    "invoice.finalized": {"delivery.store_document": delivery.store_document},
    "credit_note.issued": {"delivery.store_credit_note": delivery.store_credit_note},
    "credit_note_document.stored": {"delivery.mail_credit_note": delivery.mail_credit_note},
    "credit_note.resend_requested": {"delivery.mail_credit_note_again": delivery.mail_credit_note_again},
    "document.stored": {"delivery.mail_invoice": delivery.mail_invoice},
    "invoice.paid": {"delivery.mail_receipt": delivery.mail_receipt},
    "invoice.reminder_due": {"delivery.mail_reminder": delivery.mail_reminder},
    "invoice.resend_requested": {"delivery.mail_again": delivery.mail_again},
    "usage.alert_reached": {"delivery.mail_alert": delivery.mail_alert},
    "usage.limit_reached": {"delivery.mail_limit": delivery.mail_limit},
    "usage.pull_due": {"usage.ask_usage_system": usage.ask_usage_system},
    "usage.recorded": {"usage.look_for_alerts": usage.look_for_alerts},
}
