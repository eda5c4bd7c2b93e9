"""Celery: hints and ticks. Nothing is lost with a task, since truth is in rows (DESIGN rules 10 and 13)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_site.settings")

app = Celery("tallybook")
app.config_from_object("billing_site.celery_settings")
app.autodiscover_tasks()
