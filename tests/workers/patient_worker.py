"""A real Celery worker whose runs wait for a file before they end: `python -m tests.workers.patient_worker FOLDER`.

Everything but the look into the film is the site's own code.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
django.setup()

from diary.models import Analysis  # noqa: E402
from diary.services.analyses import fill_diary, finish_analysis  # noqa: E402
from tests.factories import make_finding, make_outcome  # noqa: E402
from workers import runner  # noqa: E402
from workers.celery import app  # noqa: E402
from workers.heartbeat import Heartbeat  # noqa: E402

FOLDER = Path(sys.argv[1])


def run_patiently(analysis: Analysis) -> None:
    """Say which attempt began and in which process, then wait for the permission to end."""
    (FOLDER / f"began-{analysis.attempt}").write_text(str(os.getpid()))
    with Heartbeat(analysis_id=analysis.pk, attempt=analysis.attempt) as pulse:
        while not (FOLDER / "may_end").exists():
            pulse.tell("pose", 0.5)
            time.sleep(0.05)
    fill_diary(analysis=analysis, attempt=analysis.attempt, outcome=make_outcome(make_finding()))
    if finish_analysis(analysis=analysis, attempt=analysis.attempt):
        with (FOLDER / "ended").open("a") as log:
            log.write(f"{analysis.attempt}\n")


if __name__ == "__main__":
    runner.run_analysis = run_patiently
    runner.load_models = lambda: None  # type: ignore[assignment]
    runner.find_weight_problem = lambda: ""
    app.worker_main(
        ["worker", "--beat", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    )
