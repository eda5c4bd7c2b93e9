"""Two organizations with a row in every table, one of them marked in every text, and fingerprints of their rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.apps import apps as registry
from django.db import connection, models, transaction

from apps.accounts import operations as accounts
from apps.accounts.models import ApiKey, Customer, Role, User
from apps.catalog import operations as catalog
from apps.core.encrypted_field import EncryptedTextField
from apps.core.encryption import Secret
from apps.core.ids import PublicIdField
from apps.delivery import operations as deliveries
from apps.delivery.models import Attempt, Delivery, Document, Reminder
from apps.invoicing import assembling, closing, collecting, crediting, drafts, finalizing
from apps.invoicing.models import CreditNote, Invoice, Line, Run, RunLine
from apps.outbox import operations as outbox
from apps.outbox.models import Job, Message
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Period, PlanChange, Subscription
from apps.tenancy import operations as tenancy
from apps.tenancy import scope
from apps.tenancy.history import OwnedHistory
from apps.tenancy.models import Organization
from apps.usage import operations as usage
from apps.usage import pulls
from apps.usage.models import Alert, AlertFiring, Event, LimitFiring, Pull
from apps.usage.rules import Where
from tests import builders
from tests.builders import OCTOBER, SEPTEMBER
from tests.tenancy.test_brand import drawn

NOW = datetime(2026, 10, 9, 12, tzinfo=UTC)
# Columns whose text must stay what it is for the row to make sense; everything else is marked.
MEANINGFUL = {
    "currency",
    "timezone",
    "anchor_zone",
    "locale",
    "form",
    "steps",
    "tax_category",
    "digest",
    "lookup",
    "password",
    "topic",
    "property",
    "tax_groups",
    "tax_treatment",
    "page_size",
    "mode",
    "series",
    "credits",
    "sums_minor",
}
GAP = 7_000_000
SHORTEST = 16  # a column that holds the canary and a row's number
Model = type[models.Model]


@dataclass
class World:
    """An organization, its people and keys, and one row of every kind."""

    organization: Organization
    people: dict[str, User] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def row(self, model: Model) -> Any:
        """Return one of its rows of a model: the newest; of invoices the first finalized one, and a line of that."""
        with scope.everywhere():
            rows = model._default_manager.all()
            if model is Organization:
                return self.organization
            if model is User:
                return self.people[Role.OWNER]
            rows = rows.filter(organization=self.organization).order_by("-pk")
            if model is Line:
                return rows.filter(invoice=self.row(Invoice)).first()
            return rows.filter(number__isnull=False).last() if model is Invoice else rows.first()


def every_owned_model() -> list[Model]:
    """Return the models whose tables have a column for the organization."""
    return [model for model in registry.get_models() if any(f.name == "organization" for f in model._meta.fields)]


def build(key: str) -> World:
    """Build an organization that has done everything once: sold, recorded, billed, mailed; and has a draft as well."""
    seller = builders.organization(key, mode="test", clock_at=NOW, legal_name=f"{key} Ltd", footer=f"{key} footer")
    world = World(seller)
    with scope.of(seller):
        tenancy.set_logo(organization=seller, content=drawn(), now=NOW)
    for role in Role.values:
        world.people[role] = builders.member(seller, role).user
    with scope.of(seller):
        for role in Role.values:
            world.keys[role] = accounts.create_api_key(organization=seller, name=role, role=role, now=NOW)[1]
        revoked, world.keys["revoked"] = accounts.create_api_key(
            organization=seller, name="old", role=Role.OWNER, now=NOW
        )
        accounts.revoke_api_key(key=revoked, now=NOW)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        ApiKey.objects.update(last_used_at=tomorrow)  # so that using one writes nothing, however long the walk takes
        _bill(seller)
        _credit(seller)
        _plan_ahead(seller)
        _pay(seller)
    outbox.relay(now=NOW)
    with scope.of(seller):
        _deliver(seller)
        subject = Invoice.objects.earliest("pk")
        tenancy.answered_once(organization=seller, key="request-1", digest="0" * 64, answer=dict, now=NOW)
        tenancy.record_audit(organization=seller, actor="somebody", verb="sent", subject=subject, now=NOW, summary="it")
        empty = [model for model in every_owned_model() if not model._default_manager.exists()]
    assert not empty, f"the walker needs a row of each kind: {empty}"
    return world


def _bill(seller: Organization) -> None:
    """Two months of one customer: a finalized invoice, then a draft; and a rate of tax that meets neither."""
    builders.tax_rate(seller, "0.2", country="FR")
    offer = builders.usage_offer(seller, base="10", setup_fee="5")
    seats = catalog.create_feature(
        organization=seller, product=offer.plan.product, key="seats", name="Seats", kind="text", now=SEPTEMBER
    )
    catalog.set_feature(plan=offer.plan, feature=seats, value="many of them")
    buyer = builders.customer(seller, f"Buyer of {seller.key}", external_id="crm-1", city=f"City of {seller.key}")
    builders.subscribed(buyer, offer)
    _limit(seller, offer)
    builders.used(buyer, offer, "3", at=SEPTEMBER + timedelta(days=3), key=f"{seller.key}-1")
    builders.close(seller, OCTOBER)
    Organization.objects.update(auto_finalize=False)
    builders.used(buyer, offer, "2", at=SEPTEMBER + timedelta(days=5), now=NOW - timedelta(days=1))
    usage.advance(period=Period.objects.filter(item__add_on__isnull=False).earliest("pk"))
    other = builders.customer(seller, f"Second of {seller.key}")
    builders.subscribed(other, offer, now=SEPTEMBER)
    for _ in closing.close_due(organization=seller, as_of=NOW, now=NOW):
        pass
    Organization.objects.update(auto_finalize=True)
    seller.refresh_from_db()
    _ask(seller)
    _try(seller)


def _try(seller: Organization) -> None:
    """A dry run that was stopped, with something found out."""
    subscription = Subscription.objects.earliest("pk")
    details: dict[str, Any] = {"as_of": NOW, "started_at": NOW, "started_by": "somebody", "sums_minor": {"USD": 5}}
    run = Run.objects.create(organization=seller, dry=True, status=Run.Status.STOPPED, ended_at=NOW, **details)
    RunLine.objects.create(
        organization=seller,
        run=run,
        customer_id=subscription.customer_id,
        subscription=subscription,
        boundary_at=NOW,
        currency="USD",
        total_minor=5,
        reason="it would fail",
    )


def _ask(seller: Organization) -> None:
    """Name a usage system, for every item that could have one, that has given no answer."""
    for item in pulls.items().filter(add_on__isnull=False).order_by("pk"):
        source = usage.set_source(item=item, url="https://usage.example.com/", now=NOW).source
        source.url = "https://usage.invalid/"  # whoever tries it asks nobody
        source.save(update_fields=["url"])
        period = item.periods.latest("ends_at")
        details = {"status": Pull.Status.FAILED, "answer": "it failed", "created_at": NOW}
        Pull.objects.create(organization=seller, source=source, period=period, **details)


def _limit(seller: Organization, offer: builders.Offer) -> None:
    """A limit and an alert at each place where there may be one, those of the add-on both reached."""
    period = Period.objects.select_related("item").filter(item__add_on=offer.add_on).earliest("pk")
    places = [Where(item=period.item), Where(plan=offer.plan, add_on=offer.add_on), Where(add_on=offer.add_on)]
    for at in places:
        usage.set_limit(organization=seller, at=at, kind="soft", quantity=Decimal(1000), now=SEPTEMBER)
        usage.set_limit(organization=seller, at=at, kind="hard", quantity=Decimal(1000), now=SEPTEMBER)
        alert = Alert.objects.create(
            organization=seller,
            basis=Alert.Basis.QUANTITY,
            threshold=Decimal(5),
            addresses=["watch@example.com"],
            created_at=SEPTEMBER,
            **at.key,
        )
    reached = {"organization": seller, "period": period, "item": period.item, "quantity": Decimal(5), "at": SEPTEMBER}
    AlertFiring.objects.create(alert=alert, currency="USD", amount_minor=5, **reached)
    LimitFiring.objects.create(kind="hard", limit_quantity=Decimal(1000), refused=False, **reached)


def _pay(seller: Organization) -> None:
    """Money that came in for an invoice of its own, too much of it, of which a part was paid back."""
    draft = drafts.create(customer=Customer.objects.earliest("pk"), now=NOW, actor="somebody")
    drafts.add_line(
        invoice=draft, description="by hand", quantity=Decimal(1), unit_amount=Decimal(500), now=NOW, actor="somebody"
    )
    invoice = finalizing.finalize(invoice=draft, now=NOW)
    collecting.mark_paid(invoice=invoice, amount=Decimal(600), reference="wire", now=NOW, actor="somebody")
    collecting.refund(customer=invoice.customer, amount=Decimal(1), currency="USD", now=NOW, actor="somebody")


def _plan_ahead(seller: Organization) -> None:
    """A seat, and a change of plan that was planned and withdrawn."""
    subscription = Subscription.objects.earliest("pk")
    newest = Subscription.objects.latest("pk")
    subscriptions.change_seats(subscription=newest, now=NOW, actor="somebody", assign=["user-of-buyer"])
    PlanChange.objects.create(
        organization=seller,
        subscription=subscription,
        plan=subscription.plan,
        add_ons=["add_none"],
        at=NOW,
        keep_fees=False,
        actor="somebody",
        created_at=SEPTEMBER,
        withdrawn_at=SEPTEMBER,
    )


def _credit(seller: Organization) -> None:
    """Take the first event back, so that a part of the first invoice is credited and settles the rest of it."""
    event = Event.objects.select_related("period__item__subscription").earliest("pk")
    usage.reverse_event(
        organization=seller, public_id=event.public_id, reason="it did not happen", now=NOW, source="api", actor="it"
    )
    boundary = assembling.Boundary(ending=[], starting=[], late=[event.period])
    subscription = event.period.item.subscription
    dues = assembling.assemble(
        subscription=subscription, boundary=boundary, zone=seller.zone, reading=assembling.EVENTS
    )
    with transaction.atomic():
        assert not crediting.credit(dues=dues, now=NOW).waiting


def _deliver(seller: Organization) -> None:
    invoice = Invoice.objects.filter(number__isnull=False).earliest("pk")
    message = Message.objects.filter(topic="invoice.finalized").earliest("pk")
    Job.objects.get_or_create(organization=seller, message=message, handler="by hand", defaults={"next_try_at": NOW})
    Job.objects.update(status=Job.Status.FAILED, finished_at=NOW, error="it failed")
    content = f"%PDF-1.4 {seller.key}".encode()
    for paper_of in ({"invoice": invoice}, {"credit_note": CreditNote.objects.get()}):
        Document.objects.create(
            organization=seller,
            content=content,
            sha256=sha256(content).hexdigest(),
            pages=1,
            created_at=NOW,
            **paper_of,
        )
    deliveries.open_link(invoice=invoice, now=NOW)
    Reminder.objects.create(organization=seller, invoice=invoice, days=3, created_at=NOW)
    delivery = Delivery.objects.create(
        organization=seller, message=message, invoice=invoice, recipient="to@example.com", created_at=NOW
    )
    Attempt.objects.create(organization=seller, delivery=delivery, number=1, detail="it failed", started_at=NOW)


def mark(world: World, canary: str) -> None:
    """Write the canary into every text, JSON and binary column of every row of an organization."""
    with _triggers_off(), scope.everywhere():
        ownerless: list[Model] = [Organization, registry.get_model("tenancy", "OrganizationHistory"), User]
        for model in every_owned_model() + ownerless:
            _mark_rows(model, _rows_of(model, world), canary)
    world.organization.refresh_from_db()


def _mark_rows(model: Model, rows: models.QuerySet[Any], canary: str) -> None:
    columns = [column for column in model._meta.concrete_fields if _can_be_marked(column)]
    for row in rows if columns else ():
        for column in columns:
            text = f"{canary}-{row.pk}-{column.column}"
            setattr(row, column.attname, _marked(column, getattr(row, column.attname), text))
        row.save(update_fields=[column.name for column in columns])


def _can_be_marked(column: Any) -> bool:
    if column.name in MEANINGFUL or column.choices or isinstance(column, PublicIdField):
        return False
    if isinstance(column, models.JSONField | models.TextField | models.BinaryField):
        return True
    return isinstance(column, models.CharField) and (column.max_length or 0) >= SHORTEST


def _marked(column: Any, value: Any, text: str) -> Any:
    if value is None:
        return None
    if isinstance(column, EncryptedTextField):
        return Secret(text)
    if isinstance(column, models.JSONField):
        return _marked_leaves(value, text) or {"marked": text}
    if isinstance(column, models.BinaryField):
        return b"%PDF-1.4 " + text.encode()
    return f"{text}@example.com" if isinstance(column, models.EmailField) else text[: column.max_length]


def _marked_leaves(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: inner if key in MEANINGFUL else _marked_leaves(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_marked_leaves(inner, text) for inner in value]
    return text if isinstance(value, str) else value


def unmarked(world: World, canary: str) -> list[str]:
    """Name the columns with text in them that the canary did not reach, other than the meaningful ones."""
    missing = []
    with scope.everywhere():
        for model in every_owned_model():
            for column in model._meta.concrete_fields:
                if not _can_be_marked(column) or isinstance(column, models.BinaryField | EncryptedTextField):
                    continue
                rows = _rows_of(model, world)
                if rows.exists() and not any(
                    canary in str(value) for value in rows.values_list(column.name, flat=True)
                ):
                    missing.append(f"{model.__name__}.{column.name}")
    return missing


def fingerprint(world: World) -> dict[str, str]:
    """Return a digest of the organization's rows in every table."""
    wanted = [(model._meta.db_table, "organization_id") for model in every_owned_model()]
    wanted += [(Organization._meta.db_table, "id"), ("tenancy_organizationhistory", "id")]
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" t"
        f' WHERE t."{column}" = {int(world.organization.pk)}'
        for table, column in wanted
    ]
    people = ", ".join(str(int(user.pk)) for user in world.people.values())
    parts.append(
        "SELECT 'accounts_user', md5(string_agg(id || email || name || password || is_active, '|' ORDER BY id))"
        f" FROM accounts_user WHERE id IN ({people})"
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def _rows_of(model: Model, world: World) -> Any:
    rows = model._default_manager.all()
    if model is User:
        return rows.filter(pk__in=[user.pk for user in world.people.values()])
    if model is Organization:
        return rows.filter(pk=world.organization.pk)
    if model._meta.model_name == "organizationhistory":
        return rows.filter(id=world.organization.pk)
    return rows.filter(organization=world.organization)


@contextmanager
def _triggers_off() -> Iterator[None]:
    """Write past the triggers that freeze rows and keep history."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def leave_a_gap() -> None:
    """Let the next rows have keys that stand for themselves in a page, where 2 could mean anything."""
    tables = [model._meta.db_table for model in every_owned_model() if not issubclass(model, OwnedHistory)]
    with connection.cursor() as cursor:
        for table in (*tables, Organization._meta.db_table, User._meta.db_table):
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f"SELECT setval({sequence}, {GAP} + nextval({sequence}))")
