"""The fit of "somebody is there": it tells sure looks from unsure ones, on halves that it did not see."""

import json

import numpy as np
from PIL import Image

from inference import __main__ as cli
from inference.pose import heatmap_model
from inference.train.pose import presence
from tests.inference.train.test_pose import TINY, write_shard


def test_sure_looks_are_told_from_unsure_ones():
    rng = np.random.default_rng(2)
    people = rng.uniform(0.4, 0.9, (200, 4))
    rooms = rng.uniform(0.0, 0.3, (200, 4))
    fitted = presence._fit(people[:100], rooms[:100])
    assert (fitted.predict_proba(people[100:])[:, 1] > 0.5).mean() > 0.97
    assert (fitted.predict_proba(rooms[100:])[:, 1] > 0.5).mean() < 0.03


def test_the_command_prints_what_it_fitted(tmp_path, capsys):
    shard = write_shard(tmp_path, "people", 6)
    assert len(json.loads(shard.read_text().splitlines()[0])["keypoints"]) == 24
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    for number in range(2):
        Image.new("RGB", (120, 90), (number * 80, 90, 40)).save(rooms / f"{number}.jpg")
    heatmap_model.save(tmp_path / "tiny.safetensors", TINY, TINY.build().state_dict())
    options = ["--rooms", str(rooms), "--weights", str(tmp_path / "tiny.safetensors")]
    assert cli.main(["train", "pose-presence", str(shard), *options]) == 0
    printed = capsys.readouterr().out
    assert f"{2 * presence.WINDOWS} windows of rooms" in printed
    assert "STEEPNESS" in printed
