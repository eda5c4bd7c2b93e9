"""One turn each: batches by the server, the same rows by COPY, single posts, and a view that does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from benchmarks import database
from benchmarks.answers import WrongAnswer, check_batches, check_statuses
from benchmarks.copying import Stamp, Twin, encode
from benchmarks.events import Source, Use, batch_body, single_body
from benchmarks.posting import Poster
from benchmarks.world import World

USAGE = "/api/v1/usage"
NULL_VIEW = "/health/live"


@dataclass(frozen=True)
class Size:
    """How much is done in a turn, and over how many connections."""

    batches: int
    batch_size: int
    singles: int
    nulls: int
    batch_connections: int = 4
    single_connections: int = 8


@dataclass(frozen=True)
class BatchRound:
    """One turn of each side: how many rows each stored, how many events were posted for them, and the seconds."""

    stored: int
    posted: int
    server_seconds: float
    copy_seconds: float


@dataclass(frozen=True)
class SingleRound:
    """One turn of single posts and one of the null view: how many requests each, and the seconds."""

    posts: int
    post_seconds: float
    nulls: int
    null_seconds: float


class Bench:
    """Both sides, ready for turns, and what has been stored so far."""

    def __init__(self, world: World, poster: Poster, twin: Twin, size: Size, *, now: datetime, seed: int) -> None:
        """Note the sides; nothing is sent yet."""
        self._world = world
        self._poster = poster
        self._twin = twin
        self._size = size
        self._stamp = Stamp(world.organization.pk, world.actor, now)
        self._source = Source(world.lines, since=world.since, now=now, seed=seed)
        self._earlier: list[Use] = []
        self._stored: list[Use] = []
        self._stored_singly: list[Use] = []

    def batch_round(self) -> BatchRound:
        """Post batches, then copy the rows that they stored; what they repeat was stored in the round before."""
        size = self._size
        fresh, batches = self._source.mixed(size.batches, size=size.batch_size, earlier=self._earlier)
        bodies = [batch_body(batch) for batch in batches]
        answers, server_seconds = self._post(bodies, connections=size.batch_connections, kept=False)
        check_batches(answers, sizes=[len(batch) for batch in batches], recorded=len(fresh))
        blocks = encode(fresh, self._stamp)
        database.settle()
        copy_seconds = self._twin.copy(blocks)
        self._stored += fresh
        self._earlier = fresh
        return BatchRound(len(fresh), sum(map(len, batches)), server_seconds, copy_seconds)

    def single_round(self) -> SingleRound:
        """Post events one by one, then ask the null view."""
        size = self._size
        fresh = self._source.fresh(size.singles)
        answers, post_seconds = self._post(
            [single_body(use) for use in fresh], connections=size.single_connections, kept=True
        )
        check_statuses(answers, status=201)
        self._stored_singly += fresh
        nothing = [self._poster.request("GET", NULL_VIEW)] * size.nulls
        self._poster.prepare(nothing, connections=size.single_connections, kept=True)
        asked = self._poster.go()
        check_statuses(asked.answers, status=200)
        return SingleRound(size.singles, post_seconds, size.nulls, asked.seconds)

    def take_stored(self) -> tuple[list[Use], list[Use]]:
        """Return what was stored since the last time, by batches (and so by COPY too) and one by one."""
        taken = self._stored, self._stored_singly
        self._stored, self._stored_singly = [], []
        return taken

    def _post(self, bodies: Sequence[bytes], *, connections: int, kept: bool) -> tuple[list[bytes], float]:
        requests = [self._poster.request("POST", USAGE, key=self._world.key, body=body) for body in bodies]
        self._poster.prepare(requests, connections=connections, kept=kept)
        database.settle()
        posted = self._poster.go()
        return posted.answers, posted.seconds


def check_totals(found: tuple[int, Decimal], *, before: tuple[int, Decimal], stored: Sequence[Use]) -> None:
    """Raise WrongAnswer unless a table holds what it held before and exactly the stored events."""
    expected = before[0] + len(stored), before[1] + sum(Decimal(use.sent["quantity"]) for use in stored)
    if found != expected:
        raise WrongAnswer(f"The table holds (events, sum) {found} instead of {expected}.")
