"""Exercises are found by what people call them."""

from __future__ import annotations

import csv

import pytest

from accounts.models import User
from diary.models import Exercise
from diary.selectors.listing import list_exercises
from diary.selectors.names import find_by_name, other_names
from diary.services.exercises import CATALOGUE, create_exercise, load_catalogue, read_catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    load_catalogue(rows=read_catalogue())


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("RDL", {"romanian_deadlift"}),
        ("pushups", {"push_up", "knee_push_up", "incline_push_up", "pike_push_up", "handstand_push_up"}),
        ("Biceps Curl", {"barbell_curl", "dumbbell_curl"}),
        ("bicep", {"barbell_curl", "dumbbell_curl"}),
        ("military press", {"overhead_press"}),
        ("curl hammer", {"hammer_curl"}),
        ("풀업", {"pull_up"}),
        ("턱걸이", {"pull_up"}),
        ("풀다운", {"lat_pulldown", "straight_arm_pulldown"}),
        ("no such thing", set()),
    ],
)
def test_words_of_a_gym_find_exercises(user: User, words: str, slugs: set[str]) -> None:
    assert {row.slug for row in find_by_name(list_exercises(user), words)} == slugs


def test_nothing_typed_finds_all_and_own_ones_are_found_by_their_names(user: User) -> None:
    own = create_exercise(user=user, name_ko="밧줄 오르기")
    assert find_by_name(list_exercises(user), " ").count() == Exercise.objects.count()
    assert list(find_by_name(list_exercises(user), "밧줄")) == [own]


def test_other_names_are_of_the_catalogue_and_nobody_s_first_name() -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as stream:
        known = {row["slug"]: row["name_en"].casefold() for row in csv.DictReader(stream)}
    for slug, names in other_names().items():
        assert slug in known
        assert all(name and name == name.lower().strip() for name in names)
        assert not set(names) & (set(known.values()) - {known[slug]}), slug
