"""Celery: hints and ticks. Nothing is lost with a task, since truth is in rows (DESIGN rules 10 and 13)."""

import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_site.settings")


class Task(DjangoTask):  # type: ignore[type-arg]  # not subscriptable at run time
    """A task that begins with a connection that works.

    CELERY_DB_REUSE_MAX keeps connections from task to task, also the dead ones of a server that was restarted;
    a request drops those by itself, a task has to.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        return super().__call__(*args, **kwargs)


app = Celery("tallybook", task_cls=Task)
app.config_from_object("billing_site.celery_settings")
app.autodiscover_tasks()
# For every thread: what Celery makes current by itself is so only in the thread that imports this.
app.set_default()
