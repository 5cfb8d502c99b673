"""`python manage.py load_exercises`: bring the catalogue in the database up to the file's state."""

from typing import Any

from django.core.management.base import BaseCommand

from diary.services.exercises import load_catalogue, read_catalogue


class Command(BaseCommand):
    """Can be run any number of times."""

    help = "Load the catalogue of exercises; running it again changes only what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what changed."""
        added, changed = load_catalogue(rows=read_catalogue())
        self.stdout.write(f"Exercises: {added} added, {changed} updated.")
