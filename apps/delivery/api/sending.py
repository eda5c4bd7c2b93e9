"""Invoices and credit notes mailed again by programs."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.validators import RegexValidator
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import KEY_HEADER, ScopedView, id_parameter, key_of, organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, problems
from apps.core.fields import StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.retrying import retried
from apps.delivery import operations
from apps.invoicing import queries as invoicing
from apps.invoicing.models import CreditNote, Invoice

MOST_RECIPIENTS = 10
UNSENDABLE = "The text contains a letter that cannot be sent."

_Post = TypeVar("_Post", bound=Callable[..., Response])


class Sending(StrictSerializer):
    """To whom a document is mailed again, and with what words."""

    recipients = serializers.ListField(
        child=Text(max_length=operations.LONGEST_ADDRESS, validators=[operations.EMAIL]),
        required=False,
        min_length=1,
        max_length=MOST_RECIPIENTS,
        help_text="The customer's address and those of its copies, as they are now, unless given.",
    )
    message = Text(
        required=False,
        allow_blank=True,
        max_length=operations.LONGEST_TEXT,
        validators=[RegexValidator(operations.UNSENDABLE, UNSENDABLE, "text_unprintable", inverse_match=True)],
        help_text="Stands above the usual text of the mail.",
    )


class Sent(serializers.Serializer[Any]):
    """A mail that is on its way."""

    number = serializers.CharField()
    recipients = serializers.ListField(child=serializers.CharField())


class SentSerializer(Sent):
    """The mail of an invoice that is on its way."""

    invoice = serializers.CharField()


class SentCreditNote(Sent):
    """The mail of a credit note that is on its way."""

    credit_note = serializers.CharField()


def described(
    operation_id: str, summary: str, description: str, example: str, sent: type[Sent]
) -> Callable[[_Post], _Post]:
    """Describe a place where a document is mailed again for OpenAPI."""
    documented: Callable[[_Post], _Post] = extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        tags=["invoices"],
        parameters=[id_parameter(example), KEY_HEADER],
        request={"application/json": Sending},
        responses={
            202: OpenApiResponse(sent, description="On its way."),
            200: OpenApiResponse(sent, description="Sent before, under the same key: not sent again."),
            **problems.responses(404, 409, *BODY_REFUSALS),
        },
        examples=[
            OpenApiExample(
                "To the books",
                request_only=True,
                value={"recipients": ["books@fabrikam.example"], "message": "As you asked on the phone."},
            )
        ],
    )
    return documented


class DocumentSend(ScopedView):
    """A place where a document is mailed again."""

    actions = {"POST": Action.MANAGE_INVOICES}
    parser_classes = [JSONBody]

    def send(self, request: Request, document: Invoice | CreditNote, *, name: str, form: type[Sent]) -> Response:
        """Mail a document again as the body says; `name` is its own in the answer, whose form is given."""
        sent = self.sent(request, Sending)
        customer = document.customer
        recipients = sent.get("recipients") or [customer.email, *customer.cc_emails]
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id

        def answer() -> dict[str, Any]:
            messages = operations.resend_to_each(
                document=document, recipients=recipients, message_text=sent.get("message", ""), actor=actor, now=now
            )
            told = [message.payload["recipient"] for message in messages]
            return dict(shown(form, {name: document.public_id, "number": str(document), "recipients": told}))

        return retried(lambda: self.made_once(request, answer, status=202))


class InvoiceSend(DocumentSend):
    """The place where an invoice is mailed again."""

    @described(
        "send_invoice",
        "Mail an invoice again",
        "Finalizing mails an invoice by itself; this sends the same stored paper once more, to each recipient on its "
        "own, once it is rendered. It is noted in the invoice's history. 409 `not_finalized` for a draft.",
        "inv_…",
        SentSerializer,
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice = self.one(invoicing.invoices().select_related("organization"), public_id, request)
        return self.send(request, invoice, name="invoice", form=SentSerializer)


class CreditNoteSend(DocumentSend):
    """The place where a credit note is mailed again."""

    @described(
        "send_credit_note",
        "Mail a credit note again",
        "Issuing mails a credit note by itself; this sends the same stored paper once more, to each recipient on its "
        "own, once it is rendered. It is noted in the credit note's history.",
        "crn_…",
        SentCreditNote,
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        note = self.one(invoicing.credit_notes().select_related("organization"), public_id, request)
        return self.send(request, note, name="credit_note", form=SentCreditNote)
