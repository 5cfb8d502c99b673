"""Films as material for the pose network: which frames, which points, and a shard that training reads."""

import numpy as np
import pytest

from inference import __main__ as cli
from inference import pipeline
from inference.skeleton import COUNT, INDEX
from inference.train import clips
from inference.train.pose import films, shards
from inference.types import AnalysisOptions
from tests.inference.pose.test_hrnet_estimator import SAMPLE, lean
from tests.inference.tracks import standing_pose


def test_looks_that_agree_are_believed_and_those_that_do_not_are_left_out():
    pose = standing_pose()
    looks = np.stack([pose, pose, pose])
    looks[2, INDEX["left_wrist"], 0] += 60
    found = films.agree(looks, np.stack([pose] * 3))
    assert found[INDEX["left_wrist"], 2] == 0
    others = np.delete(np.arange(COUNT), INDEX["left_wrist"])
    assert found[others, 2] == pytest.approx(pose[others, 2])
    assert found[others, :2] == pytest.approx(pose[others, :2])


def test_a_point_that_jumps_for_one_frame_is_left_out():
    pose = standing_pose()
    jumped = pose.copy()
    jumped[INDEX["right_ankle"], 1] -= 120
    found = films.agree(np.stack([jumped] * 3), np.stack([pose, jumped, pose]))
    assert found[INDEX["right_ankle"], 2] == 0
    assert (found[:, 2] > 0).sum() == COUNT - 1


def test_who_lies_is_shown_more_often_and_nobody_never():
    standing = np.stack([standing_pose()] * 60)
    lying = np.stack([lean(standing_pose(), 90)] * 60)
    assert len(films.choose_frames(standing)) == films.FRAMES
    assert len(films.choose_frames(lying)) == films.FRAMES_NOT_UPRIGHT
    assert films.choose_frames(np.zeros((60, COUNT, 3), np.float32)) == set()


def test_a_lying_body_is_looked_at_upright():
    region = films.region_of(lean(standing_pose(), 90))
    assert region.rotation == pytest.approx(np.pi / 2, abs=0.05)


def test_a_film_becomes_a_shard_that_training_reads(monkeypatch, tmp_path):
    """The sample film: every crop holds the body, its points lie where the film's track has them."""
    folder = tmp_path / "clips" / "more"
    folder.mkdir(parents=True)
    (folder / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    (folder / "LABELS.csv").write_text(f"file,exercise,reps,source,name_checked\n{SAMPLE.name},squat,10,me/here,1\n")
    monkeypatch.setattr(clips, "DATA", tmp_path)
    monkeypatch.setattr(clips, "CACHE", tmp_path / "cache")
    _info, track = pipeline.track_pose(SAMPLE, AnalysisOptions(estimator="blazepose-full"))
    (tmp_path / "cache" / "more").mkdir(parents=True)
    pipeline.save_keypoints(track, tmp_path / "cache" / "more" / f"{SAMPLE.stem}.npz")
    assert cli.main(["train", "pose-films", str(tmp_path / "films.jsonl"), "--parts", "more"]) == 0
    people = shards.read([tmp_path / "films.jsonl"])
    assert len(people) == films.FRAMES
    for one in people:
        known = one.keypoints[:, 2] > 0
        height, width = one.image().shape[:2]
        assert known.sum() >= films.LEAST_POINTS
        assert max(height, width) <= films.MOST_PX
        body = np.ptp(one.keypoints[known, 1])
        assert body > 0.4 * height


def test_films_that_are_not_there_leave_the_earlier_shard(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(clips, "DATA", tmp_path)
    shard = tmp_path / "films.jsonl"
    for path in (shard, shard.with_suffix(".tar")):
        path.write_bytes(b"earlier")
    assert cli.main(["train", "pose-films", str(shard), "--parts", "more"]) == 1
    assert "LABELS.csv: No such file" in capsys.readouterr().err
    assert shard.read_bytes() == shard.with_suffix(".tar").read_bytes() == b"earlier"
    assert not list(tmp_path.glob(".*.part"))
