"""On a full disk nobody who writes a file that others load leaves half of it, or takes the earlier one away."""

from __future__ import annotations

import dataclasses
import functools
import os
import resource
import stat
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from inference import weights
from inference.classify import Classifier
from inference.ensemble import save_networks
from inference.examples import Examples
from inference.pose import darknet, heatmap_model, person_detector, yolo
from inference.pose.yolo import YoloConfig
from inference.train import classifier, depth, lstm, plots, reps
from inference.train.person import pictures
from inference.train.pose import command as pose_command
from inference.trees import Forest
from tests.inference.disk import limit_files

ROOM_BYTES = 100
YOLO = YoloConfig(classes=0, shrink=16)
HRNET = heatmap_model.Recipe(width=8, modules=(1, 1, 1), blocks=1, size_px=(64, 64))
NODES = np.arange(500)
FOREST = Forest(*(NODES.astype(kind) for kind in "ihfii"), NODES[:, None].astype("e"), 2)
ROWS = [plots.Prediction("a.mp4", "squat", ("squat",), 0.9)]
COUNTED = SimpleNamespace(file="a.mp4", estimator="hrnet", source="clips")
CURVE = "epoch,loss,shard,pck_02,pck_01,median_px\n1,0.5,val,0.9,0.8,3\n"


load_classifier = functools.cache(Classifier.load)


def save_classifier(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = load_classifier()
    record = dataclasses.replace(weights.RECORDS["classifier"], filename=str(path))
    monkeypatch.setitem(weights.RECORDS, "classifier", record)
    classifier.save(shipped)


def save_depth(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depth, "CACHE", path.parents[1])
    monkeypatch.setattr(depth.clips, "cached_track", lambda clip, part: SimpleNamespace())
    monkeypatch.setattr(depth, "read_world", lambda clip, track: np.full((20, 24, 3), np.nan, np.float32))
    depth._find.cache_clear()
    depth._find(path.parent.name, f"{path.stem}.mp4")


def save_pictures(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures.clips, "load", lambda parts: [SimpleNamespace()])
    picture = pictures.Picture(bytes(1000), np.zeros((1, 4), np.float32), False)
    monkeypatch.setattr(pictures, "_sample", lambda clip: [picture])
    pictures.read_clips(("checked",), path)


def draw_curve(path: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    with limit_files(resource.RLIM_INFINITY):
        table = path.parents[1] / "curve.csv"
        table.write_text(CURVE)
    pose_command.plot(table, path)


CACHES = {  # looked for first, and made when they are not there
    "depth.npy": save_depth,
    "pictures.npz": save_pictures,
}
WRITERS = {
    "classifier.safetensors": save_classifier,
    "counter.npz": lambda path, _: FOREST.save(path),
    "counts.json": lambda path, _: reps.write_counts([(COUNTED, SimpleNamespace(count=3, confidence=0.5))] * 9, path),
    "hrnet.safetensors": lambda path, _: heatmap_model.save(path, HRNET, HRNET.build().state_dict()),
    "person.safetensors": lambda path, _: person_detector.save(
        path, person_detector.Recipe(YOLO, 96), yolo.build(YOLO).state_dict()
    ),
    "networks.safetensors": lambda path, _: save_networks([torch.nn.Linear(9, 9)], path),
    "yolo.weights": lambda path, _: darknet.write(path, yolo.build(YOLO)),
    "lstm.pt": lambda path, _: lstm._save(path, {"network": torch.nn.Linear(9, 9)}, 5),
    "examples.npz": lambda path, _: Examples(np.zeros((9, 9), np.float32), ("squat",) * 9).save(path),
    "plot.png": lambda path, _: plots.draw_reliability(ROWS, path),
    "curve.png": draw_curve,
    **CACHES,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_leaves_the_earlier_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "models" / name
    path.parent.mkdir()
    if name not in CACHES:
        path.write_bytes(b"earlier")
    with limit_files(ROOM_BYTES), pytest.raises(Exception, match=r"File too large|code: 27|iostream error"):
        WRITERS[name](path, monkeypatch)
    left = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    assert left == ({} if name in CACHES else {name: b"earlier"})
    WRITERS[name](path, monkeypatch)
    assert path.stat().st_size > ROOM_BYTES


@pytest.mark.parametrize("name", [name for name in WRITERS if name.endswith(".safetensors")])
def test_others_may_read_weights_and_a_link_to_them_stays_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / name).symlink_to("elsewhere")
    before = os.umask(0o022)
    try:
        WRITERS[name](tmp_path / name, monkeypatch)
    finally:
        os.umask(before)
    assert (tmp_path / name).is_symlink()
    assert stat.filemode((tmp_path / "elsewhere").stat().st_mode) == "-rw-r--r--"
