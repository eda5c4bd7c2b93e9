"""Celery's settings: Redis when REDIS_URL is set, else kombu's filesystem transport below var/."""

from django.conf import settings

TICK_SECONDS = 10

if settings.REDIS_URL:
    broker_url = settings.REDIS_URL
    broker_transport_options: dict[str, object] = {"visibility_timeout": 3600}
else:
    folder = settings.CELERY_BROKER_DIR
    broker_url = "filesystem://"
    broker_transport_options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }

broker_connection_retry_on_startup = True
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
timezone = "UTC"
# Celery closes the database connection after each task otherwise: small tasks then run a quarter as fast.
CELERY_DB_REUSE_MAX = 1000

beat_schedule = {
    "outbox": {"task": "outbox.work", "schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS}},
    "closing": {"task": "invoicing.close_due", "schedule": 60.0, "options": {"expires": 60}},
}
