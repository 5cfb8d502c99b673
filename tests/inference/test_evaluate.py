"""`evaluate` scores lists as they come."""

import json
import shutil
from pathlib import Path

import pytest

from inference import pipeline
from inference.__main__ import main
from tests.inference.tracks import make_track, squat, waves

SAMPLE = Path(__file__).parents[2] / "frontend" / "static" / "sample" / "squats.mp4"
KEYS = {
    "clips", "top1", "top3", "family_top1", "other_recall", "rep_clips", "off_by_one", "mae", "exact",
    "trainee_found", "seconds_per_clip", "rows",
}  # fmt: skip
ROW_KEYS = {"file", "exercise", "predicted", "candidates", "reps", "counted", "error", "frames", "found"}


def evaluate(labels: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    assert main(["evaluate", str(labels), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_clip_a_keypoints_file_and_what_goes_wrong(tmp_path, capsys):
    shutil.copy(SAMPLE, tmp_path / "clip.mp4")
    pipeline.save_keypoints(make_track(12, squat, waves(5, 2.0)), tmp_path / "track.npz")
    (tmp_path / "broken.npz").write_bytes(b"nothing")
    (tmp_path / "labels.csv").write_text(
        "\ufefffile,exercise,reps,remarks\nclip.mp4,squat,10,\ntrack.npz,no_such_slug,5,x\n"
        "missing.mp4,lunge,3,\nbroken.npz,squat,,\n",
        encoding="utf-8",
    )
    found = evaluate(tmp_path / "labels.csv", capsys)
    assert set(found) == KEYS
    assert (found["clips"], found["rep_clips"]) == (4, 3)
    clip, track, missing, broken = found["rows"]
    assert set(clip) == ROW_KEYS
    assert (clip["predicted"], clip["counted"], clip["error"]) == ("squat", 10, None)
    assert (track["counted"], track["error"]) == (5, None)
    assert (missing["error"], broken["error"]) == ("not_a_video", "not_a_video")
    assert broken["reps"] is None
    assert found["off_by_one"] == pytest.approx(2 / 3)
    assert found["mae"] == pytest.approx(1 / 3)
    assert found["other_recall"] is None
    assert found["trainee_found"] == 1.0
    assert (clip["found"], track["found"], missing["frames"]) == (clip["frames"], track["frames"], 0)
    assert found["seconds_per_clip"] > 0


def test_a_list_that_is_not_there_is_bad_input(tmp_path, capsys):
    assert main(["evaluate", str(tmp_path / "none.csv")]) == 2
    assert json.loads(capsys.readouterr().out) == {"error": {"code": "not_a_video"}}
