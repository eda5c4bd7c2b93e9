"""Ask a usage system for a quantity, signed, through the guarded client, and read its answer strictly."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rest_framework.exceptions import ParseError

from apps.core import signing
from apps.core.encryption import Unreadable
from apps.core.json_body import read_json
from apps.core.outbound.client import Limits, client
from apps.core.outbound.faults import OutboundFault
from apps.rating.numbers import BadNumber, decimal_from_text
from apps.subscriptions.models import Item
from apps.usage import queries
from apps.usage.models import PullSource

LIMITS = Limits(total_seconds=20, connect_seconds=5, header_bytes=32 * 1024, body_bytes=64 * 1024)
WHILE_SOMEBODY_WAITS = replace(LIMITS, total_seconds=8, connect_seconds=3)
OK = 200
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class NoAnswer(Exception):
    """No quantity came back. `sentence` says why, `may_pass` whether another try can end otherwise.

    It never repeats what came back: whoever enters addresses here must not read what stands behind them.
    """

    def __init__(self, sentence: str, *, may_pass: bool = True) -> None:
        super().__init__(sentence)
        self.sentence, self.may_pass = sentence, may_pass


def ask(
    *,
    source: PullSource,
    question_id: str,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
    test: bool = False,
    limits: Limits = LIMITS,
) -> Decimal:
    """Return the quantity of a span of time, never negative; raise NoAnswer. `at` is machine time.

    The source comes with its item, add-on, metric and customer. A `test` says so, and is not recorded there or here.
    """
    content = _question(source.item, question_id, starts_at, ends_at, test=test)
    body = json.dumps(content, ensure_ascii=False).encode()
    try:
        headers = signing.sign(secrets=[source.secret], message_id=question_id, at=at, body=body)
        answer = client(limits=limits).post(source.url, body=body, headers={**JSON, **headers})
    except Unreadable as unreadable:
        raise NoAnswer(unreadable.sentence, may_pass=False) from None
    except OutboundFault as fault:
        raise NoAnswer(fault.sentence, may_pass=fault.may_pass) from None
    if answer.status != OK:
        raise NoAnswer(f"It answered with status {answer.status} instead of 200.")
    return read_quantity(answer.body)


def read_quantity(body: bytes) -> Decimal:
    """Read {"quantity": "12.5"}, as text or as a number; other members are passed over. Raise NoAnswer."""
    try:
        content = read_json(body)
    except ParseError:
        raise NoAnswer('Its answer is not JSON such as {"quantity": "12"}.') from None
    if not isinstance(content, dict) or "quantity" not in content:
        raise NoAnswer('Its answer is not a JSON object with a "quantity".')
    try:
        return decimal_from_text(_text(content["quantity"]), field="quantity", negative=False)
    except BadNumber as bad:
        raise NoAnswer(f'The "quantity" of its answer is wrong. {bad.sentence}') from None


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value  # a number comes as the text that it was written as


def _question(item: Item, question_id: str, starts_at: datetime, ends_at: datetime, *, test: bool) -> dict[str, Any]:
    customer = item.subscription.customer
    return {
        "id": question_id,
        "item": item.public_id,
        "customer": {"id": customer.public_id, "external_id": customer.external_id},
        "metric": queries.metric_of(item).key,
        "period": {"starts_at": _instant(starts_at), "ends_at": _instant(ends_at)},
        "test": test,
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
