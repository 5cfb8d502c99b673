"""Clips: taken over once, on the right day, gone without a trace."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import delete_account
from diary.errors import Code, DiaryError
from diary.models import Analysis, Clip, Exercise, Removal, Workout, WorkoutSet
from diary.selectors.examples import count_examples
from diary.selectors.usage import read_usage
from diary.services import files, filling, sets
from diary.services.analyses import fill_diary, finish_analysis
from diary.services.clips import create_clip, delete_clip, move_clip, start_analysis
from diary.services.examples import forget_all_examples
from diary.services.sets import correct_set, create_set
from diary.services.workouts import check_day
from tests.factories import claim, make_clip, make_finding, make_outcome, make_set
from tests.races import run_at_once

pytestmark = pytest.mark.django_db(transaction=True)
Film = Callable[..., Path]


def test_clip_and_queued_analysis_are_written_together(user: User, film: Film) -> None:
    path = film(b"squats")
    clip, created = create_clip(user=user, path=path, original_name="../../etc/squats.mp4")
    assert created and not path.exists()
    assert [analysis.status for analysis in clip.analyses.all()] == ["queued"]
    assert clip.original.name == f"clips/{user.pk}/{clip.pk}/original"
    assert default_storage.open(clip.original.name).read() == b"squats"


def test_same_bytes_again_give_the_same_clip_and_no_second_analysis(user: User, film: Film) -> None:
    first, _ = create_clip(user=user, path=film())
    again, created = create_clip(user=user, path=film(name="other name.mov"))
    assert (again.pk, created) == (first.pk, False)
    assert Analysis.objects.count() == 1


@pytest.mark.parametrize("left", [None, b"squ"])
def test_a_lost_film_is_replaced_by_the_same_bytes_and_looked_at(user: User, film: Film, left: bytes | None) -> None:
    clip, _ = create_clip(user=user, path=film(b"squats"))
    lose_film(clip, left)
    Analysis.objects.update(status="failed", error_code=Code.FILM_MISSING)
    again, queued = create_clip(user=user, path=film(b"squats"))
    assert (again, queued) == (clip, True)
    assert files.list_files(folder=clip.folder) == [clip.original.name]
    assert default_storage.open(clip.original.name).read() == b"squats"
    assert list(clip.analyses.values_list("status", flat=True)) == ["queued", "failed"]


@pytest.mark.parametrize("status", ["queued", "done"])
def test_a_lost_film_is_replaced_without_a_run_that_nobody_needs(user: User, film: Film, status: str) -> None:
    clip, _ = create_clip(user=user, path=film())
    lose_film(clip)
    Analysis.objects.update(status=status)
    assert create_clip(user=user, path=film()) == (clip, False)
    assert default_storage.exists(clip.original.name) and Analysis.objects.get().status == status


@pytest.mark.parametrize("kept", ["rendition", "set_0"])
def test_a_film_whose_pictures_were_lost_with_it_is_looked_at_again(
    user: User, squat: Exercise, film: Film, tmp_path: Path, kept: str
) -> None:
    clip, _ = create_clip(user=user, path=film())
    look_at(clip, tmp_path)
    correct_set(row=clip.sets.get(), reps=7)
    for name in files.list_files(folder=clip.folder):
        if kept not in name:
            default_storage.delete(name)
    assert create_clip(user=user, path=film()) == (clip, True)
    look_at(clip, tmp_path)
    row = clip.sets.get()
    clip.refresh_from_db()
    assert (row.reps, row.thumbnail.read(), clip.rendition.read()) == (7, b"set_0.jpg", b"rendition")
    lose_film(clip)
    assert create_clip(user=user, path=film()) == (clip, False)  # the pictures are there


def look_at(clip: Clip, tmp_path: Path) -> None:
    """What a worker does."""
    analysis, out = claim(clip), tmp_path / "out"
    fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding(), folder=out))
    (out / "rendition.mp4").write_bytes(b"rendition")
    finish_analysis(analysis=analysis, attempt=1, rendition=out / "rendition.mp4")


def lose_film(clip: Clip, left: bytes | None = None) -> None:
    default_storage.delete(clip.original.name)
    if left is not None:
        Path(clip.original.path).write_bytes(left)


def test_same_bytes_of_another_person_are_another_clip(user: User, stranger: User, film: Film) -> None:
    first, _ = create_clip(user=user, path=film())
    second, created = create_clip(user=stranger, path=film())
    assert created and first.pk != second.pk


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        (b"", {}, Code.EMPTY_FILE),
        (b"12345", {"MAX_CLIP_BYTES": 4}, Code.TOO_LARGE),
        (b"12345", {"USER_QUOTA_BYTES": 4}, Code.OVER_QUOTA),
    ],
)
def test_files_that_cannot_be_kept_are_refused(
    user: User, film: Film, settings: LazySettings, content: bytes, limits: dict[str, int], code: Code
) -> None:
    for name, value in limits.items():
        setattr(settings, name, value)
    with pytest.raises(DiaryError) as refusal:
        create_clip(user=user, path=film(content))
    assert refusal.value.code == code
    assert not Clip.objects.exists()


@pytest.mark.parametrize("contents", [[b"12345", b"67890", b"abcde"], [b"12345"] * 3])
def test_of_films_that_come_at_once_one_takes_the_last_room(
    user: User, film: Film, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, contents: list[bytes]
) -> None:
    settings.USER_QUOTA_BYTES = 7
    barrier, outcomes, store = threading.Barrier(len(contents)), [], files.store_file

    def store_together(*, source: Path, name: str) -> str:
        barrier.wait(10)  # all have been let in by now
        return store(source=source, name=name)

    def take(path: Path) -> None:
        try:
            outcomes.append(create_clip(user=User.objects.get(pk=user.pk), path=path)[1])
        except DiaryError as refusal:
            outcomes.append(refusal.code)
        connection.close()

    monkeypatch.setattr(files, "store_file", store_together)
    paths = [film(content, name=f"{number}.mp4") for number, content in enumerate(contents)]
    threads = [threading.Thread(target=take, args=[path]) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clip = Clip.objects.get()
    loser = False if len(set(contents)) == 1 else Code.OVER_QUOTA
    assert sorted(map(str, outcomes)) == sorted(map(str, [loser, loser, True]))
    assert files.list_files(folder=f"clips/{user.pk}") == [clip.original.name]
    assert not Removal.objects.exists()


def test_own_quota_wins_over_the_site_s(user: User, film: Film) -> None:
    user.quota_bytes = 3
    with pytest.raises(DiaryError):
        create_clip(user=user, path=film())
    assert read_usage(user).free_bytes == 3


def test_day_is_the_person_s_local_day(user: User) -> None:
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # already the 21st in Seoul
    assert make_clip(user, captured_at=late).day == date(2026, 11, 21)


def test_unbelievable_capture_time_of_the_client_is_ignored(user: User) -> None:
    clip = make_clip(user, captured_at=datetime(1904, 1, 1, tzinfo=UTC))
    assert clip.captured_at.year > 2000


def test_film_s_own_date_moves_untouched_sets_and_leaves_touched_ones(user: User, squat: Exercise) -> None:
    clip = make_clip(user)
    analysis = claim(clip)
    fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding(), make_finding(start_s=60)))
    kept = clip.sets.order_by("start_s").first()
    correct_set(row=kept, reps=12)
    upload_day = clip.day
    outcome = make_outcome(make_finding(), make_finding(start_s=60), captured_at="2026-03-01T20:00:00+00:00")
    fill_diary(analysis=analysis, attempt=1, outcome=outcome)
    days = list(clip.sets.order_by("start_s").values_list("workout__date", flat=True))
    assert days == [upload_day, date(2026, 3, 2)]
    clip.refresh_from_db()
    assert (clip.day, clip.capture_source) == (date(2026, 3, 2), "metadata")


def test_person_moves_a_clip_and_the_film_s_date_no_longer_counts(user: User, squat: Exercise) -> None:
    clip = make_clip(user)
    analysis = claim(clip)
    fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding()))
    move_clip(clip=clip, date=date(2026, 5, 1))
    outcome = make_outcome(make_finding(), captured_at="2026-03-01T20:00:00+00:00")
    fill_diary(analysis=analysis, attempt=1, outcome=outcome)
    assert clip.sets.get().workout.date == date(2026, 5, 1)
    assert list(Workout.objects.values_list("date", flat=True)) == [date(2026, 5, 1)]


def test_days_end_a_year_from_now_where_the_person_lives(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 20, 15, 30, tzinfo=UTC))  # the 21st in Seoul
    check_day(user=user, date=date(2000, 1, 1))
    check_day(user=user, date=date(2027, 11, 22))
    for day in (date.min, date(1999, 12, 31), date(2027, 11, 23), date.max):
        with pytest.raises(DiaryError) as refusal:
            check_day(user=user, date=day)
        assert refusal.value.code == Code.DAY_OUT_OF_RANGE


def test_services_refuse_days_themselves(user: User) -> None:
    clip, row = make_clip(user), create_set(user=user, date=date(2026, 5, 1), reps=5)
    for write in (
        lambda: move_clip(clip=clip, date=date.min),
        lambda: create_set(user=user, date=date.min, reps=5),
        lambda: correct_set(row=row, day=date.min),
    ):
        with pytest.raises(DiaryError):
            write()
    assert list(Workout.objects.values_list("date", flat=True)) == [date(2026, 5, 1)]


def test_only_one_analysis_at_a_time(user: User) -> None:
    clip = make_clip(user)
    with pytest.raises(DiaryError) as refusal:
        start_analysis(clip=clip)
    assert refusal.value.code == Code.ANALYSIS_ACTIVE
    Analysis.objects.update(status="cancelled")
    assert start_analysis(clip=clip, options={"person_hint": [1.0, 0.5, 0.5]}).status == "queued"


def run_again(clip: Clip, status: str, code: str = "internal", **options: object) -> Analysis:
    """Another run over the clip, which ends."""
    Analysis.objects.filter(status="queued").update(status="done")
    analysis = start_analysis(clip=clip, options=options)
    Analysis.objects.filter(pk=analysis.pk).update(status=status, error_code=code)
    return analysis


def test_options_stay_until_they_are_taken_back(user: User) -> None:
    clip, point = make_clip(user), [1.0, 0.5, 0.5]
    run_again(clip, "failed", person_hint=point, other=1)
    assert run_again(clip, "done").options == {"person_hint": point, "other": 1}
    run_again(clip, "cancelled", person_hint=[2.0, 0.1, 0.1])
    assert run_again(clip, "done").options == {"person_hint": point, "other": 1}
    run_again(clip, "failed", "nobody_tapped", person_hint=[2.0, 0.0, 0.0])
    assert run_again(clip, "done").options == {"person_hint": point, "other": 1}
    run_again(clip, "done", person_hint=None)
    assert run_again(clip, "done").options == {"person_hint": None, "other": 1}


def test_a_moment_after_the_end_shows_nobody(user: User) -> None:
    clip = make_clip(user)
    run_again(clip, "done", person_hint=[1e9, 0.5, 0.5])  # how long it is is not known yet
    clip.duration_s = 30.0
    for point in ([31.0, 0.5, 0.5], [1.0, float("nan"), 0.5]):
        with pytest.raises(DiaryError) as refusal:
            start_analysis(clip=clip, options={"person_hint": point})
        assert refusal.value.code == Code.INVALID_VALUE
    assert run_again(clip, "done", person_hint=[30.1, 0.5, 0.5]).pk


def test_a_set_that_says_nothing_goes_with_its_clip(user: User) -> None:
    clip = make_clip(user)
    blank, touched = make_set(user, clip.day, clip=clip, reps=None), make_set(user, clip.day, clip=clip, reps=None)
    correct_set(row=touched, note="the one with the broken file")
    assert [row.is_blank for row in (blank, WorkoutSet.objects.get(pk=touched.pk))] == [True, False]
    delete_clip(clip=clip)
    assert list(WorkoutSet.objects.all()) == [touched]


@pytest.mark.parametrize("with_sets", [True, False])
def test_delete_means_delete(user: User, squat: Exercise, tmp_path: Path, with_sets: bool) -> None:
    clip = make_clip(user)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding(), folder=tmp_path / "out"))
    folder = clip.folder
    assert len(files.list_files(folder=folder)) == 4  # original, poster, keypoints, thumbnail
    delete_clip(clip=clip, with_sets=with_sets)
    assert files.list_files(folder=folder) == []
    assert not Path(default_storage.path(folder)).exists()
    assert WorkoutSet.objects.count() == Workout.objects.count() == (0 if with_sets else 1)
    assert not WorkoutSet.objects.exclude(thumbnail="").exists()


def test_what_a_film_taught_goes_with_it(user: User, squat: Exercise, lunge: Exercise) -> None:
    kept, gone = make_clip(user), make_clip(user)
    for clip in (kept, gone):
        fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(make_finding()))
        correct_set(row=clip.sets.get(), exercise=lunge)
    assert count_examples(user) == 2
    row = gone.sets.get()
    delete_clip(clip=gone)
    row.refresh_from_db()
    assert (row.exercise, row.embedding, row.embedding_model) == (lunge, None, "")
    correct_set(row=row, reps=3)
    assert count_examples(user) == 1


class KilledError(BaseException):
    """Stands for the end of the process."""


def die(*_arguments: object, **_options: object) -> None:
    raise KilledError


def test_sweep_deletes_what_a_crash_kept_from_deletion(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, lost = make_clip(user), make_clip(user)
    with monkeypatch.context() as crash, pytest.raises(KilledError):
        crash.setattr(files, "delete_folder", die)
        delete_clip(clip=Clip.objects.get(pk=lost.pk))
    assert files.sweep_removals() == 0 and files.list_files(folder=lost.folder)  # its process may still be at it
    wait_an_hour()
    assert files.sweep_removals() == 1 and files.sweep_removals() == 0
    assert files.list_files(folder=kept.folder) and not files.list_files(folder=lost.folder)


def test_sweep_deletes_a_film_that_a_crash_left_without_its_clip(
    user: User, film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash, pytest.raises(KilledError):
        crash.setattr("diary.services.clips._insert", die)
        create_clip(user=user, path=film())
    assert files.list_files(folder="clips")
    wait_an_hour()
    assert files.sweep_removals() == 1 and not files.list_files(folder="clips")


def test_films_that_the_database_does_not_know_stay(user: User) -> None:
    """The database is new, of another site, or older than the films."""
    clips = [make_clip(user) for _ in range(3)]
    Clip.objects.all().delete()
    age(clips)
    assert files.sweep_removals() == 0
    assert files.list_unknown() == sorted(clip.folder for clip in clips)
    assert all(files.list_files(folder=clip.folder) for clip in clips)


def test_films_of_an_account_that_is_to_go_are_not_unknown(user: User, stranger: User) -> None:
    going, lost = make_clip(user), make_clip(stranger)
    Clip.objects.all().delete()
    files.note_removal(folder=f"clips/{user.pk}")
    assert files.list_files(folder=going.folder) and files.list_unknown() == [lost.folder]


def test_nothing_is_swept_that_a_clip_lives_in(user: User, caplog: pytest.LogCaptureFixture) -> None:
    clip = make_clip(user)
    files.note_removal(folder=f"clips/{user.pk}")
    wait_an_hour()
    assert files.sweep_removals() == 0 and not Removal.objects.exists()
    assert files.list_files(folder=clip.folder) and "it stays" in caplog.text


def test_one_folder_that_cannot_be_deleted_does_not_keep_the_others(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        files.note_removal(folder=name)
    wait_an_hour()
    monkeypatch.setattr(files, "list_files", lambda folder: die_of(OSError()) if folder == "a" else [])
    assert files.sweep_removals() == 1
    assert [row.folder for row in Removal.objects.all()] == ["a"]


def die_of(error: Exception) -> list[str]:
    raise error


def wait_an_hour() -> None:
    Removal.objects.update(due_at=timezone.now())


def age(clips: list[Clip]) -> None:
    """Their files look as if they had lain there for a day."""
    for clip in clips:
        for name in files.list_files(folder=clip.folder):
            os.utime(default_storage.path(name), (0, 0))


def test_who_deletes_unknown_films_says_how_many(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    kept, lost = make_clip(user), make_clip(user)
    Clip.objects.filter(pk=lost.pk).delete()
    call_command("unknown_films")
    assert f"{lost.folder}\nUnknown to the database: 1; clips in the database: 1." in capsys.readouterr().out
    with pytest.raises(SystemExit, match="Nothing was deleted"):
        call_command("unknown_films", delete=2)
    assert files.list_files(folder=lost.folder)
    call_command("unknown_films", delete=1)
    assert files.list_files(folder=kept.folder) and not files.list_files(folder=lost.folder)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
def test_a_film_goes_while_one_of_its_sets_goes(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = make_clip(user)
    row = create_set(user=user, date=clip.day, clip=clip, reps=3)
    held, hold = threading.Event(), sets._hold_clip

    def hold_slowly(one: WorkoutSet) -> Clip | None:
        found = hold(one)
        held.set()
        time.sleep(0.5)
        return found

    monkeypatch.setattr(sets, "_hold_clip", hold_slowly)

    def delete_film() -> None:
        held.wait(10)
        delete_clip(clip=Clip.objects.get(pk=clip.pk))

    assert run_at_once(lambda: sets.delete_set(row=row), delete_film) == ["ok", "ok"]
    assert not Clip.objects.exists() and not WorkoutSet.objects.exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
def test_a_set_is_added_while_a_run_fills_the_day(user: User, squat: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = make_clip(user)
    analysis = claim(clip)
    held, added, fill = threading.Event(), threading.Event(), filling.fill_sets

    def fill_slowly(**parts: Any) -> list[WorkoutSet]:
        held.set()
        added.wait(10)
        time.sleep(0.3)
        return fill(**parts)

    monkeypatch.setattr(filling, "fill_sets", fill_slowly)

    def add() -> None:
        held.wait(10)
        with transaction.atomic():
            create_set(user=user, date=clip.day, clip=Clip.objects.get(pk=clip.pk), reps=5)
            added.set()
            time.sleep(0.6)

    outcome = make_outcome(make_finding())
    assert run_at_once(lambda: fill_diary(analysis=analysis, attempt=1, outcome=outcome), add) == ["ok", "ok"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
def test_an_account_goes_while_a_run_fills_its_diary(
    user: User, squat: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = claim(make_clip(user))
    fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding()))
    held, fill_sets = threading.Event(), filling.fill_sets

    def fill_slowly(**given: Any) -> list[WorkoutSet]:
        held.set()
        time.sleep(0.5)
        return fill_sets(**given)

    def delete() -> None:
        assert held.wait(10)
        delete_account(user=User.objects.get())

    monkeypatch.setattr(filling, "fill_sets", fill_slowly)
    outcome = make_outcome(make_finding())
    assert run_at_once(lambda: fill_diary(analysis=analysis, attempt=1, outcome=outcome), delete) == ["ok", "ok"]
    assert not User.objects.exists() and not Clip.objects.exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
def test_two_days_with_sets_of_the_same_films_go_at_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    films = [make_clip(user) for _ in range(2)]
    for day, order in ((date(2026, 11, 20), films), (date(2026, 11, 21), films[::-1])):
        for clip in order:
            create_set(user=user, date=day, clip=clip, reps=3)
    take_out = sets._take_out

    def take_out_slowly(row: WorkoutSet) -> WorkoutSet:
        taken = take_out(row)
        time.sleep(0.3)
        return taken

    monkeypatch.setattr(sets, "_take_out", take_out_slowly)
    days = [lambda day=day: sets.delete_workout(workout=day) for day in Workout.objects.all()]
    assert run_at_once(*days) == ["ok", "ok"]
    assert Clip.objects.count() == 2 and not Workout.objects.exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
@pytest.mark.parametrize("turn", [1, -1])
def test_a_day_goes_while_what_it_taught_is_forgotten(
    user: User, squat: Exercise, turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_clip(user)
    rows = [make_set(user, clip.day, squat, clip=clip, is_example=True) for _ in range(2)]
    sets.order_sets(workout=rows[0].workout, ids=[row.pk for row in rows[::turn]])
    held, take_out = threading.Event(), sets._take_out

    def take_out_slowly(row: WorkoutSet) -> WorkoutSet:
        gone = take_out(row)
        held.set()
        time.sleep(0.5)
        return gone

    monkeypatch.setattr(sets, "_take_out", take_out_slowly)

    def forget() -> None:
        held.wait(10)
        forget_all_examples(user=user)

    assert run_at_once(lambda: sets.delete_workout(workout=rows[0].workout), forget) == ["ok", "ok"]
    assert not WorkoutSet.objects.exists()
