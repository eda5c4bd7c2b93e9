"""Make figures of rounds: medians, and what has to be known of the machine to compare them."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median
from typing import Any

import psycopg

from benchmarks.turns import NULL_VIEW, BatchRound, SingleRound, Size

PACKAGES = ("django", "djangorestframework", "gunicorn", "msgspec", "psycopg")


def of_batches(rounds: Sequence[BatchRound]) -> dict[str, Any]:
    """Return the medians of the rates, in stored rows per second on both sides, and of the rounds' own ratios."""
    recorded = [turn.stored / turn.server_seconds for turn in rounds]
    copied = [turn.stored / turn.copy_seconds for turn in rounds]
    ratios = [ours / limit for ours, limit in zip(recorded, copied, strict=True)]
    return {
        "ratio": round(median(recorded) / median(copied), 3),
        "recorded_per_second": round(median(recorded)),
        "posted_per_second": round(median(turn.posted / turn.server_seconds for turn in rounds)),
        "copied_per_second": round(median(copied)),
        "ratio_of_each_round": [round(ratio, 3) for ratio in ratios],
        "seconds_of_each_round": [[round(turn.server_seconds, 2), round(turn.copy_seconds, 2)] for turn in rounds],
    }


def of_singles(rounds: Sequence[SingleRound]) -> dict[str, Any]:
    """Return the medians of single posts and of the null view, in requests per second, and their ratio."""
    posts = median(turn.posts / turn.post_seconds for turn in rounds)
    nothing = median(turn.nulls / turn.null_seconds for turn in rounds)
    return {
        "ratio": round(posts / nothing, 3),
        "posts_per_second": round(posts),
        "null_view_per_second": round(nothing),
        "null_view": NULL_VIEW,
    }


def of_size(size: Size) -> dict[str, Any]:
    """Return how much was done in a round."""
    return {
        "batch_size": size.batch_size,
        "batches_per_round": size.batches,
        "single_posts_per_round": size.singles,
        "null_views_per_round": size.nulls,
        "connections": {"batches": size.batch_connections, "singles": size.single_connections, "copy": 1},
    }


def of_machine(connection: psycopg.Connection[Any], *, load: float) -> dict[str, Any]:
    """Return versions, cores, and the load that others put on the machine just before."""
    versions = {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}
    number = connection.info.server_version
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(load, 2),
        "versions": {**versions, "postgresql": f"{number // 10000}.{number % 10000}"},
    }
