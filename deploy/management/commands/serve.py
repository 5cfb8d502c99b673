"""`python manage.py serve`: database, catalogue and static files brought up to date, then all processes together."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError

from deploy.processes import ProcessTree, is_port_taken


class Command(BaseCommand):
    """One process tree; Ctrl-C stops all of it."""

    help = "Prepare what is needed, then run the site and its worker until Ctrl-C."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address may also come from DEUKGEUN_HOST and PORT."""
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--no-worker", action="store_true", help="only the site; workers and beat run elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start, wait, stop."""
        host, port = options["host"], options["port"]
        if is_port_taken(host, port):
            sys.exit(f"Port {port} of {host} is taken. Stop what uses it, or choose another one: PORT={port + 1}")
        self.prepare()
        commands = {"web": web_command(host, port)} | ({} if options["no_worker"] else {"worker": WORKER, "beat": BEAT})
        address = settings.PUBLIC_URL or f"http://{LOCAL.get(host, host)}:{port}"
        with ProcessTree(commands) as tree:
            if tree.wait_for_port(host, port):
                self.stdout.write(self.style.SUCCESS(f"\n  Deukgeun Diary runs at {address}/  (Ctrl-C stops it)\n"))
                self.stdout.flush()  # a log file would keep it back
            status = tree.wait()
        sys.exit(status)

    def prepare(self) -> None:
        """Quick when there is nothing to do."""
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except OperationalError as error:
            sys.exit(f"Cannot start: the database of DATABASE_URL cannot be used. {first_line(error)}")
        call_command("load_exercises", stdout=self.stdout)
        if not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)


def first_line(error: Exception) -> str:
    """What the database says, without what follows below it."""
    return str(error).strip().partition("\n")[0]


LOCAL = {"127.0.0.1": "localhost", "0.0.0.0": "localhost"}  # noqa: S104
# Workers have nothing to tell each other: the rows say it all.
QUIET = ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "workers.celery"]
WORKER = [*CELERY, "worker", *QUIET]
# Not inside the worker, which would not notice its end: no sweep and no purge would ever run again.
BEAT = [*CELERY, "beat", "--loglevel", "INFO", "--pidfile="]


def web_command(host: str, port: int) -> list[str]:
    """One uvicorn process; more machines or processes stand behind a proxy of their own."""
    options = [
        "--host",
        host,
        "--port",
        str(port),
        "--no-server-header",
        "--timeout-graceful-shutdown",
        "3",
        "--lifespan",
        "off",
    ]
    return [sys.executable, "-m", "uvicorn", "deploy.asgi:application", *options]
