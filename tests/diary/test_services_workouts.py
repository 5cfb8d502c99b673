"""Training days."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from diary.models import Clip, Exercise, Workout, WorkoutSet
from diary.services.analyses import fill_diary
from diary.services.sets import delete_workout
from tests.factories import claim, make_clip, make_finding, make_outcome

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("note", ["", "tired"])
def test_a_deleted_day_leaves_no_pictures_and_its_sets_do_not_come_back(
    user: User, squat: Exercise, tmp_path: Path, note: str, django_capture_on_commit_callbacks: Any
) -> None:
    clip = make_clip(user)
    outcome = make_outcome(make_finding(), make_finding(start_s=100.0), folder=tmp_path / "run")
    rows = fill_diary(analysis=claim(clip), attempt=1, outcome=outcome)
    assert rows is not None
    Workout.objects.update(note=note)
    with django_capture_on_commit_callbacks(execute=True):
        delete_workout(workout=Workout.objects.get())
    assert Clip.objects.get().dismissed_spans == [[1.0, 21.0], [100.0, 120.0]]
    assert not any(default_storage.exists(row.thumbnail.name) for row in rows)
    assert not WorkoutSet.objects.exists()
    assert not Workout.objects.exists()
