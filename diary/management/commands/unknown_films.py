"""`python manage.py unknown_films`: folders of films that the database does not know."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from diary.models import Clip
from diary.services import files


class Command(BaseCommand):
    """Nothing deletes them by itself: with a database that is too old, or another one, they are people's films."""

    help = "List the folders of films that the database does not know; with --delete NUMBER, delete that many."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whoever deletes says how many, as the list told."""
        parser.add_argument(
            "--delete", type=int, metavar="NUMBER", help="how many the list holds: delete them for good"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """List, or delete what was listed."""
        folders = files.list_unknown()
        for folder in folders:
            self.stdout.write(folder)
        self.stdout.write(f"Unknown to the database: {len(folders)}; clips in the database: {Clip.objects.count()}.")
        if options["delete"] is None:
            return
        if options["delete"] != len(folders):
            sys.exit("Nothing was deleted: the number after --delete must be that of the unknown ones.")
        for folder in folders:
            files.delete_folder(folder=folder)
        self.stdout.write(f"Deleted: {len(folders)}.")
