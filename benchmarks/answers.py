"""Read the answers when no clock runs: a figure counts only where every answer is the one that was due."""

import json
from collections import Counter
from collections.abc import Sequence

from benchmarks.connections import body_of, status_of


class WrongAnswer(Exception):
    """The server answered otherwise than it had to; the figures would mean nothing."""


def check_statuses(answers: Sequence[bytes], *, status: int) -> None:
    """Raise WrongAnswer unless every answer has the status."""
    for answer in answers:
        if status_of(answer) != status:
            raise WrongAnswer(f"{status_of(answer)} instead of {status}: {body_of(answer)[:500]!r}")


def check_batches(answers: Sequence[bytes], *, sizes: Sequence[int], recorded: int) -> None:
    """Raise WrongAnswer unless each batch got a result per event, so many recorded in all and the rest duplicates."""
    check_statuses(answers, status=200)
    results = [json.loads(body_of(answer))["results"] for answer in answers]
    if [len(batch) for batch in results] != list(sizes):
        raise WrongAnswer("A batch got another number of results than it has events.")
    found = Counter(result["status"] for batch in results for result in batch)
    expected = Counter(recorded=recorded, duplicate=sum(sizes) - recorded)
    if found != +expected:
        raise WrongAnswer(f"The results are {dict(found)} instead of {dict(expected)}.")
