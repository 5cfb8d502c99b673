"""inference's result in the diary's words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inference.types import (
    AnalysisResult,
    Candidate,
    Classification,
    ExerciseSet,
    PoseTrack,
    Recognition,
    Rep,
    RepCount,
    VideoInfo,
)
from workers.report import describe_result


def make_set(exercise: str = "squat", **fields: object) -> ExerciseSet:
    facts: dict[str, object] = {
        "exercise": exercise,
        "confidence": np.float32(0.91234),
        "candidates": (Candidate(exercise, np.float32(0.9)), Candidate("lunge", 0.05)),
        "rep_count": RepCount((Rep(1.0, 2.0, 3.00049),), 1.2, 1, 2),
        "start_s": -0.01,
        "end_s": np.float64(3.0),
        "embedding": np.array([1, 0, 0.5], np.float32),
    }
    return ExerciseSet(**{**facts, **fields})


def make_result(*sets: ExerciseSet) -> AnalysisResult:
    info = VideoInfo(
        30.0, 720, 1280, 90, 30.0, "hevc", "yuv420p", "mov", False, True, datetime(2026, 1, 1, tzinfo=UTC), 9
    )
    track = PoseTrack(np.zeros((2, 24, 3), np.float32), np.zeros(2), (720, 1280), people=2)
    named = Classification((Candidate("squat", 0.9),), np.array([1, 0, 0.5], np.float32))
    return AnalysisResult(info, track, Recognition(named, sets), {"pose": 1.23456}, {"pose": "eye@1"})


def test_values_are_plain_and_within_bounds(tmp_path: Path) -> None:
    (tmp_path / "poster.jpg").touch()
    outcome = describe_result(make_result(make_set()), tmp_path)
    finding = outcome["sets"][0]
    assert finding["confidence"] == 0.9123 and finding["reps_confidence"] == 1.0
    assert (finding["start_s"], finding["end_s"], finding["reps"]) == (0.0, 3.0, 1)
    assert (finding["reps_low"], finding["reps_high"], finding["rep_times"]) == (1, 2, [(1.0, 2.0, 3.0)])
    assert finding["embedding"] == [1.0, 0.0, 0.5]
    assert outcome["video"]["captured_at"] == "2026-01-01T00:00:00+00:00" and outcome["people"] == 2
    assert outcome["poster"] == tmp_path / "poster.jpg" and outcome["keypoints"] is finding["thumbnail"] is None
    json.dumps({**outcome, "poster": None})


def test_held_set_has_seconds(tmp_path: Path) -> None:
    outcome = describe_result(make_result(make_set("plank", hold_s=np.float64(30.5))), tmp_path)
    assert outcome["sets"][0]["hold_s"] == pytest.approx(30.5)


def test_each_set_has_an_embedding_of_its_own(tmp_path: Path) -> None:
    other = np.array([0, 1, 0], np.float32)
    outcome = describe_result(make_result(make_set(), make_set("lunge", embedding=other)), tmp_path)
    assert [finding["embedding"] for finding in outcome["sets"]] == [[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]


def test_set_without_an_embedding_teaches_nothing(tmp_path: Path) -> None:
    assert describe_result(make_result(make_set(embedding=None)), tmp_path)["sets"][0]["embedding"] is None
