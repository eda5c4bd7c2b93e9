"""A handler that leaves a trace of the process that ran it."""

import os
from datetime import datetime
from pathlib import Path

from apps.outbox.models import Message
from apps.outbox.wiring import Wiring

TOPIC = "bell.rung"
TRACES = "TRACES_DIR"


def leave_a_trace(message: Message, now: datetime) -> None:
    (Path(os.environ[TRACES]) / message.public_id).write_text(str(os.getpid()))


HANDLERS: Wiring = {TOPIC: {"leave_a_trace": leave_a_trace}}
