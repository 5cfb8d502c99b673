"""The row is the queue: claimed once, finished by its claimant only, never left pending."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.models import Analysis, Exercise, WorkoutSet
from diary.selectors.analyses import latest_analysis, list_waiting, next_waiting
from diary.services import files
from diary.services.analyses import (
    cancel_analysis,
    claim_analysis,
    claim_next,
    expire_overdue,
    fail_analysis,
    fill_diary,
    finish_analysis,
    hand_back,
    record_progress,
    requeue_stale,
)
from diary.services.clips import delete_clip, start_analysis
from tests.factories import claim, make_clip, make_finding, make_outcome

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_is_claimed_once(user: User) -> None:
    analysis = latest_analysis(make_clip(user))
    first, second = claim_analysis(id=analysis.pk), claim_analysis(id=analysis.pk)
    assert first.attempt == 1 and first.status == "running" and second is None


def test_people_take_turns(user: User, stranger: User) -> None:
    mine = [latest_analysis(make_clip(user)).pk for _ in range(4)]
    theirs = [latest_analysis(make_clip(stranger)).pk for _ in range(2)]
    order = [claim_next(worker="w:1:1").pk for _ in range(6)]
    assert order == [mine[0], theirs[0], mine[1], theirs[1], mine[2], mine[3]]
    assert claim_next() is None


def test_who_has_just_been_served_waits_for_somebody_new(user: User, stranger: User) -> None:
    done = claim(make_clip(user))
    finish_analysis(analysis=done, attempt=done.attempt)
    first = latest_analysis(make_clip(user))
    second = latest_analysis(make_clip(stranger))
    assert [claim_next().pk, claim_next().pk] == [second.pk, first.pk]


def test_who_deletes_a_film_that_was_analysed_does_not_get_a_turn_earlier(user: User, stranger: User) -> None:
    done = claim(make_clip(user))
    finish_analysis(analysis=done, attempt=done.attempt)
    delete_clip(clip=done.clip)
    first = latest_analysis(make_clip(user))
    second = latest_analysis(make_clip(stranger))
    assert [claim_next().pk, claim_next().pk] == [second.pk, first.pk]


def test_who_loses_the_race_for_a_run_takes_the_next(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, other = (latest_analysis(make_clip(user)) for _ in range(2))
    offers = iter([lost.pk, other.pk])
    claim_analysis(id=lost.pk)
    monkeypatch.setattr("diary.services.analyses.next_waiting", lambda: next(offers))
    assert claim_next().pk == other.pk


def test_who_loses_the_race_for_a_run_knows_whose_turn_it_was(
    user: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, _mine_too, theirs = (latest_analysis(make_clip(person)).pk for person in (user, user, stranger))
    same, claimed = threading.Barrier(2), []

    def offer() -> UUID | None:
        offered = next_waiting()
        if offered == mine:
            same.wait()  # for the other worker, which is offered it too
        return offered

    def find_slowly(**wanted: object) -> object:
        time.sleep(0.3)
        return User.objects.get_queryset().filter(**wanted)

    def work() -> None:
        claimed.append(claim_next().pk)
        connection.close()

    monkeypatch.setattr("diary.services.analyses.next_waiting", offer)
    monkeypatch.setattr(User.objects, "filter", find_slowly)
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(claimed) == {mine, theirs}


def test_of_many_claimants_at_once_one_wins(user: User) -> None:
    analysis = latest_analysis(make_clip(user))
    start, won = threading.Barrier(6), []

    def compete() -> None:
        start.wait()
        won.append(claim_analysis(id=analysis.pk) is not None)
        connection.close()

    threads = [threading.Thread(target=compete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 5 + [True]
    analysis.refresh_from_db()
    assert analysis.attempt == 1


def test_progress_counts_over_all_stages_and_only_for_the_claimant(user: User) -> None:
    analysis = claim(make_clip(user))
    assert record_progress(analysis_id=analysis.pk, attempt=1, stage="pose", share=0.5)
    assert not record_progress(analysis_id=analysis.pk, attempt=0, stage="pose", share=0.9)
    analysis.refresh_from_db()
    assert analysis.stage == "pose" and 0.2 < analysis.progress < 0.75


def test_finished_run_shows_its_row_and_its_files(user: User, squat: Exercise, tmp_path: Path) -> None:
    clip = make_clip(user)
    analysis = claim(clip)
    out = tmp_path / "out"
    rows = fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding(), folder=out))
    (out / "rendition.mp4").write_bytes(b"rendition")
    assert finish_analysis(analysis=analysis, attempt=1, rendition=out / "rendition.mp4", timings_s={"rendition": 2.0})
    clip.refresh_from_db()
    analysis.refresh_from_db()
    assert [(row.exercise, row.reps) for row in rows] == [(squat, 10)]
    assert (analysis.status, analysis.stage, analysis.progress) == ("done", "done", 1.0)
    assert analysis.timings == {"pose": 1.0, "rendition": 2.0}
    assert clip.rendition.read() == b"rendition" and clip.poster.read() == b"poster.jpg"
    assert WorkoutSet.objects.get().thumbnail.read() == b"set_0.jpg"
    assert (clip.width, clip.height, clip.duration_s) == (720, 1280, 30.0)


def test_stale_worker_writes_nothing(user: User, squat: Exercise, tmp_path: Path) -> None:
    clip = make_clip(user)
    stale = claim(clip)
    requeue_stale(now=timezone.now() + timedelta(minutes=1))
    claim(clip)
    outcome = make_outcome(make_finding(), folder=tmp_path / "out")
    assert fill_diary(analysis=stale, attempt=1, outcome=outcome) is None
    assert not finish_analysis(analysis=stale, attempt=1)
    assert not fail_analysis(analysis=stale, attempt=1, code=Code.INTERNAL)
    assert not WorkoutSet.objects.exists()
    assert files.list_files(folder=clip.folder) == [clip.original.name]


def test_pictures_stay_of_a_run_that_was_handed_back_after_it_had_filled_the_diary(
    user: User, squat: Exercise, tmp_path: Path
) -> None:
    clip = make_clip(user)
    analysis, out = claim(clip), tmp_path / "out"
    fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding(), folder=out))
    Analysis.objects.update(status="queued")
    (out / "rendition.mp4").write_bytes(b"rendition")
    assert not finish_analysis(analysis=analysis, attempt=1, rendition=out / "rendition.mp4")
    assert WorkoutSet.objects.get().thumbnail.read() == b"set_0.jpg"
    assert not [name for name in files.list_files(folder=clip.folder) if name.endswith("rendition.mp4")]


def test_deleted_clip_ends_the_run_quietly(user: User, squat: Exercise) -> None:
    clip = make_clip(user)
    analysis = claim(clip)
    clip.delete()
    assert not record_progress(analysis_id=analysis.pk, attempt=1)
    assert fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding())) is None


def test_failure_leaves_a_row_to_fill_by_hand(user: User) -> None:
    clip = make_clip(user)
    assert fail_analysis(analysis=claim(clip), attempt=1, code=Code.NO_PERSON)
    row = clip.sets.get()
    assert (row.exercise, row.reps, row.workout.date) == (None, None, clip.day)
    assert latest_analysis(clip).error_code == "no_person"


def test_failure_of_a_second_run_adds_no_row(user: User, squat: Exercise) -> None:
    clip = make_clip(user)
    first = claim(clip)
    fill_diary(analysis=first, attempt=1, outcome=make_outcome(make_finding()))
    finish_analysis(analysis=first, attempt=1)
    start_analysis(clip=clip)
    fail_analysis(analysis=claim(clip), attempt=1, code=Code.INTERNAL)
    assert clip.sets.get().exercise == squat


def test_nothing_found_leaves_an_open_row_with_the_candidates(user: User) -> None:
    clip = make_clip(user)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome())
    assert clip.sets.get().candidates == [{"exercise": "squat", "confidence": 0.4}]


def test_silent_worker_s_run_is_queued_again_until_it_killed_too_many(user: User, settings: LazySettings) -> None:
    clip = make_clip(user)
    for attempt in range(1, settings.ANALYSIS_ATTEMPTS + 1):
        assert claim(clip).attempt == attempt
        assert requeue_stale() == []
        queued = requeue_stale(now=timezone.now() + timedelta(seconds=settings.HEARTBEAT_LOST_S + 1))
        assert len(queued) == (attempt < settings.ANALYSIS_ATTEMPTS)
    assert latest_analysis(clip).error_code == "internal"
    assert clip.sets.count() == 1


def test_worker_that_is_told_to_stop_hands_its_run_back_as_often_as_it_likes(
    user: User, settings: LazySettings
) -> None:
    clip, other = make_clip(user), make_clip(user)
    for attempt in range(1, settings.ANALYSIS_ATTEMPTS + 3):
        stale = claim(clip)
        assert (stale.attempt, stale.losses) == (attempt, 0)
        assert hand_back(workers=["elsewhere:1:", "test:1:"]) == 1
        assert not record_progress(analysis_id=stale.pk, attempt=attempt)
    claim(other)
    assert hand_back(workers=["test:11:", "elsewhere:1:"]) == hand_back(workers=[]) == 0
    waiting = latest_analysis(clip)
    assert (waiting.status, waiting.stage, waiting.progress, waiting.worker) == ("queued", "queued", 0.0, "")
    assert latest_analysis(other).status == "running"


def test_worker_known_to_be_gone_is_not_waited_for(user: User) -> None:
    analysis = claim(make_clip(user))
    assert requeue_stale(is_gone=lambda worker: worker == "test:1:1") == [analysis.pk]


def test_overdue_run_times_out(user: User, settings: LazySettings) -> None:
    analysis = claim(make_clip(user))
    assert expire_overdue() == []
    late = timezone.now() + timedelta(seconds=settings.ANALYSIS_LIMIT_S + 1)
    assert expire_overdue(now=late) == [analysis.pk]
    analysis.refresh_from_db()
    assert (analysis.status, analysis.error_code) == ("failed", "timed_out")


def test_cancelled_run_cannot_be_cancelled_again_or_finished(user: User) -> None:
    clip = make_clip(user)
    analysis = claim(clip)
    assert cancel_analysis(analysis=analysis).status == "cancelled"
    assert not finish_analysis(analysis=analysis, attempt=1)
    with pytest.raises(DiaryError):
        cancel_analysis(analysis=analysis)
    assert clip.sets.count() == 1


def test_only_runs_that_wait_long_are_listed(user: User) -> None:
    analysis = latest_analysis(make_clip(user))
    assert list_waiting(longer_than=timedelta(minutes=1), limit=5) == []
    Analysis.objects.update(queued_at=timezone.now() - timedelta(minutes=2))
    assert list_waiting(longer_than=timedelta(minutes=1), limit=5) == [analysis.pk]
