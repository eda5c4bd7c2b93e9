"""Take an event back: never by an edit, always by an event that names it, with who and why (DESIGN rule 8)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from apps.core.refusals import Conflict, NotFound, Refusal
from apps.core.retrying import retried
from apps.subscriptions import operations as subscriptions
from apps.subscriptions.models import Period
from apps.tenancy.models import Organization
from apps.usage import queries
from apps.usage.models import Event
from apps.usage.operations import announcing, limiting, writing
from apps.usage.operations.recording import Recorded, used_differently
from apps.usage.operations.writing import Row
from apps.usage.rules import place_of

LONGEST_REASON = 500
_STATUS = "SELECT status FROM subscriptions_period WHERE id = %s FOR SHARE"


def reverse_event(
    *,
    organization: Organization,
    public_id: str,
    reason: str,
    now: datetime,
    source: str,
    actor: str,
    idempotency_key: str | None = None,
) -> Recorded:
    """Take the event of a public id out of every aggregation, and return the reversal.

    It counts at the event's instant, so a closed period owes less from then on (BILLING §1). Raise NotFound for no
    such event, Refusal for a reversal or a missing reason, Conflict where it was reversed before, or where the key was
    used with other content; the same key with the same content gets the first reversal again.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        sentence = f"Say why this event is taken back, in at most {LONGEST_REASON} letters."
        raise Refusal("reason_required", sentence, field="reason")
    wanted = _Reversal(
        organization=organization,
        public_id=public_id,
        reason=reason,
        now=now,
        source=source,
        actor=actor,
        idempotency_key=idempotency_key,
    )
    # Two may reverse one event, or use one key, at the same moment: the next try sees the other's row.
    return retried(lambda: _reverse(wanted), also=(IntegrityError,))


@dataclass(frozen=True, kw_only=True)
class _Reversal:
    """What was asked for."""

    organization: Organization
    public_id: str
    reason: str
    now: datetime
    source: str
    actor: str
    idempotency_key: str | None

    def digest(self) -> str:
        """Return the SHA-256 of the content as sent; nothing where there is no key to guard."""
        if self.idempotency_key is None:
            return ""
        content = json.dumps({"reverses": self.public_id, "reason": self.reason}, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def _reverse(wanted: _Reversal) -> Recorded:
    key = wanted.idempotency_key
    known = queries.known_keys(keys=[key]).get(key) if key is not None else None
    if known is not None and known.content_digest != wanted.digest():
        raise used_differently()
    stored = known.public_id if known is not None else _store(wanted)
    return Recorded(queries.events_answered(public_ids=[stored])[stored], repeated=known is not None)


@transaction.atomic
def _store(wanted: _Reversal) -> str:
    event = Event.objects.select_related("item__subscription").filter(public_id=wanted.public_id).first()
    if event is None:
        raise NotFound("no_such_event", "There is no such event.")
    if event.is_reversal:
        raise Refusal("is_reversal", "This is a reversal, which cannot be reversed. Record the usage again instead.")
    if event.item.ends_at is not None:
        subscriptions.lock_ended(subscriptions=[event.item.subscription_id])
    status = _locked_status(event.period_id)
    earlier = Event.objects.filter(reverses_id=event.pk).first()
    if earlier is not None:
        raise Conflict("already_reversed", "This event was reversed before.", extra={"reversal": earlier.public_id})
    (public_id,) = writing.fresh_ids(now=wanted.now, count=1)
    row = Row(
        public_id=public_id,
        item_id=event.item_id,
        period_id=event.period_id,
        quantity=event.quantity,
        occurred_at=event.occurred_at,
        late=status != Period.Status.CURRENT,
        idempotency_key=wanted.idempotency_key,
        content_digest=wanted.digest(),
        properties={},
        note=wanted.reason,
        reverses_id=event.pk,
    )
    writing.insert(
        organization_id=wanted.organization.pk, rows=[row], now=wanted.now, source=wanted.source, actor=wanted.actor
    )
    if row.late:
        subscriptions.late_usage_came(items=[row.item_id], now=wanted.now)
    # What takes a negative quantity back, or the last of several, may well reach something.
    rules = limiting.rules_at([place_of(event.item)])
    announcing.tell_recorded(organization=wanted.organization, rules=rules, rows=[row], now=wanted.now)
    return public_id


def _locked_status(period_id: int) -> str:
    """Lock a period FOR SHARE, so that it is not closed meanwhile, and read its status under the lock."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS, [period_id])
        (status,) = cursor.fetchone()
    return str(status)
