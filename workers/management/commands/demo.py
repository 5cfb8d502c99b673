"""`python manage.py demo`: the sample clip through the whole chain, from file to calendar, without a browser."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from diary.models import Analysis, WorkoutSet
from diary.selectors.analyses import latest_analysis
from diary.services.analyses import claim_analysis
from diary.services.clips import create_clip, start_analysis
from workers import identity
from workers.tasks import analyse

EMAIL = "demo@localhost"
SAMPLE = "sample/squats.mp4"


class Command(BaseCommand):
    """Fill the diary of a person who cannot log in."""

    help = "Analyse the sample clip for a demo user and print what the diary then says."

    def handle(self, *args: Any, **options: Any) -> None:
        """Upload, analyse in this process, print."""
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_exercises", verbosity=0)
        user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(email=EMAIL, password=None)
        analysis = self._analyse(user)
        if analysis.status != Analysis.Status.DONE:
            raise CommandError(f"The analysis ended as {analysis.status}: {analysis.error_code}")
        for row in WorkoutSet.objects.filter(clip=analysis.clip).select_related("workout", "exercise"):
            self.stdout.write(f"{row.workout.date}  {row}  ({row.start_s:.1f} to {row.end_s:.1f} s of the clip)")
        for stage, seconds in analysis.timings.items():
            self.stdout.write(f"  {stage:<10} {seconds:6.2f} s")

    def _analyse(self, user: User) -> Analysis:
        """A fresh run, also when the clip is there already."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "squats.mp4"
            shutil.copyfile(str(finders.find(SAMPLE)), path)
            clip, created = create_clip(user=user, path=path, original_name=path.name)
        analysis = (latest_analysis(clip) if created else None) or start_analysis(clip=clip)
        self.stdout.write(f"Analysing {SAMPLE} …")
        if (claimed := claim_analysis(id=analysis.pk, worker=identity.own_name())) is not None:
            analyse(claimed)
        analysis.refresh_from_db()
        return analysis
