"""Serve the office: python -m billing_site.runner [--bind ADDRESS] [--port PORT]"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import environ
from django.conf import settings

from billing_site import embedded, file_broker
from billing_site.embedded import locks
from billing_site.embedded.places import CHECKOUT
from billing_site.runner import door
from billing_site.runner.children import Role, python
from billing_site.runner.office import Office

CELERY = ("-m", "celery", "--quiet", "--app", "billing_site.celery")
FIRST_STEPS = (("migrate", "--verbosity", "0"), ("create_owner",))
# Whoever runs a server as root was told so before; a screenful at each start hides what matters.
QUIET = "ignore:You're running the worker with superuser privileges"


def main() -> None:
    """Open the door, prepare the database, and run the children."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_site.settings")
    environ.Env.read_env(CHECKOUT / ".env")
    options = parse(sys.argv[1:])
    make_folders()
    if not locks.try_alone(locks.open_file(settings.BROKER_DIR / "runner.lock")):
        sys.exit("An office runs in this folder already. End it first (ctrl-C where it runs).")
    try:
        listener = door.open_door(options.bind, options.port)
        os.environ.setdefault("BASE_URL", door.address(listener))
        file_broker.remove_stale()
        with embedded.database():
            for step in FIRST_STEPS:
                if subprocess.run(python("manage.py", *step), cwd=CHECKOUT, stdin=subprocess.DEVNULL).returncode != 0:  # noqa: S603
                    sys.exit(f"The office does not open, since {step[0]} failed.")
            Office(listener, roles(listener.fileno())).run()
    except (door.DoorError, embedded.EmbeddedServerError) as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:  # before the office itself listens to it
        sys.exit(130)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; BIND and PORT in the environment or .env are its defaults."""
    parser = argparse.ArgumentParser(prog="scripts/run", description="Serve the office until ctrl-C.")
    parser.add_argument("--bind", default=os.environ.get("BIND", "127.0.0.1"), help="address (%(default)s)")
    parser.add_argument("--port", default=os.environ.get("PORT", "8000"), type=int, help="port (%(default)s)")
    return parser.parse_args(arguments)


def roles(door_descriptor: int) -> list[Role]:
    """Return the three children: a killed `worker -B` would orphan its beat, so beat is a child of ours."""
    web = ("-m", "gunicorn", "--config", "python:billing_site.gunicorn_settings", "--bind", f"fd://{door_descriptor}")
    level = ("--loglevel", os.environ.get("LOG_LEVEL", "WARNING"))
    worker = ("--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat", *level)
    return [
        Role("web", python(*web, "billing_site.wsgi:application"), descriptors=(door_descriptor,)),
        Role(
            "worker",
            python(*CELERY, "worker", *worker),
            environment={"TMPDIR": str(temporary_folder()), "PYTHONWARNINGS": QUIET},
        ),
        Role("beat", python(*CELERY, "beat", *level)),
    ]


def temporary_folder() -> Path:
    """Return the worker's folder for temporary files, closed to others: the file broker's messages pass through it."""
    return settings.BROKER_DIR / "tmp"


def make_folders() -> None:
    """Make the folders that the children expect."""
    file_broker.folders()
    temporary_folder().mkdir(mode=0o700, exist_ok=True)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    main()
