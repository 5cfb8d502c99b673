from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Exercise, WorkoutSet
from diary.selectors.examples import count_examples
from diary.services.analyses import fill_diary
from diary.services.clips import start_analysis
from diary.services.examples import forget_all_examples
from diary.services.sets import correct_set
from diary.services.undo import remember, restore, version_of
from tests.factories import claim, make_clip, make_finding, make_outcome, make_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(user: User, squat: Exercise) -> WorkoutSet:
    """A set with every kind of value."""
    values = {"reps": 10, "weight_kg": Decimal("62.50"), "rpe": Decimal("8.5"), "rep_times": [[0.5, 1.0, 1.5]]}
    proposal = {"reps": {"value": 11, "model": "counter@2", "confidence": 0.9}}
    return make_set(user, date(2026, 3, 14), squat, reps_low=9, reps_high=11, proposal=proposal, note="a", **values)


def test_everything_is_as_before(row: WorkoutSet, lunge: Exercise) -> None:
    before = json.loads(json.dumps(remember(row=row)))
    changed = correct_set(row=row, exercise=lunge, reps=3, weight_kg=Decimal(40), rpe=None, note="b")
    fresh = restore(row=row, before=before, version=version_of(changed))
    fresh.refresh_from_db()
    assert remember(row=fresh) == before
    assert not fresh.is_touched


def test_an_older_undo_is_refused(row: WorkoutSet) -> None:
    before = remember(row=row)
    changed = correct_set(row=row, reps=3)
    correct_set(row=row, reps=4)
    with pytest.raises(DiaryError) as refusal:
        restore(row=row, before=before, version=version_of(changed))
    row.refresh_from_db()
    assert (refusal.value.code, row.reps) == (Code.CONFLICT, 4)


def test_a_deleted_set_does_not_come_back(row: WorkoutSet) -> None:
    before, version = remember(row=row), version_of(row)
    WorkoutSet.objects.filter(pk=row.pk).delete()
    with pytest.raises(DiaryError):
        restore(row=row, before=before, version=version)
    assert not WorkoutSet.objects.exists()


def test_what_was_forgotten_since_stays_so(user: User, lunge: Exercise) -> None:
    clip = make_clip(user)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding()))
    named = correct_set(row=clip.sets.get(), exercise=lunge)
    before = remember(row=named)
    changed = correct_set(row=named, reps=3)
    assert forget_all_examples(user=user) == 1
    fresh = restore(row=changed, before=before, version=version_of(changed))
    assert (fresh.exercise, fresh.is_locked("exercise")) == (lunge, True)
    clip.analyses.update(status="done")
    start_analysis(clip=clip)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding()))
    assert count_examples(user) == 0
