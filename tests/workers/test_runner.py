"""The whole of a run on a real film: the row is filled, the files are there, the end is kept."""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from diary.models import Clip
from diary.selectors.analyses import latest_analysis
from diary.services import files
from diary.services.clips import create_clip, start_analysis
from diary.services.sets import correct_set
from inference import pipeline
from inference.errors import Code as InferenceCode
from inference.errors import InferenceError
from tests.factories import make_finding, make_outcome
from workers import identity, runner, tasks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SAMPLE = Path(__file__).parents[2] / "frontend" / "static" / "sample" / "squats.mp4"
SQUATS = 10  # in the sample


@pytest.fixture(autouse=True)
def own_scratch(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def clip(user: User, tmp_path: Path) -> Clip:
    call_command("load_exercises", verbosity=0)
    return create_clip(user=user, path=Path(shutil.copy(SAMPLE, tmp_path / "film.mp4")))[0]


def run(clip: Clip) -> None:
    tasks.analyse_clip.apply(args=[str(latest_analysis(clip).pk)], throw=True)
    clip.refresh_from_db()


def test_sample_becomes_a_row_with_reps_thumbnail_and_player(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))  # the jail works in the run's own folder
    run(clip)
    analysis = latest_analysis(clip)
    assert (analysis.status, analysis.error_code, analysis.progress) == ("done", "", 1.0)
    row = clip.sets.get()
    assert row.exercise.family == "squat" and abs(row.reps - SQUATS) <= 1
    assert row.workout.date == clip.day and len(row.rep_times) == row.reps
    assert row.source_of("reps")["model"] and row.source_of("exercise")["confidence"] > 0
    assert row.thumbnail.read()[:2] == clip.poster.read()[:2] == b"\xff\xd8"  # JPEG
    assert clip.rendition.read()[4:8] == b"ftyp" and clip.duration_s > 10
    keypoints = np.load(io.BytesIO(clip.keypoints.read()))
    assert keypoints["keypoints"].shape[1:] == (24, 3)
    assert {"pose", "total", "rendition"} <= set(analysis.timings)
    assert len(files.list_files(folder=clip.folder)) == 5
    assert not list((tmp_path / "scratch").iterdir())


def test_correction_survives_a_second_run_and_teaches_the_recogniser(clip: Clip, user: User) -> None:
    run(clip)
    own = clip.sets.get().exercise.__class__.objects.get(slug="plank")
    correct_set(row=clip.sets.get(), exercise=own, reps=12)
    start_analysis(clip=clip)
    run(clip)
    row = clip.sets.get()
    assert (row.exercise, row.reps) == (own, 12)
    assert row.candidates[0]["exercise"] == "plank"  # the same film again looks like its own example
    assert len(files.list_files(folder=clip.folder)) == 5  # nothing of the first run is left


@pytest.mark.parametrize(
    "error", [InferenceError(InferenceCode.TRUNCATED, "codec"), OSError("disk full"), SoftTimeLimitExceeded()]
)
def test_sets_stand_without_a_film_for_the_player(
    clip: Clip, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def analyse(*_arguments: object, **_options: object) -> SimpleNamespace:
        return SimpleNamespace(timings_s={"pose": 1.0})

    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(runner, "load_models", lambda: SimpleNamespace(estimator=None, recogniser=Untaught()))
    monkeypatch.setattr(pipeline, "analyse", analyse)
    monkeypatch.setattr(pipeline, "finish_media", fail)
    monkeypatch.setattr(runner, "describe_result", lambda result, out: make_outcome(make_finding(reps=8), folder=out))
    Clip.objects.filter(pk=clip.pk).update(rendition="of/an/earlier/run.mp4")
    run(clip)
    analysis = latest_analysis(clip)
    assert (analysis.status, analysis.error_code, clip.sets.get().reps) == ("done", "", 8)
    assert clip.rendition.name == "of/an/earlier/run.mp4"
    assert str(analysis.pk) in caplog.text and repr(error) in caplog.text


def test_no_connection_is_held_while_a_film_is_looked_at(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    def look(*_arguments: object, **_options: object) -> SimpleNamespace:
        held.append(connection.connection)
        return SimpleNamespace(timings_s={"pose": 1.0})

    monkeypatch.setattr(runner, "load_models", lambda: SimpleNamespace(estimator=None, recogniser=Untaught()))
    monkeypatch.setattr(pipeline, "analyse", look)
    monkeypatch.setattr(pipeline, "finish_media", look)
    monkeypatch.setattr(runner, "describe_result", lambda result, out: make_outcome(make_finding(), folder=out))
    run(clip)
    assert held == [None, None] and latest_analysis(clip).status == "done"


class Untaught:
    """A recogniser that nobody taught."""

    models = {"classifier": "fake@1"}


def test_file_that_is_no_film_ends_with_its_code_and_a_row_to_fill(user: User, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("#!/bin/sh\necho this is no film\n" * 50)
    clip, _ = create_clip(user=user, path=path)
    run(clip)
    assert latest_analysis(clip).error_code == "not_a_video"
    assert clip.sets.get().exercise is None


def test_a_film_that_was_lost_is_asked_for_again(clip: Clip) -> None:
    Path(clip.original.path).unlink()
    run(clip)
    assert latest_analysis(clip).error_code == "film_missing"


def test_clip_longer_than_the_site_allows_is_refused(clip: Clip, settings: LazySettings) -> None:
    settings.MAX_CLIP_SECONDS = 3
    run(clip)
    assert latest_analysis(clip).error_code == "too_long"


def test_networks_are_loaded_once() -> None:
    assert runner.load_models() is runner.load_models()
    assert identity.own_name() == identity.own_name()
