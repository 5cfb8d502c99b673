"""The whole of a run on a real film: the row is filled, the files are there, the end is kept."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from PIL import Image

from accounts.models import User
from accounts.services import note_portrait, set_portrait
from diary.models import Clip, Exercise
from diary.selectors.analyses import latest_analysis
from diary.services import files
from diary.services.clips import create_clip, start_analysis
from diary.services.sets import correct_set
from inference import pipeline
from inference.errors import Code as InferenceCode
from inference.errors import InferenceError
from inference.video import probe, read_frames
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


def test_an_update_of_the_classifier_forgets_nothing(
    clip: Clip, user: User, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(clip)
    correct_set(row=clip.sets.get(), exercise=Exercise.objects.get(slug="plank"))
    seen = bytes(clip.sets.get().embedding)
    clip.sets.update(embedding=seen[::-1], embedding_model="earlier@0")
    again = create_clip(user=user, path=make_longer(SAMPLE, tmp_path / "again.mp4"))[0]
    run(again)
    assert again.sets.get().exercise.slug == "plank"
    row = clip.sets.get()
    assert np.frombuffer(row.embedding, "<f4") == pytest.approx(np.frombuffer(seen, "<f4"), abs=1e-3)
    assert row.embedding_model == runner.load_models().recogniser.models["classifier"]

    clip.sets.update(embedding_model="earlier@0")
    clip.keypoints.save("keypoints.npz", ContentFile(b"damaged"))
    start_analysis(clip=again)
    run(again)
    assert latest_analysis(again).status == "done" and f"clip {clip.pk}" in caplog.text
    assert clip.sets.get().embedding_model == "earlier@0"


def make_longer(film: Path, target: Path) -> Path:
    """The same pictures in another file: players pass over a free box at the end (ISO 14496-12, 8.1.2)."""
    target.write_bytes(film.read_bytes() + (16).to_bytes(4, "big") + b"free" + bytes(8))
    return target


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


def take_still() -> bytes:
    """A moment of the sample, in which somebody squats."""
    frame = next(iter(read_frames(SAMPLE, probe(SAMPLE), rate_hz=1.0, max_side_px=640)))
    picture = io.BytesIO()
    Image.fromarray(frame.image).save(picture, "JPEG")
    return picture.getvalue()


def make_noise() -> bytes:
    picture = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (427, 640, 3), dtype=np.uint8)).save(picture, "JPEG")
    return picture.getvalue()


@pytest.mark.parametrize(("make", "is_seen"), [(take_still, True), (make_noise, False)])
def test_a_new_picture_is_looked_at_by_the_worker(user: User, make: Callable[[], bytes], is_seen: bool) -> None:
    set_portrait(user=user, picture=ContentFile(make(), name="me.jpg"))
    assert user.portrait_shows_person is None
    tasks.look_at_portrait.apply(args=[str(user.pk)], throw=True)
    user.refresh_from_db()
    assert user.portrait_shows_person is is_seen
    set_portrait(user=user, picture=ContentFile(make(), name="me.jpg"))
    assert User.objects.get().portrait_shows_person is None


def test_a_picture_that_is_gone_or_replaced_is_not_judged(user: User) -> None:
    set_portrait(user=user, picture=ContentFile(b"one", name="me.jpg"))
    note_portrait(user=user, name="people/another.jpg", shows_person=False)
    assert User.objects.get().portrait_shows_person is None
    Path(user.portrait.path).unlink()
    tasks.look_at_portrait.apply(args=[str(user.pk)], throw=True)
    tasks.look_at_portrait.apply(args=["404"], throw=True)
    assert User.objects.get().portrait_shows_person is None


@pytest.mark.parametrize(("make", "is_seen"), [(take_still, True), (make_noise, False)])
def test_only_a_picture_that_shows_somebody_steers_a_run(
    clip: Clip, user: User, monkeypatch: pytest.MonkeyPatch, make: Callable[[], bytes], is_seen: bool
) -> None:
    """Also where the message about it was lost, or the picture is older than the question."""
    asked = []

    def look(_clip: Path, options: Any, *_arguments: object, **_options: object) -> SimpleNamespace:
        asked.append(options.query_image is not None)
        return SimpleNamespace(timings_s={"pose": 1.0})

    monkeypatch.setattr(pipeline, "analyse", look)
    monkeypatch.setattr(pipeline, "finish_media", lambda *_arguments: SimpleNamespace(timings_s={}))
    monkeypatch.setattr(runner, "describe_result", lambda result, out: make_outcome(make_finding(), folder=out))
    set_portrait(user=user, picture=ContentFile(make(), name="me.jpg"))
    run(clip)
    assert (asked, User.objects.get().portrait_shows_person) == ([is_seen], is_seen)


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


def test_a_run_goes_on_without_a_picture_that_is_gone(clip: Clip, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person sent another one since the run began, or the storage lost it."""
    asked = []

    def look(_clip: Path, options: Any, *_arguments: object, **_options: object) -> SimpleNamespace:
        asked.append(options.query_image)
        return SimpleNamespace(timings_s={"pose": 1.0})

    monkeypatch.setattr(runner, "load_models", lambda: SimpleNamespace(estimator=None, recogniser=Untaught()))
    monkeypatch.setattr(pipeline, "analyse", look)
    monkeypatch.setattr(pipeline, "finish_media", lambda *_arguments: SimpleNamespace(timings_s={}))
    monkeypatch.setattr(runner, "describe_result", lambda result, out: make_outcome(make_finding(), folder=out))
    set_portrait(user=user, picture=ContentFile(b"one", name="me.jpg"))
    Path(user.portrait.path).unlink()
    run(clip)
    assert (asked, latest_analysis(clip).status) == ([None], "done")
