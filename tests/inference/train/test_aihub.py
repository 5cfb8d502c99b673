"""Reading label files in AI Hub's format, written here by hand."""

from __future__ import annotations

import json
import unicodedata

import numpy as np
import pytest

from inference import skeleton
from inference.train import aihub
from inference.types import PoseTrack

TITLES = [name.replace("_", " ").title() for name in skeleton.INDEX]


def points(shift, order=1):
    return {name: {"x": 100 + shift + i, "y": 200 + 2 * i} for i, name in list(enumerate(TITLES))[::order]}


def moment(number, active="Yes", **changes):
    views = {}
    for i, letter in enumerate("ABCDE"):
        views[f"view{i + 1}"] = {
            "pts": changes.get("pts", points(10 * i + number)),
            "active": active,
            "img_key": f"Day99_990101_F/1/{letter}/x/999-1-1-00-Z99_{letter}-{number:07d}.jpg",
        }
    return views


@pytest.fixture
def write(tmp_path):
    def write_file(frames, exercise="가상 운동 ", name="D99-1-999.json"):
        info = {"exercise": exercise, "conditions": [{"condition": "조건 하나", "value": True}]}
        path = tmp_path / name
        path.write_text(json.dumps({"frames": frames, "type_info": info}, ensure_ascii=False), encoding="utf-8")
        return path

    return write_file


def test_reads_five_views_with_names_cleaned(write):
    found = list(aihub.read_file(write([moment(n) for n in (1, 3, 5, 7)], unicodedata.normalize("NFD", "가상 운동 "))))
    assert [s.view for s in found] == list(aihub.VIEWS)
    assert {s.exercise for s in found} == {"가상 운동"}
    assert {s.subject for s in found} == {"99"}
    assert found[0].conditions == {"조건 하나": True}
    assert isinstance(found[0].track, PoseTrack)
    assert found[0].track.keypoints.shape == (4, 24, 3)


def test_reads_points_by_name_not_by_place(write):
    frames = [moment(1), moment(3, pts=points(3, order=-1)), moment(5), moment(7)]
    first = next(iter(aihub.read_file(write(frames))))
    np.testing.assert_array_equal(first.track.keypoints[0, :, 1], first.track.keypoints[1, :, 1])
    assert first.track.keypoints[0, skeleton.INDEX["nose"], 1] == 200


def test_takes_time_from_the_picture_so_gaps_stay_gaps(write):
    first = next(iter(aihub.read_file(write([moment(n) for n in (1, 3, 7, 9)]))))
    steps = np.diff(first.track.times_s) * aihub.IMAGE_HZ
    np.testing.assert_allclose(steps, [2, 4, 2])


def test_keeps_what_is_not_active_but_says_so(write):
    frames = [moment(1, active="No"), moment(3), moment(5), moment(7, active="No")]
    assert next(iter(aihub.read_file(write(frames)))).active.tolist() == [False, True, True, False]


def test_missing_points_are_unknown(write):
    broken = points(1)
    broken["Left Knee"] = None
    broken["Right Knee"] = {"x": None, "y": 3}
    del broken["Left Foot"]
    first = next(iter(aihub.read_file(write([moment(1, pts=broken), *(moment(n) for n in (3, 5, 7))]))))
    unknown = {name for name, i in skeleton.INDEX.items() if first.track.keypoints[0, i, 2] == 0}
    assert unknown == {"left_knee", "right_knee", "left_foot"}


def test_too_few_moments_and_3d_files_are_left_out(write, tmp_path):
    write([], name="empty.json")
    write([moment(n) for n in (1, 3, 5, 7)], name="whole-3d.json")
    assert list(aihub.read_folder(tmp_path)) == []
    write([moment(n) for n in (1, 3, 5, 7)], name="whole.json")
    assert len(list(aihub.read_folder(tmp_path))) == 5
