"""Celery's settings: Redis when REDIS_URL is set, else kombu's filesystem transport below var/."""

from typing import Any

from django.conf import settings

from billing_site import file_broker

TICK_SECONDS = 10
# A hint is not worth a wait: a broker that is away is noticed this soon, and the next tick does the work.
BROKER_PATIENCE_SECONDS = 1.0

broker_transport_options: dict[str, Any]
if settings.REDIS_URL:
    broker_url = settings.REDIS_URL
    broker_transport_options = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": BROKER_PATIENCE_SECONDS,
        "socket_timeout": BROKER_PATIENCE_SECONDS,
    }
else:
    messages, control = file_broker.folders()
    broker_url = "filesystem://localhost"
    broker_transport_options = {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": 0.2,
    }

broker_connection_timeout = BROKER_PATIENCE_SECONDS
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # for ever: the ticks wait in the database, not here
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
# Nobody listens to events or steers workers through the broker; with files, each would leave litter for ever.
worker_enable_remote_control = False
worker_send_task_events = False
timezone = "UTC"
# Celery closes the database connection after each task otherwise: small tasks then run a quarter as fast.
CELERY_DB_REUSE_MAX = 1000

# In memory: ticks this frequent need no file that remembers the last one.
beat_scheduler = "celery.beat:Scheduler"
beat_schedule = {
    "outbox": {"task": "outbox.work", "schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS}},
    "pulls": {"task": "usage.announce_pulls", "schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS}},
    "closing": {"task": "invoicing.close_due", "schedule": 60.0, "options": {"expires": 60}},
    "reminders": {"task": "delivery.remind", "schedule": 600.0, "options": {"expires": 600}},
    "rollups": {"task": "usage.advance_rollups", "schedule": 60.0, "options": {"expires": 60}},
}
