from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from inference import pipeline, stillness
from inference.errors import Code, InferenceError
from inference.report import as_json
from inference.skeleton import INDEX
from inference.stills import StillKeeper
from inference.types import AnalysisOptions, Frame, PoseTrack, Rep, RepCount, Stage
from tests.inference.fakes import FakeEstimator, FakeRecogniser, body, squat_set


@pytest.fixture
def clip(make_clip):
    return make_clip("a.mp4")


def analyse(clip, *, estimator=None, recogniser=None, options=None, on_progress=lambda stage, share: None):
    return pipeline.analyse(
        clip,
        options or AnalysisOptions(),
        on_progress,
        estimator=estimator or FakeEstimator(dip_px=30),
        recogniser=recogniser or FakeRecogniser(squat_set()),
    )


def refusal(clip, **fakes):
    with pytest.raises(InferenceError) as caught:
        analyse(clip, **fakes)
    return caught.value.code


def test_result_of_an_analysis(clip):
    result = analyse(clip)

    assert result.models == {"pose": "fake@1", "classifier": "fake@1", "counter": "fake@1"}
    assert {"probe", "decode", "pose", "exercise", "total"} <= set(result.timings_s)
    assert result.timings_s["total"] >= max(v for k, v in result.timings_s.items() if k != "total")
    assert len(result.track.times_s) == 30


def test_json_has_the_keys_that_people_script_against(clip):
    found = as_json(analyse(clip))

    assert set(found) == {"exercise", "confidence", "candidates", "sets", "reps", "timings_s", "models"}
    assert found["candidates"] == [{"exercise": "squat", "confidence": 0.9}]
    (one,) = found["sets"]
    assert set(one) == {"exercise", "reps", "confidence", "start_s", "end_s", "rep_times_s"}
    assert (found["reps"], one["reps"], one["rep_times_s"][0]) == (2, 2, [0.0, 0.5, 1.0])


def test_progress_passes_the_stages_in_order(clip, tmp_path):
    told = []
    analyse(clip, options=AnalysisOptions(out_dir=tmp_path / "out"), on_progress=lambda *step: told.append(step))

    order = list(Stage)
    places = [(order.index(stage), share) for stage, share in told]
    assert places == sorted(places)
    assert {stage for stage, _ in told} == set(Stage)
    assert all(0 <= share <= 1 for _, share in told)


def test_keypoints_are_pixels_of_the_clip_not_of_the_small_frames(make_clip):
    result = analyse(make_clip("hd.mp4", source="testsrc2=size=1280x720:rate=30:duration=1"))

    assert result.track.size_px == (1280, 720)
    assert result.track.keypoints[0, INDEX["waist"], 0] == pytest.approx(320)  # 160 of 640


def test_files_for_the_diary(clip, tmp_path):
    out = tmp_path / "out"
    result = analyse(clip, options=AnalysisOptions(out_dir=out), recogniser=FakeRecogniser(squat_set(), squat_set(0)))
    assert sorted(p.name for p in out.iterdir()) == ["keypoints.npz", "poster.jpg", "set_0.jpg", "set_1.jpg"]

    with np.load(out / "keypoints.npz") as saved:
        assert saved["keypoints"].shape == (30, 24, 3)
        assert saved["keypoints"].dtype == np.float32
        assert saved["times_s"].shape == (30,)
        assert tuple(saved["size"]) == (320, 240)
    image = Image.open(out / "set_0.jpg")
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (320, 240), {})

    finished = pipeline.finish_media(clip, result, out, lambda stage, share: None)
    assert (out / "rendition.mp4").stat().st_size > 0
    assert finished.timings_s["rendition"] > 0
    assert not list(out.glob(".staging*"))


