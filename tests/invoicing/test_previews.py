"""The preview is the next invoice: the same lines and sums that closing then writes."""

from datetime import timedelta

from apps.invoicing import previews
from apps.invoicing.models import Charge, Invoice, Line
from apps.invoicing.previews import Preview
from apps.subscriptions.models import Item, Period, Subscription
from apps.tenancy.models import Organization
from tests import builders
from tests.builders import NOVEMBER, OCTOBER, SEPTEMBER

SHOWN = ("position", "kind", "description", "quantity", "unit", "unit_amount", "amount_minor", "late", "steps")
SPAN = ("period_starts_at", "period_ends_at", "tax_category", "tax_rate")


def preview(subscription: Subscription) -> Preview:
    result = previews.next_invoice(subscription=Subscription.objects.get(pk=subscription.pk))
    assert result is not None
    return result


def shown(line: Line) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in (*SHOWN, *SPAN))


def test_four_calls_by_hand_show_380(seller: Organization) -> None:
    offer = builders.usage_offer(seller)
    buyer = builders.customer(seller)
    subscription = builders.subscribed(buyer, offer)
    for day in (2, 3, 5, 8):
        builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=day))
    result = preview(subscription)
    assert (result.invoice.total.text(), result.bills_at) == ("380.00", OCTOBER)
    assert not Invoice.objects.exists()


def test_it_is_what_closing_writes(seller: Organization) -> None:
    offer = builders.usage_offer(seller, setup_fee="45", base="100")
    buyer = builders.customer(seller)
    subscription = builders.subscribed(buyer, offer)
    builders.used(buyer, offer, "3", at=SEPTEMBER + timedelta(days=3))
    for boundary in (OCTOBER, NOVEMBER):
        if boundary == NOVEMBER:
            builders.used(buyer, offer, "1", at=SEPTEMBER + timedelta(days=5), now=OCTOBER + timedelta(days=2))
        seen = preview(subscription)
        (written,) = builders.close(seller, boundary)
        assert [shown(line) for line in seen.lines] == [shown(line) for line in written.lines.order_by("position")]
        assert (seen.invoice.total, seen.invoice.tax_groups) == (written.total, written.tax_groups)


def test_a_changed_grace_does_not_move_the_invoice_that_is_set_already(seller: Organization) -> None:
    buyer = builders.customer(seller)
    builders.subscribed(buyer, builders.usage_offer(seller))
    seller.usage_grace = timedelta(days=2)
    seller.save()
    item = Item.objects.select_related("subscription__organization", "organization").get()
    assert previews.landing(item=item, instant=SEPTEMBER).bills_at == OCTOBER


def test_it_stores_nothing(seller: Organization) -> None:
    subscription = builders.subscribed(builders.customer(seller), builders.usage_offer(seller, base="100"))
    before = [model.objects.count() for model in (Invoice, Line, Charge, Period)]
    preview(subscription)
    assert [model.objects.count() for model in (Invoice, Line, Charge, Period)] == before


def test_an_event_says_on_which_invoice_it_lands(seller: Organization) -> None:
    buyer = builders.customer(seller)
    builders.subscribed(buyer, builders.usage_offer(seller))
    item = Item.objects.select_related("subscription__organization", "organization").get()
    inside = previews.landing(item=item, instant=SEPTEMBER + timedelta(days=3))
    assert inside == previews.Landing(bills_at=OCTOBER, late=False)
    builders.close(seller, OCTOBER)
    item = Item.objects.select_related("subscription__organization", "organization").get()
    assert previews.landing(item=item, instant=SEPTEMBER + timedelta(days=3)) == previews.Landing(
        bills_at=NOVEMBER, late=True
    )
