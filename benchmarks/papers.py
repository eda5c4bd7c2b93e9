"""How many PDFs are drawn and stored: by as many workers as there are processors."""

import multiprocessing
import os
import time
from collections.abc import Sequence
from typing import Any

from django.db import connections

from apps.core import clock
from apps.delivery import handlers as delivery
from apps.outbox.models import Message
from apps.tenancy import scope
from apps.tenancy.models import Organization


def speed(count: int, seller: Organization) -> dict[str, Any]:
    """Draw and store the PDFs of some invoices, with as many workers as there are processors."""
    cores = os.cpu_count() or 1
    with scope.of(seller):
        keys = list(Message.objects.filter(topic="invoice.finalized").order_by("pk").values_list("pk", flat=True))
    keys = keys[: (count + 1) * cores]
    connections.close_all()  # each process opens its own
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        turns = pool.starmap(drawn, [(seller, keys[place::cores]) for place in range(cores)], chunksize=1)
        pool.close()
        pool.join()
    seconds = max(ended for _, ended in turns) - min(began for began, _ in turns)
    each = (len(keys) - cores) / seconds
    return {"pdfs_per_second": round(each, 1), "pdfs_per_second_and_core": round(each / cores, 1)}


def drawn(seller: Organization, keys: Sequence[int]) -> tuple[float, float]:
    """Be one worker, that draws and stores one PDF after the other; return when it began, once warm, and ended."""
    with scope.of(seller):
        first, *rest = Message.objects.filter(pk__in=keys).order_by("pk")
        delivery.store_document(first, clock.wall())
        began = time.perf_counter()
        for message in rest:
            delivery.store_document(message, clock.wall())
    return began, time.perf_counter()
