"""Drafts for programs: begin one, write on it, rate it again, finalize it or throw it away."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import queries as accounts
from apps.accounts.models import Customer
from apps.accounts.permissions import Action
from apps.accounts.scoped_api import KEY_HEADER, ScopedView, id_parameter, key_of, next_url, organization_of, shown
from apps.catalog.api.described import BODY_REFUSALS
from apps.core import clock, pagination, problems
from apps.core.fields import PUBLIC_ID, CurrencyCode, Flag, NumberIn, StrictSerializer, Text, WholeNumber
from apps.core.json_body import JSONBody
from apps.core.refusals import NotFound, Refusal
from apps.core.retrying import retried
from apps.invoicing import drafts, issuing, queries, rebilling
from apps.invoicing.api.invoices import InvoicePage, InvoiceQuery, WholeInvoice, said_for
from apps.invoicing.drafts import ByHand
from apps.invoicing.models import Invoice, Line

MOST_LINES = 500
_Post = TypeVar("_Post", bound=Callable[..., Response])


class NewLine(StrictSerializer):
    """A line by hand."""

    description = Text(max_length=300)
    quantity = NumberIn(required=False, help_text="1 unless given.")
    unit_amount = NumberIn(help_text="Before tax, in the invoice's currency; the line is rounded once.")
    tax_category = Text(required=False, max_length=30, help_text="`standard` unless given.")


class NewInvoice(StrictSerializer):
    """An invoice that is about no subscription."""

    customer = Text(max_length=200, help_text="The customer's id, or your own key of it.")
    currency = CurrencyCode(required=False, help_text="The customer's unless given.")
    notes = Text(required=False, allow_blank=True, max_length=1000, help_text="Printed below the lines.")
    payment_terms_days = WholeNumber(required=False, min_value=0, max_value=365)
    lines = serializers.ListField(child=NewLine(), min_length=1, max_length=MOST_LINES)
    finalize = Flag(default=False, help_text="true: it is numbered, frozen and sent at once.")


class LineChanges(StrictSerializer):
    """What may change of a line by hand."""

    description = Text(required=False, max_length=300)
    quantity = NumberIn(required=False)
    unit_amount = NumberIn(required=False)


class Discount(StrictSerializer):
    """A discount on the whole draft. Neither percent nor amount takes it off."""

    percent = NumberIn(required=False, help_text="Above 0, at most 100.")
    amount = NumberIn(required=False, help_text="Before tax; never more is taken than there is.")
    reason = Text(required=False, max_length=200, help_text="Printed on the invoice.")


class Terms(StrictSerializer):
    """When a draft will be due, and what is printed below its lines."""

    days = WholeNumber(required=False, min_value=0, max_value=365, help_text="After the day on which it is issued.")
    notes = Text(required=False, allow_blank=True, max_length=1000)


class Voiding(StrictSerializer):
    """What becomes of what a voided invoice billed."""

    rebill = Flag(
        help_text="true: it is taken back and drafted anew at once. false: it is waived, and counts as billed."
    )
    reason = Text(required=False, allow_blank=True, max_length=300)


def described(
    name: str, summary: str, description: str, form: type[StrictSerializer] | None = None, *, line: bool = False
) -> Callable[[_Post], _Post]:
    """Describe something that is done to an invoice for OpenAPI."""
    of_line = OpenApiParameter("line", OpenApiTypes.STR, OpenApiParameter.PATH, description="Such as lin_….")
    documented: Callable[[_Post], _Post] = extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        tags=["invoices"],
        parameters=[id_parameter("inv_…"), *([of_line] if line else []), KEY_HEADER],
        request={"application/json": form} if form is not None else None,
        responses={200: WholeInvoice, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    return documented


class Discarded(serializers.Serializer[Any]):
    """A draft that is gone."""

    id = serializers.CharField()
    discarded = serializers.BooleanField()


class InvoiceView(ScopedView):
    """Where an invoice is found, and how it is shown."""

    actions = {"POST": Action.MANAGE_INVOICES}
    parser_classes = [JSONBody]

    def found(self, public_id: str, request: Request) -> Invoice:
        """Return the invoice of an id; raise NotFound."""
        return self.one(queries.invoices(), public_id, request)

    def whole(self, invoice: Invoice, request: Request) -> dict[str, Any]:
        """Return all that is told of one invoice, as it stands."""
        fresh = self.one(queries.invoices(), invoice.public_id, request)
        return dict(shown(WholeInvoice, fresh, **said_for(organization_of(request))))

    def done(self, request: Request, do: Callable[..., Invoice], *, status: int = 200, **asked: Any) -> Response:
        """Do something to an invoice and answer with it; what lost a race is done again as a whole."""
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id

        def answer() -> dict[str, Any]:
            return self.whole(do(**asked, now=now, actor=actor), request)

        return retried(lambda: self.made_once(request, answer, status=status))


class Invoices(InvoiceView):
    """All invoices, and the place for those that are about no subscription."""

    actions = {"GET": Action.READ, "POST": Action.MANAGE_INVOICES}
    query_class = InvoiceQuery

    @extend_schema(
        operation_id="list_invoices",
        summary="List invoices",
        tags=["invoices"],
        parameters=[InvoiceQuery],
        responses={200: InvoicePage, **problems.responses(400)},
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        page = pagination.page(self.own(queries.invoices(**asked), request), limit=limit, cursor=cursor)
        answer = {"next": next_url(request, page.next_cursor), "results": page.rows}
        return Response(shown(InvoicePage, answer, **said_for(organization_of(request))))

    @extend_schema(
        operation_id="create_invoice",
        summary="Create an invoice that is about no subscription",
        description="A draft, unless `finalize` is said: then it is numbered, frozen and sent at once.",
        tags=["invoices"],
        parameters=[KEY_HEADER],
        request={"application/json": NewInvoice},
        responses={
            201: WholeInvoice,
            200: OpenApiResponse(WholeInvoice, description="Created before, under the same key: as it was then."),
            **problems.responses(409, *BODY_REFUSALS),
        },
        examples=[
            OpenApiExample(
                "A workshop",
                request_only=True,
                value={
                    "customer": "crm-1042",
                    "lines": [{"description": "Workshop", "quantity": "2", "unit_amount": "450"}],
                    "finalize": True,
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        self.asked(request)
        sent = self.sent(request, NewInvoice)
        asked = {
            "customer": self._customer(sent["customer"], request),
            "lines": [ByHand(**line) for line in sent["lines"]],
            "currency": sent.get("currency"),
            "notes": sent.get("notes", ""),
            "days": sent.get("payment_terms_days"),
        }
        return self.done(request, _issued if sent["finalize"] else drafts.create_whole, status=201, **asked)

    def _customer(self, named: str, request: Request) -> Customer:
        customer = self.own(accounts.customers_named(reference=named), request).first()
        if customer is None:
            raise Refusal("unknown_customer", "There is no such customer.", field="customer")
        return customer


class InvoiceLines(InvoiceView):
    """The place for new lines of a draft."""

    @described("add_line", "Add a line to a draft", "409 `not_a_draft` once it is finalized.", NewLine)
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice = self.found(public_id, request)
        line = ByHand(**self.sent(request, NewLine))

        def add(*, now: datetime, actor: str) -> Invoice:
            return drafts.add_line(invoice=invoice, now=now, actor=actor, **asdict(line)).invoice

        return self.done(request, add)


class LineVerb(InvoiceView):
    """Something that is done to one line of a draft."""

    def line(self, public_id: str, line: str, request: Request) -> Line:
        """Return a line of an invoice by their ids; raise NotFound."""
        lines = self.found(public_id, request).lines.select_related("invoice")
        found = lines.filter(public_id=line).first() if PUBLIC_ID.fullmatch(line) else None
        if found is None:
            raise NotFound("not_found", "There is no such line on this invoice.")
        return found


class LineChange(LineVerb):
    """Another text, quantity or amount for a line by hand."""

    @described("change_line", "Change a line by hand", "What is left out stays.", LineChanges, line=True)
    def post(self, request: Request, public_id: str, line: str) -> Response:
        self.asked(request)
        found, changes = self.line(public_id, line, request), self.sent(request, LineChanges)

        def change(*, now: datetime, actor: str) -> Invoice:
            return drafts.change_line(line=found, now=now, actor=actor, **changes).invoice

        return self.done(request, change)


class LineRemoval(LineVerb):
    """The end of a line by hand."""

    @described("remove_line", "Remove a line by hand", "What was measured stays.", line=True)
    def post(self, request: Request, public_id: str, line: str) -> Response:
        self.asked(request)
        found = self.line(public_id, line, request)
        self.sent(request)
        return self.done(request, drafts.remove_line, line=found)


class InvoiceDiscount(InvoiceView):
    """A discount on a draft."""

    @described("discount_invoice", "Give a discount on a draft", "It is spread over the lines before tax.", Discount)
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        return self.done(
            request, drafts.discount, invoice=self.found(public_id, request), **self.sent(request, Discount)
        )


class InvoiceTerms(InvoiceView):
    """Terms and notes of a draft."""

    @described("set_terms", "Say when a draft will be due, and add notes", "What is left out stays.", Terms)
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        return self.done(request, drafts.set_terms, invoice=self.found(public_id, request), **self.sent(request, Terms))


class Recalculation(InvoiceView):
    """A draft that is rated again."""

    @described(
        "recalculate_invoice",
        "Rate a draft again",
        "Its periods are rated with all usage so far. Lines by hand and the discount stay, and what another document "
        "charged further since.",
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice = self.found(public_id, request)
        self.sent(request)
        return self.done(request, rebilling.recalculate, invoice=invoice)


class Finalization(InvoiceView):
    """A draft that is numbered and frozen."""

    @described("finalize_invoice", "Finalize a draft", "It takes its number, never changes again, and is sent.")
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice = self.found(public_id, request)
        self.sent(request)

        def finalize(*, now: datetime, actor: str) -> Invoice:
            return issuing.issue(invoice=invoice, now=now)

        return self.done(request, finalize)


class Discarding(InvoiceView):
    """A draft that is thrown away."""

    @extend_schema(
        operation_id="discard_invoice",
        summary="Throw a draft away",
        description="What it billed is due again, with the subscription's next invoice. 409 `billed_since` where "
        "another document charged its periods further.",
        tags=["invoices"],
        parameters=[id_parameter("inv_…")],
        request=None,
        responses={200: Discarded, **problems.responses(404, 409, *BODY_REFUSALS)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice = self.found(public_id, request)
        self.sent(request)
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id
        retried(lambda: drafts.discard(invoice=invoice, now=now, actor=actor))
        return Response({"id": public_id, "discarded": True})


class InvoiceVoid(InvoiceView):
    """An invoice that is taken out of force."""

    @described(
        "void_invoice",
        "Void an open invoice",
        "It keeps its number. 409 `partly_settled` where anything was paid or credited on it. With `rebill` the answer "
        "is the draft in its place, else the voided invoice.",
        Voiding,
    )
    def post(self, request: Request, public_id: str) -> Response:
        self.asked(request)
        invoice, sent = self.found(public_id, request), self.sent(request, Voiding)

        def void(*, now: datetime, actor: str) -> Invoice:
            return rebilling.void(invoice=invoice, now=now, actor=actor, **sent) or invoice

        return self.done(request, void)


def _issued(*, now: datetime, actor: str, **asked: Any) -> Invoice:
    return issuing.issue(invoice=drafts.create_whole(now=now, actor=actor, **asked), now=now)
