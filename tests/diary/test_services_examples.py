"""What a person's corrections teach, whichever recogniser saw them."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import User
from diary.models import Clip, Exercise
from diary.selectors.examples import count_examples, list_examples, list_outdated
from diary.services.analyses import fill_diary
from diary.services.clips import start_analysis
from diary.services.examples import forget_all_examples, pack_embedding, renew_example
from diary.services.sets import correct_set
from tests.factories import Analyse, claim, make_finding, make_outcome

pytestmark = pytest.mark.django_db


def test_correction_teaches_and_can_be_forgotten(user: User, analyse: Analyse, lunge: Exercise) -> None:
    [row] = analyse(make_finding())
    assert count_examples(user) == 0
    row = correct_set(row=row, exercise=lunge)
    assert list_examples(user, model="namer@1") == [("lunge", pack_embedding([1.0, 0.0, 0.5]))]
    assert list_examples(user, model="namer@2") == []
    assert forget_all_examples(user=user) == 1
    assert count_examples(user) == 0
    row = correct_set(row=row, reps=3)
    assert (row.exercise, count_examples(user), row.embedding) == (lunge, 0, None)


def test_another_run_does_not_bring_back_what_was_forgotten(user: User, analyse: Analyse, lunge: Exercise) -> None:
    correct_set(row=analyse(make_finding())[0], exercise=lunge)
    forget_all_examples(user=user)
    [row] = analyse(make_finding())
    assert (row.exercise, row.is_locked("exercise"), count_examples(user)) == (lunge, True, 0)
    row = correct_set(row=row, reps=3)
    assert count_examples(user) == 0
    correct_set(row=row, exercise=lunge)  # named anew
    assert count_examples(user) == 1


def test_what_was_taught_can_be_seen_anew_by_a_newer_recogniser(
    clip: Clip, user: User, lunge: Exercise, tmp_path: Path
) -> None:
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding(), folder=tmp_path))
    row = correct_set(row=clip.sets.get(), exercise=lunge)
    assert list_outdated(user, model="namer@1", most=9) == []
    assert list_outdated(user, model="namer@2", most=9) == [row]
    assert renew_example(row=row, embedding=[0.5, 0.5], model="namer@2")
    assert list_examples(user, model="namer@2") == [("lunge", pack_embedding([0.5, 0.5]))]
    assert not renew_example(row=row, embedding=[0.1, 0.1], model="namer@3")  # somebody was faster
    assert list_outdated(user, model="namer@2", most=9) == []


def test_only_sets_whose_keypoints_are_kept_can_be_seen_anew(
    clip: Clip, user: User, lunge: Exercise, tmp_path: Path
) -> None:
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding(), make_finding(start_s=60.0)))
    for row in clip.sets.all():
        correct_set(row=row, exercise=lunge)
    assert list_outdated(user, model="namer@2", most=9) == []
    clip.analyses.update(status="done")
    start_analysis(clip=clip)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding(), folder=tmp_path))
    [row] = list_outdated(user, model="namer@2", most=9)
    assert row.start_s == 1.0  # not the one that this run overlooked
    assert count_examples(user) == 2
    forget_all_examples(user=user)
    assert list_outdated(user, model="namer@2", most=9) == []


def test_what_was_taught_helps_a_newer_recogniser_after_another_run(clip: Clip, user: User, lunge: Exercise) -> None:
    newer = {"classifier": "namer@2", "counter": "counter@1"}
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding()))
    correct_set(row=clip.sets.get(), exercise=lunge)
    assert (count_examples(user), list_examples(user, model="namer@2")) == (1, [])
    clip.analyses.update(status="done")
    start_analysis(clip=clip)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding()) | {"models": newer})
    assert (count_examples(user), len(list_examples(user, model="namer@2"))) == (1, 1)


def test_corrected_reps_alone_teach_nothing(user: User, analyse: Analyse) -> None:
    correct_set(row=analyse(make_finding())[0], reps=3)
    assert count_examples(user) == 0
