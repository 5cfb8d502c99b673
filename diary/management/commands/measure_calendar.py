"""`python manage.py measure_calendar`: queries and time of the month page for a diary of many sets."""

from __future__ import annotations

import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from accounts.models import User
from diary.models import Exercise, Workout, WorkoutSet
from diary.selectors.calendar import read_month

MONTH = date(2026, 11, 1)


class Command(BaseCommand):
    """Works on rows of a person made up for it; all of them are rolled back."""

    help = "Measure the calendar's month for a diary of many sets, over a year and all in that month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much, and how often."""
        parser.add_argument("--sets", type=int, default=10_000)
        parser.add_argument("--repeat", type=int, default=9)

    @override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False)
    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print a line for each spread."""
        for name, days in (("over a year", 365), ("in one month", 30)):
            with transaction.atomic():
                user = make_diary(options["sets"], days)
                client = Client()
                client.force_login(user)
                read = measure(partial(read_month, user, MONTH.year, MONTH.month), options["repeat"])
                page = measure(
                    partial(fetch, client, reverse("month", args=[MONTH.year, MONTH.month])), options["repeat"]
                )
                transaction.set_rollback(True)
            self.stdout.write(f"{options['sets']} sets {name}: reading {read}; whole page {page}")


def make_diary(sets: int, days: int) -> User:
    """A person with so many sets on so many days up to the end of the month."""
    user = User.objects.create_user("measure@example.invalid")
    exercises = [Exercise(slug=f"measure_{i}", name_en=f"Exercise {i}", owner=user, family="x") for i in range(12)]
    Exercise.objects.bulk_create(exercises)
    last = MONTH + timedelta(days=29)
    workouts = [Workout(user=user, date=last - timedelta(days=i)) for i in range(days)]
    Workout.objects.bulk_create(workouts)
    rows = [
        WorkoutSet(workout=workouts[i % days], exercise=exercises[i % 12], reps=10, position=i, thumbnail=f"{i}.jpg")
        for i in range(sets)
    ]
    WorkoutSet.objects.bulk_create(rows, batch_size=1000)
    return user


def fetch(client: Client, address: str) -> None:
    """Load a page; anything but the page itself would be measured in vain."""
    if (status := client.get(address).status_code) != HTTPStatus.OK:
        raise CommandError(f"{address} answers {status}.")


def measure(call: Callable[[], Any], repeat: int) -> str:
    """Queries of one call and the median time of several."""
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        call()
    count = len(queries)  # the log is emptied by the next request
    times_s = []
    for _ in range(repeat):
        began_s = time.perf_counter()
        call()
        times_s.append(time.perf_counter() - began_s)
    return f"{count} queries, {statistics.median(times_s) * 1000:.0f} ms"
