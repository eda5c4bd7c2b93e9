"""What the rounds come to, and that a wrong answer never becomes a figure."""

import json

import pytest

from benchmarks import answers, figures
from benchmarks.turns import BatchRound, SingleRound


def answer(status: int, *results: str) -> bytes:
    body = json.dumps({"results": [{"status": result} for result in results]})
    return f"HTTP/1.1 {status} Some words\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def test_the_ratio_is_that_of_the_medians_of_stored_rows() -> None:
    rounds = [
        BatchRound(stored=950, posted=1000, server_seconds=2.0, copy_seconds=1.0),
        BatchRound(stored=950, posted=1000, server_seconds=1.0, copy_seconds=0.5),
        BatchRound(stored=950, posted=1000, server_seconds=50.0, copy_seconds=0.1),
    ]
    found = figures.of_batches(rounds)
    assert (found["recorded_per_second"], found["posted_per_second"]) == (475, 500)
    assert found["copied_per_second"] == 1900
    assert found["ratio"] == 0.25
    assert found["ratio_of_each_round"] == [0.5, 0.5, 0.002]


def test_single_posts_stand_beside_the_null_view() -> None:
    found = figures.of_singles([SingleRound(posts=100, post_seconds=2.0, nulls=400, null_seconds=2.0)])
    assert (found["posts_per_second"], found["null_view_per_second"], found["ratio"]) == (50, 200, 0.25)


def test_right_answers_pass() -> None:
    answers.check_batches([answer(200, "recorded", "duplicate"), answer(200, "recorded")], sizes=[2, 1], recorded=2)
    answers.check_statuses([answer(201)], status=201)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param([answer(200, "recorded", "recorded")], id="a duplicate recorded"),
        pytest.param([answer(200, "recorded", "rejected")], id="an event rejected"),
        pytest.param([answer(200, "recorded")], id="a result missing"),
        pytest.param([answer(409, "recorded", "duplicate")], id="another status"),
        pytest.param([answer(200, "recorded", "duplicate")] * 2, id="an answer too many"),
    ],
)
def test_wrong_answers_are_refused(wrong: list[bytes]) -> None:
    with pytest.raises(answers.WrongAnswer):
        answers.check_batches(wrong, sizes=[2], recorded=1)
