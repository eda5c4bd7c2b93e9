"""What the office asks of Celery, as Celery understands it."""

from threading import Thread
from typing import Any

from celery import Celery, current_app
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]  # not in the stubs

from billing_site.celery import app


def test_every_thread_speaks_to_our_broker() -> None:
    seen: list[Any] = []
    thread = Thread(target=lambda: seen.append(current_app.main))
    thread.start()
    thread.join()
    assert seen == [app.main] == ["tallybook"]


def test_ticks_expire_before_the_next_and_name_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert app.conf.beat_schedule
    for tick in app.conf.beat_schedule.values():
        assert 0 < tick["options"]["expires"] <= tick["schedule"]
        assert tick["task"] in app.tasks


def test_connections_are_kept_from_task_to_task() -> None:
    assert DjangoWorkerFixup(app).db_reuse_max == 1000


def test_a_worker_that_lost_its_broker_tries_for_ever() -> None:
    assert isinstance(app, Celery)
    assert app.conf.broker_connection_max_retries is None