def test_a_failure_leaves_no_file(clip, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "_save_stills", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        analyse(clip, options=AnalysisOptions(out_dir=tmp_path / "out"))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("found", [lambda t: False, lambda t: t < 0.3])
def test_nobody_there(clip, found):
    assert refusal(clip, estimator=FakeEstimator(found=found)) is Code.NO_PERSON


def test_somebody_who_comes_late_is_somebody(clip):
    result = analyse(clip, estimator=FakeEstimator(dip_px=30, found=lambda t: t > 0.6))
    assert result.track.found.sum() < 30


def test_nothing_moves(clip):
    assert refusal(clip, estimator=FakeEstimator(), recogniser=FakeRecogniser()) is Code.NO_MOVEMENT


def test_what_is_counted_in_a_frozen_picture_is_no_movement(clip):
    counted = FakeRecogniser(squat_set(2))
    assert refusal(clip, estimator=FakeEstimator(), recogniser=counted) is Code.NO_MOVEMENT
    assert analyse(clip, estimator=FakeEstimator(dip_px=30), recogniser=counted).recognition.sets


@pytest.mark.parametrize("recogniser", [FakeRecogniser(exercise="plank"), FakeRecogniser(squat_set(0, hold_s=2.0))])
def test_a_hold_need_not_move(clip, recogniser):
    assert analyse(clip, estimator=FakeEstimator(), recogniser=recogniser).recognition.sets


def test_movement_that_nobody_could_cut_is_one_set_to_fill_in(clip):
    (found,) = analyse(clip, recogniser=FakeRecogniser()).recognition.sets
    assert (found.exercise, found.rep_count.count) == ("squat", 0)
    assert (found.start_s, found.end_s) == (0.0, pytest.approx(1.93, abs=0.1))


def test_jitter_is_no_movement_and_a_calf_raise_is():
    rng = np.random.default_rng(1)
    times_s = np.arange(60) / 15
    still = np.stack([body() for _ in times_s])
    still[..., :2] += rng.normal(0, 1.5, still[..., :2].shape)  # 3 % of the torso
    raising = still.copy()
    raising[..., 1] -= 5 * (1 - np.cos(2 * np.pi * times_s / 2))[:, None]

    assert stillness.measure_sway(PoseTrack(still, times_s, (320, 240))) < stillness.IDLE_SWAY
    assert stillness.measure_sway(PoseTrack(raising, times_s, (320, 240))) > stillness.IDLE_SWAY


def test_who_lies_still_may_be_holding():
    lying = np.stack([body() for _ in range(30)])[..., [1, 0, 2]]
    track = PoseTrack(lying, np.arange(30) / 15, (320, 240))
    assert stillness.measure_lean_deg(track) > 80
    assert not stillness.is_idle(track, FakeRecogniser().recognition)


def test_frames_stream_while_the_estimator_works(make_clip):
    """The estimator sees the first frame long before a long clip is decoded."""
    path = make_clip("long.mp4", source="testsrc2=size=640x480:rate=30:duration=20")

    class Impatient(FakeEstimator):
        def estimate(self, frames, size_px):
            next(iter(frames))
            raise InferenceError(Code.NO_PERSON)

    began = time.monotonic()
    assert refusal(path, estimator=Impatient()) is Code.NO_PERSON
    assert time.monotonic() - began < 5


def test_stills_keep_within_their_memory(tmp_path):
    keeper = StillKeeper(600.0)
    image = np.zeros((360, 640, 3), np.uint8)
    for i in range(6000):
        keeper.offer(Frame(i / 10, image))
    assert sum(frame.image.nbytes for frame in keeper._kept) <= (64 << 20) + image.nbytes
    assert not keeper.save(601.0, tmp_path / "a.jpg")
    assert keeper.save(keeper._kept[3].time_s + 0.1, tmp_path / "a.jpg")


def test_best_moment_is_the_turn_of_the_most_usual_rep():
    reps = (Rep(0, 1, 5), Rep(5, 6, 7), Rep(7, 8.1, 9.1))
    found = replace(squat_set(), rep_count=RepCount(reps, 1, 3, 3))
    assert pipeline._best_moment_s(found) == 8.1
    assert pipeline._best_moment_s(squat_set(0)) == 1.0
