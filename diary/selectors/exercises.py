"""Reads about exercises: the list to choose from, with the likely ones first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from diary.models import Exercise, WorkoutSet
from diary.selectors.listing import list_exercises
from diary.selectors.progress import list_trained

LIKELY = 5


@dataclass(frozen=True)
class Choice:
    """An exercise to choose with one tap; `confidence` where a model proposed it."""

    exercise: Exercise
    confidence: float | None


def search_exercises(user: User, text: str) -> QuerySet[Exercise]:
    """Exercises whose English or Korean name or slug contains all the words."""
    found = list_exercises(user)
    for word in text.split():
        found = found.filter(Q(name_en__icontains=word) | Q(name_ko__icontains=word) | Q(slug__icontains=word))
    return found


def list_choices(user: User, row: WorkoutSet, *, limit: int = LIKELY) -> list[Choice]:
    """What a set may be: the model's candidates first, then what the person trained lately; two queries."""
    named = {candidate["exercise"]: candidate["confidence"] for candidate in row.candidates}
    by_slug = {exercise.slug: exercise for exercise in list_exercises(user).filter(slug__in=named)}
    candidates = [Choice(by_slug[slug], confidence) for slug, confidence in named.items() if slug in by_slug]
    seen = {choice.exercise.pk for choice in candidates} | {row.exercise_id}
    recent = [Choice(exercise, None) for exercise in list_trained(user)[: limit * 2] if exercise.pk not in seen]
    return [choice for choice in candidates + recent if choice.exercise.pk != row.exercise_id][:limit]
