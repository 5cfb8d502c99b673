"""The app of the diary itself."""

from django.apps import AppConfig


class DiaryConfig(AppConfig):
    """Workouts, sets, clips and their analyses."""

    name = "diary"
    verbose_name = "Diary"
