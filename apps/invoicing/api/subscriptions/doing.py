"""What all verbs of a subscription's life have alike: how they are asked for, foreseen and answered."""

from collections.abc import Callable, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.permissions import Action
from apps.accounts.scoped_api import ScopedView, key_of, organization_of, shown
from apps.catalog import queries as catalog
from apps.catalog.api import references
from apps.catalog.models import AddOn, Plan
from apps.core import clock
from apps.core.fields import Flag, InstantOut, StrictSerializer, Text
from apps.core.json_body import JSONBody
from apps.core.retrying import retried
from apps.invoicing.api.credit_notes import CreditLineSerializer, CreditNoteSummary
from apps.invoicing.api.invoices import InvoiceSummary, LineSerializer, said_for
from apps.invoicing.lifecycle.holding import Changed, foreseen
from apps.invoicing.models import CreditLine, CreditNote, Invoice, Line
from apps.subscriptions import queries as timelines
from apps.subscriptions.api.shown import SubscriptionSerializer, subscriptions_shown
from apps.subscriptions.models import Subscription
from apps.tenancy.models import Organization

MOST_ADD_ONS = 100
PREVIEW_HELP = "true: answers what would come of it now, by the same code, and does nothing."
REASON_HELP = "Kept in the history, for people."


class InvoiceOfChange(InvoiceSummary):
    """An invoice that was made at once, with its lines."""

    lines = LineSerializer(many=True)


class CreditOfChange(CreditNoteSummary):
    """A credit note that was issued at once, with its lines."""

    lines = CreditLineSerializer(many=True)


class ChangeSerializer(serializers.Serializer[Any]):
    """What came of it, or in a preview, what would."""

    preview = serializers.BooleanField(help_text="true: nothing was done.")
    takes_effect_at = InstantOut()
    subscription = SubscriptionSerializer()
    invoice = InvoiceOfChange(allow_null=True, help_text="What was charged at once; null where nothing was.")
    credit_notes = CreditOfChange(many=True, help_text="What was given back at once.")


class Asked(StrictSerializer):
    """What every verb may be asked with."""

    reason = Text(required=False, allow_blank=True, max_length=300, help_text=REASON_HELP)
    preview = Flag(default=False, help_text=PREVIEW_HELP)


class Verb(ScopedView):
    """Something that is done to a subscription."""

    actions = {"POST": Action.MANAGE_CUSTOMERS}
    parser_classes = [JSONBody]

    def found(self, public_id: str, request: Request) -> Subscription:
        """Return the subscription of an id; raise NotFound."""
        return self.one(timelines.subscriptions(), public_id, request)

    def done(
        self, request: Request, sent: dict[str, Any], do: Callable[..., Changed], *, status: int = 200, **asked: Any
    ) -> Response:
        """Do it, or foresee it, and answer what came of it; what lost a race is done again as a whole.

        `do` is given the clock, who asks, and what `asked` says.
        """
        preview, reason = sent.pop("preview"), sent.pop("reason", "")
        now, actor = clock.billing(organization_of(request)), key_of(request).public_id

        def answer() -> dict[str, Any]:
            changed = do(**asked, **sent, now=now, actor=actor, reason=reason)
            return self.told(changed, request, preview=preview)

        if preview:
            return Response(foreseen(answer))
        return retried(lambda: self.made_once(request, answer, status=status))

    def told(self, changed: Changed, request: Request, *, preview: bool) -> dict[str, Any]:
        """Say what came of a verb, while what it did still stands."""
        organization = organization_of(request)
        (subscription,) = subscriptions_shown([changed.subscription], organization)
        invoice = changed.invoice
        return {
            "preview": preview,
            "takes_effect_at": InstantOut().to_representation(changed.at),
            "subscription": subscription,
            "invoice": None if invoice is None else _invoice(invoice, changed.lines, organization),
            "credit_notes": [_credit_note(note, changed.credit_lines) for note in changed.credit_notes],
        }

    def add_ons(self, named: list[str], request: Request, *, field: str = "add_ons") -> list[AddOn]:
        """Return the add-ons that a body names by id or key; raise Refusal naming the member for one there is not."""
        rows = self.own(catalog.add_ons(archived=False), request)
        return [references.in_body(rows, name, field=field) for name in dict.fromkeys(named)]

    def plan(self, named: str, request: Request) -> Plan:
        """Return the plan that a body names by id or key; raise Refusal."""
        return references.in_body(self.own(catalog.plans(), request), named, field="plan")


def add_on_names() -> serializers.ListField:
    """Take a list of add-ons by id or key."""
    return serializers.ListField(
        child=Text(max_length=references.LONGEST),
        required=False,
        max_length=MOST_ADD_ONS,
        help_text="Ids or keys of optional add-ons; those that come with the plan come anyway.",
    )


def _invoice(invoice: Invoice, lines: Sequence[Line], organization: Organization) -> dict[str, Any]:
    whole = shown(InvoiceSummary, invoice, **said_for(organization))
    return {**whole, "lines": shown(LineSerializer, lines, many=True)}


def _credit_note(note: CreditNote, lines: Sequence[CreditLine]) -> dict[str, Any]:
    own = [line for line in lines if line.credit_note_id == note.pk]
    return {**shown(CreditNoteSummary, note), "lines": shown(CreditLineSerializer, own, many=True)}
