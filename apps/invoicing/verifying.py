"""What must hold between charges and what they charge for."""

from collections.abc import Iterator

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, Lag

from apps.core.verifying import Check
from apps.invoicing.models import Charge, Kind
from apps.usage.models import Event


def charges_beyond_facts() -> Iterator[str]:
    """Yield the usage charges that saw more facts than there are, or fewer than the charge before them."""
    facts = _count(Event.objects.filter(period=OuterRef("period")))
    before = Window(Lag("fact_count"), partition_by=F("period"), order_by="revision")
    charges = Charge.objects.filter(kind=Kind.USAGE).annotate(facts=facts, before=before)
    wrong = charges.filter(
        Q(fact_count__gt=F("facts")) | Q(fact_count__lt=F("before")) | Q(event_count__gt=F("fact_count"))
    )
    for public_id, seen, there in wrong.values_list("public_id", "fact_count", "facts").iterator():
        yield f"charge {public_id} saw {seen} facts, its period has {there}"


def charges_short_of_facts() -> Iterator[str]:
    """Yield the first usage charges of periods that left out what had arrived when the period was closed."""
    on_time = _count(Event.objects.filter(period=OuterRef("period"), late=False))
    charges = Charge.objects.filter(kind=Kind.USAGE, revision=0).annotate(on_time=on_time)
    wrong = charges.exclude(period__status="current").filter(fact_count__lt=F("on_time"))
    for public_id, seen, there in wrong.values_list("public_id", "fact_count", "on_time").iterator():
        yield f"charge {public_id} saw {seen} facts, {there} had arrived on time"


def _count(facts: QuerySet[Event]) -> Coalesce:
    counted = facts.order_by().values("period").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


CHECKS = [
    Check(
        name="charged facts exist",
        holds="No charge saw more facts than its period has, nor fewer than the charge before it.",
        breaches=charges_beyond_facts,
        then="Events were lost: restore them from a backup before the next closing.",
    ),
    Check(
        name="nothing left out",
        holds="The first charge of a closed period saw everything that had arrived on time.",
        breaches=charges_short_of_facts,
        then="Recalculate these periods from their events and bill the difference.",
    ),
]
