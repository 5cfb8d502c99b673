"""`evaluate` scores lists as they come."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference import pipeline
from inference.__main__ import main
from inference.errors import InferenceError
from inference.evaluate import read_track
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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "no column file"),
        (b"file,exercise,reps\n,squat,3\n", "no line names a file"),
        (b"path,exercise\na.mp4,squat\n", "no column file; "),
        (b"file;exercise;reps\na.mp4;squat;3\n", "here it is: file;exercise;reps"),
        (b"file,exercise,reps\na.mp4\n", "line 2: no exercise"),
        (b"file,exercise,reps\na.mp4,squat,\nb.mp4,squat,three\n", "line 3: reps is 'three'"),
        (b"file,exercise,reps\na.mp4,squat,nan\n", "line 2: reps is 'nan'"),
        (b"file,exercise,reps\na.mp4,squat,-1\n", "line 2: reps is '-1'"),
        ("file,exercise\né.mp4,squat\n".encode("latin-1"), "UTF-8"),
        ("file,exercise\na.mp4,squat\n".encode("utf-16"), "UTF-8"),
        (b"file,exercise\n" + 200_000 * b"a" + b",squat\n", "not a list with commas"),
    ],
)
def test_a_list_that_is_wrong_is_told_with_its_line(text, sentence, tmp_path, capsys):
    (tmp_path / "labels.csv").write_bytes(text)
    assert main(["evaluate", str(tmp_path / "labels.csv")]) == 2
    told = capsys.readouterr()
    assert json.loads(told.out) == {"error": {"code": "not_a_video"}}
    assert sentence in told.err
    assert told.err.count("\n") == 1


def keypoints_files() -> dict[str, dict[str, object]]:
    points, times_s = np.full((9, 24, 3), 0.5, np.float32), np.arange(9) / 15
    good = {"keypoints": points, "times_s": times_s, "size": np.array([640, 480])}
    return {
        "size-of-nothing": {**good, "size": np.array(5)},
        "size-of-one": {**good, "size": np.array([5])},
        "size-of-words": {**good, "size": np.array(["a", "b"])},
        "size-nan": {**good, "size": np.array([np.nan, 1])},
        "times-nan": {**good, "times_s": times_s * np.nan},
        "times-backwards": {**good, "times_s": times_s[::-1]},
        "times-too-few": {**good, "times_s": times_s[1:]},
        "complex": {**good, "keypoints": points + 1j},
        "seventeen": {**good, "keypoints": points[:, :17]},
        "nowhere": {**good, "keypoints": points * 1e30},
        "no-points": {"times_s": times_s},
    }


@pytest.mark.parametrize("name", keypoints_files())
def test_a_keypoints_file_that_is_wrong_is_no_video(name, tmp_path):
    np.savez(tmp_path / "a.npz", **keypoints_files()[name])
    with pytest.raises(InferenceError, match="not_a_video"):
        read_track(tmp_path / "a.npz")


def test_a_damaged_keypoints_file_is_no_video(tmp_path):
    path = tmp_path / "a.npz"
    pipeline.save_keypoints(make_track(12, squat, waves(5, 2.0)), path)
    whole = path.read_bytes()
    for damaged in (b"", whole[:500], whole[:500] + bytes(200) + whole[700:]):
        path.write_bytes(damaged)
        with pytest.raises(InferenceError, match="not_a_video"):
            read_track(path)
    np.save(tmp_path / "b.npy", np.zeros((9, 24, 3)))
    with pytest.raises(InferenceError, match="not_a_video"):
        read_track(tmp_path / "b.npy")


def test_points_without_end_count_as_not_seen_and_days_of_motion_as_too_long(tmp_path):
    track = make_track(4, squat, waves(1, 2.0))
    track.keypoints[3] = np.inf
    pipeline.save_keypoints(track, tmp_path / "a.npz")
    assert not read_track(tmp_path / "a.npz").found[3]
    pipeline.save_keypoints(replace(track, times_s=track.times_s * 1e6), tmp_path / "a.npz")
    with pytest.raises(InferenceError, match="too_long"):
        read_track(tmp_path / "a.npz")


def test_people_are_told_which_files_failed_and_which_names_do_not_exist(tmp_path, capsys):
    (tmp_path / "labels.csv").write_text("file,exercise\nno.mp4,squat\nn\0.mp4,sqaut\n", encoding="utf-8")
    assert main(["evaluate", str(tmp_path / "labels.csv")]) == 0
    told = capsys.readouterr()
    assert "2 of 2 could not be analysed:\nno.mp4: This is not a film" in told.out
    assert "never named right: sqaut" in told.err


def test_a_list_that_is_not_there_is_bad_input(tmp_path, capsys):
    assert main(["evaluate", str(tmp_path / "none.csv")]) == 2
    assert json.loads(capsys.readouterr().out) == {"error": {"code": "not_a_video"}}
