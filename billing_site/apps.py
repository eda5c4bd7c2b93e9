"""Load Celery with Django, so that requests, commands, tests and workers all mean the same broker."""

from django.apps import AppConfig

from billing_site.celery import app

__all__ = ["FrameConfig", "app"]


class FrameConfig(AppConfig):
    """The frame as Django sees it; it has no tables."""

    name = "billing_site"
    label = "frame"
