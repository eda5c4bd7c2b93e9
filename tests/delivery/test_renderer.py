"""The child that draws papers: what kills it is parked alone, and the next paper is drawn."""

import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from apps.delivery import queries, rendering
from apps.delivery.models import Document
from apps.delivery.renderer import Renderer, Request, Undrawable
from apps.outbox import operations as outbox
from apps.outbox.models import Job
from apps.tenancy.models import Organization
from tests.builders import OCTOBER
from tests.delivery.conftest import Work, billed
from tests.delivery.papers import TIERS, line, paper

SMALL = Request(markup="<!doctype html><title>One</title><p>one", style="", identifier="1")
MOST_KIBIBYTES = 400 * 1024


@contextmanager
def drawing_with(*, seconds: int = 120, mebibytes: int = 1024, most_documents: int = 200) -> Iterator[Renderer]:
    """Have a renderer of its own for one test."""
    renderer = Renderer(seconds=seconds, mebibytes=mebibytes, most_documents=most_documents)
    try:
        yield renderer
    finally:
        renderer.close()


def many(lines: int) -> Request:
    """Lay out an invoice of so many lines with their tiers."""
    return rendering.request_of(paper([line(description=f"Line {n}", steps=TIERS) for n in range(lines)]))


def killed(pid: int, *, after_seconds: float) -> None:
    """Stop a process now, and kill it in a moment: whatever it is asked until then, it dies over."""
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(after_seconds, os.kill, [pid, signal.SIGKILL]).start()


def test_one_child_draws_one_paper_after_the_other() -> None:
    with drawing_with() as renderer:
        first, pid = renderer.draw(SMALL), renderer.pid
        assert renderer.draw(SMALL).content == first.content
        assert (first.content[:5], first.pages, renderer.pid) == (b"%PDF-", 1, pid)
    assert renderer.pid is None


def test_it_is_replaced_after_so_many_papers() -> None:
    with drawing_with(most_documents=2) as renderer:
        renderer.draw(SMALL)
        first = renderer.pid
        renderer.draw(SMALL)
        assert renderer.pid is None and first is not None
        renderer.draw(SMALL)
        assert renderer.pid not in {None, first}
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)


def test_a_paper_that_kills_it_is_told_how_and_the_next_is_drawn() -> None:
    with drawing_with() as renderer:
        renderer.draw(SMALL)
        assert renderer.pid is not None
        killed(renderer.pid, after_seconds=0.2)
        with pytest.raises(Undrawable, match=r"stopped over this one \(signal SIGKILL\)"):
            renderer.draw(SMALL)
        assert renderer.draw(SMALL).pages == 1


def test_a_child_that_died_between_two_papers_costs_none() -> None:
    with drawing_with() as renderer:
        renderer.draw(SMALL)
        assert renderer.pid is not None
        os.kill(renderer.pid, signal.SIGKILL)
        os.waitid(os.P_PID, renderer.pid, os.WEXITED | os.WNOWAIT)
        assert renderer.draw(SMALL).pages == 1


def test_a_paper_that_takes_too_much_processor_time_is_stopped() -> None:
    with drawing_with(seconds=2) as renderer:
        with pytest.raises(Undrawable, match=r"more than 2 seconds of processor time|longer than 4 seconds"):
            renderer.draw(many(1000))
        assert renderer.draw(SMALL).pages == 1


def test_a_paper_that_waits_for_what_never_comes_is_stopped() -> None:
    with drawing_with(seconds=3) as renderer:
        renderer.draw(SMALL)
        assert renderer.pid is not None
        os.kill(renderer.pid, signal.SIGSTOP)
        with pytest.raises(Undrawable, match="took longer than 6 seconds"):
            renderer.draw(SMALL)
        assert renderer.draw(SMALL).pages == 1


def test_a_paper_that_wants_too_much_memory_is_stopped() -> None:
    with drawing_with(mebibytes=320) as renderer:
        with pytest.raises(Undrawable, match=r"more than 320 MB of memory|stopped over this one"):
            renderer.draw(many(1000))
        assert renderer.draw(SMALL).pages == 1


def test_a_paper_that_asks_for_more_than_it_was_given_says_what() -> None:
    with drawing_with() as renderer, pytest.raises(Undrawable, match=r"a paper asked for http://127\.0\.0\.1:9/x"):
        renderer.draw(Request(markup="<img src='http://127.0.0.1:9/x' alt=''>", style="", identifier="1"))


def test_it_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary")
    with drawing_with() as renderer:
        renderer.draw(SMALL)
        assert b"canary" not in Path(f"/proc/{renderer.pid}/environ").read_bytes()


def test_a_thousand_lines_take_less_than_400_megabytes() -> None:
    with drawing_with() as renderer:
        assert renderer.draw(many(1000)).pages > 50
        status = Path(f"/proc/{renderer.pid}/status").read_text()
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    assert int(peak) < MOST_KIBIBYTES


def test_a_letter_that_no_font_has_is_named() -> None:
    with drawing_with() as renderer, pytest.raises(Undrawable, match=r"No font .* can print “𒀀” \(U\+12000\)"):
        renderer.draw(Request(markup="<p>Uruk 𒀀 & co, 株式会社", style="", identifier="1"))


def test_what_prints_nothing_in_any_font_is_a_gap() -> None:
    silent = "".join(map(chr, (0x01, 0x07, 0x0B, 0x1F, 0x7F, 0x85, 0x9F, 0x2028)))
    request = rendering.request_of(paper([line(description=f"Two{silent}words")], name=f"Uruk{silent}Ltd"))
    assert not set(silent) & set(request.markup)
    assert rendering.renderer().draw(request).pages == 1


def test_a_crash_parks_that_document_alone_and_a_person_may_retry(seller: Organization, worked: Work) -> None:
    rendering.render(paper([line()]))
    pid = rendering.renderer().pid
    assert pid is not None
    first = billed(seller, calls=1)
    killed(pid, after_seconds=0.2)
    worked()
    job = Job.objects.get(handler="delivery.store_document")
    assert (job.status, queries.document_of(invoice=first)) == (Job.Status.FAILED, None)
    assert "stopped over this one (signal SIGKILL)" in job.error
    assert outbox.try_again(job=job, now=OCTOBER + timedelta(hours=1))
    worked(timedelta(hours=1))
    assert queries.document_of(invoice=first) is not None


def test_a_paper_with_a_missing_letter_is_parked_and_not_sent(seller: Organization, worked: Work) -> None:
    billed(seller, calls=1, name="Uruk 𒀀", email="uruk@example.com")
    worked()
    job = Job.objects.get(handler="delivery.store_document")
    assert (job.status, job.error[:34]) == (Job.Status.FAILED, "No font of this machine can print ")
    assert not Job.objects.filter(handler="delivery.mail_invoice")
    assert not Document.objects.exists()
