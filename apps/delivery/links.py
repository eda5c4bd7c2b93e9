"""The link to an invoice: a signature as its token, the same in every mail, found again by its digest alone."""

import base64
from hashlib import sha256

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from apps.delivery.models import InvoiceLink
from apps.invoicing.models import Invoice
from apps.tenancy import scope

PURPOSE = "apps.delivery.links"
LONGEST_TOKEN = 100


def token_of(invoice: Invoice) -> str:
    """Sign an invoice's id: nobody without the key can make the token, and mails need not keep it."""
    signature = salted_hmac(PURPOSE, invoice.public_id, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return sha256(token.encode()).hexdigest()


def address_of(invoice: Invoice) -> str:
    """Return where an invoice is seen by whoever has its link."""
    return f"{settings.BASE_URL}{reverse('portal:invoice', args=[token_of(invoice)])}"


def invoice_behind(token: str) -> Invoice | None:
    """Return the invoice of a token that was given out, with its organization; links made with an older key go on."""
    if len(token) > LONGEST_TOKEN:
        return None
    with scope.everywhere():
        link = InvoiceLink.objects.select_related("invoice__organization").filter(digest=digest_of(token)).first()
    return link.invoice if link else None
