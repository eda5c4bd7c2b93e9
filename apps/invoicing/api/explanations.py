"""Why a line is what it is, for programs: its arithmetic, what was billed before, and the events behind it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.scoped_api import shown
from apps.catalog.api import forms
from apps.catalog.api.steps import StepSerializer, steps_shown
from apps.catalog.models import Metric
from apps.catalog.wording import price_in_words
from apps.core.fields import AmountOut, InstantOut, NumberOut
from apps.invoicing.api.invoices import ServicePeriod
from apps.invoicing.explanations import Explanation
from apps.invoicing.models import Charge, Kind
from apps.rating.exact import at_places
from apps.rating.money import Money
from apps.rating.numbers import plain
from apps.usage.sent import EventSerializer

DAY_PLACES = 6


class Counted(serializers.Serializer[Any]):
    """What is counted."""

    key = serializers.CharField()
    name = serializers.CharField()
    aggregation = serializers.ChoiceField(choices=Metric.Aggregation.choices)
    property = serializers.CharField(help_text="Whose distinct values are counted, where it is unique.")


class ExplainedPrice(serializers.Serializer[Any]):
    """The price that was pinned to the period when it was opened."""

    id = serializers.CharField(source="public_id")
    words = serializers.SerializerMethodField()
    form = forms.PriceFormField(help_text="The model with tiers, included units, minimum, maximum and rounding.")
    setup_fee = AmountOut("setup_fee_minor")

    def get_words(self, price: Any) -> str:
        return price_in_words(price, self.context["formats"])


class RoundedOnce(serializers.Serializer[Any]):
    """How the exact amount became money."""

    exact = serializers.CharField(help_text="The due amount in major units, before it was rounded.")
    to = serializers.CharField(help_text="The currency's minor unit.")
    mode = serializers.ChoiceField(choices=["half away from zero"])


class PartOfPeriod(serializers.Serializer[Any]):
    """Money that belongs to time is due for these days alone; quantities are not scaled."""

    days = serializers.CharField()
    of = serializers.CharField()


class EarlierCharge(serializers.Serializer[Any]):
    """What was billed, or below zero taken back, for the same period before."""

    id = serializers.CharField(source="public_id")
    amount = AmountOut("amount_minor")
    quantity = NumberOut(help_text="The period's quantity that it rated.")
    created_at = InstantOut()
    invoice = serializers.SerializerMethodField(help_text="The invoice that billed it, if one did.")
    credit_notes = serializers.SerializerMethodField(help_text="The credit notes that took it back.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_invoice(self, charge: Charge) -> str | None:
        line = getattr(charge, "line", None)
        return line.invoice.public_id if line is not None else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_credit_notes(self, charge: Charge) -> list[str]:
        return [line.credit_note.public_id for line in charge.credit_lines.all()]


class Mismatch(serializers.Serializer[Any]):
    """A figure that is not what comes out when it is worked out again."""

    figure = serializers.CharField()
    stored = serializers.CharField()
    recomputed = serializers.CharField(source="again")


class WrittenBy(serializers.Serializer[Any]):
    """Who added a line by hand, or changed it."""

    by = serializers.CharField(source="actor", help_text="An e-mail address, or a key's id.")
    verb = serializers.CharField()
    at = InstantOut()


class ExplainedEvent(EventSerializer):
    """An event as the charge saw it."""

    counted = serializers.SerializerMethodField(help_text="Whether it is part of the quantity of this charge.")
    new = serializers.SerializerMethodField(help_text="Whether the charge before this one had not seen it.")

    def get_counted(self, event: Any) -> bool:
        return bool(self.context["facts"][event.pk].counted)

    def get_new(self, event: Any) -> bool:
        return bool(self.context["facts"][event.pk].is_new)


class ExplainedEventPage(serializers.Serializer[Any]):
    """A page of the facts that the charge had seen, the last recorded first."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = ExplainedEvent(many=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why a line is what it is."""

    line = serializers.CharField(source="line.public_id")
    kind = serializers.ChoiceField(choices=Kind.choices, help_text="Of goodwill, the kind of the line it is for.")
    description = serializers.CharField(source="line.description")
    currency = serializers.CharField()
    amount = AmountOut("line.amount_minor", help_text="Of the line, before its part of the discount.")
    discount = AmountOut("line.discount_minor")
    metric = Counted(allow_null=True, help_text="What was counted; null unless usage is billed.")
    price = serializers.SerializerMethodField(help_text="Null for a line by hand, and for goodwill.")
    period = serializers.SerializerMethodField(help_text="Null where it is for no stretch of time.")
    part = serializers.SerializerMethodField(help_text="Null where the period was a whole one.")
    quantity = NumberOut(source="charge.quantity", default=None, allow_null=True, help_text="Of the whole period.")
    event_count = serializers.IntegerField(source="charge.event_count", default=None, allow_null=True)
    steps = serializers.SerializerMethodField(help_text="How what is due in all came about.")
    rounding = serializers.SerializerMethodField()
    due = AmountOut("due.minor", help_text="What the whole period owed when this was billed.")
    billed_before = AmountOut("billed_before.minor", help_text="What had been billed for it by then.")
    difference = AmountOut("difference.minor", help_text="What this charge bills, or below zero takes back.")
    earlier = EarlierCharge(many=True, source="before")
    written = WrittenBy(many=True, help_text="Of a line by hand, who added it, and who changed it.")
    checked = serializers.BooleanField(source="is_checked", help_text="Whether it was worked out again just now.")
    mismatches = Mismatch(many=True, source="differences", help_text="Empty where everything came out the same.")

    @extend_schema_field(ExplainedPrice(allow_null=True))
    def get_price(self, told: Explanation) -> Any:
        return None if told.charge is None else shown(ExplainedPrice, told.charge.price, **self.context)

    @extend_schema_field(ServicePeriod(allow_null=True))
    def get_period(self, told: Explanation) -> Any:
        return None if told.line.period_starts_at is None else shown(ServicePeriod, told.line)

    @extend_schema_field(PartOfPeriod(allow_null=True))
    def get_part(self, told: Explanation) -> Any:
        if told.days is None:
            return None
        days, of = (plain(at_places(each, DAY_PLACES)) for each in told.days)
        return {"days": days, "of": of}

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, told: Explanation) -> list[dict[str, str]]:
        return steps_shown(told.charge.steps) if told.charge is not None else []

    @extend_schema_field(RoundedOnce)
    def get_rounding(self, told: Explanation) -> Any:
        return {"exact": plain(told.exact), "to": Money(1, told.currency).text(), "mode": "half away from zero"}


class ExplanationWithEvents(ExplanationSerializer):
    """Why a line is what it is, with a page of the events behind it."""

    events = ExplainedEventPage()
