"""Who acts on which message: every side effect of the product, on one page."""

from apps.outbox.wiring import Wiring

HANDLERS: Wiring = {}
