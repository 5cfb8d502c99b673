"""Training of the pose network: shards, worn crops, the loss, and runs that go on after a stop."""

import csv
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inference import __main__ as cli
from inference.pose import crop, heatmap_model
from inference.pose.heatmap_model import HeatmapModel, Recipe
from inference.skeleton import COUNT, INDEX
from inference.train.pose import augment, command, loop, shards
from inference.train.pose.command import Preset
from inference.train.pose.loop import Plan

TINY = Recipe(width=8, modules=(1, 1, 1), blocks=1, size_px=(64, 64))


def write_shard(folder: Path, name: str, people: int, seed: int = 0) -> Path:
    """Pictures with a bright dot at every keypoint."""
    rng = np.random.default_rng(seed)
    path = folder / f"{name}.jsonl"
    lines = []
    with tarfile.open(path.with_suffix(".tar"), "w") as tar:
        for number in range(people):
            points = rng.uniform(10, 90, (COUNT, 2)).round(1)
            pixels = rng.integers(0, 60, (100, 100, 3)).astype(np.uint8)
            for x, y in points.astype(int):
                pixels[y - 2 : y + 3, x - 2 : x + 3] = 255
            packed = io.BytesIO()
            Image.fromarray(pixels).save(packed, "JPEG")
            entry = tarfile.TarInfo(f"{number}.jpg")
            entry.size = len(packed.getvalue())
            tar.addfile(entry, io.BytesIO(packed.getvalue()))
            keypoints = [[*p, 1.0] for p in points.tolist()]
            lines.append(json.dumps({"file": entry.name, "w": 100, "h": 100, "keypoints": keypoints, "gt": None}))
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def data(tmp_path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write_shard(folder, "train-0", 12)
    for name in command.HELD_OUT:
        write_shard(folder, name, 2, seed=9)
    return folder


def test_points_outside_the_picture_are_not_learnt(tmp_path):
    path = write_shard(tmp_path, "one", 1)
    label = json.loads(path.read_text())
    label["keypoints"][0] = [-3.0, 20.0, 1.0]
    path.write_text(json.dumps(label))
    (person,) = shards.read([path])
    assert person.keypoints[0, 2] == 0
    assert (person.keypoints[1:, 2] == 1).all()


def test_a_worn_crop_keeps_its_points_on_the_dots(data):
    rng = np.random.default_rng(3)
    people = shards.read([data / "train-0.jsonl"])
    hits = []
    for _ in range(40):
        image, keypoints = augment.draw(people[int(rng.integers(len(people)))], (96, 128), rng)
        known = keypoints[keypoints[:, 2] > 0]
        x, y = np.clip(known[:, :2].round().astype(int), 0, [95, 127]).T
        hits.append(image[y, x].mean() > image.mean() + 20)
    assert np.mean(hits) > 0.9  # some are blurred, dark or behind a hole


def test_a_mirrored_view_swaps_left_and_right(data):
    person = shards.read([data / "train-0.jsonl"])[0]
    rng = np.random.default_rng(0)
    left = right = 0
    for _ in range(60):
        _, keypoints = augment.draw(person, (96, 128), rng)
        if (keypoints[:, 2] > 0).all():
            shown = keypoints[INDEX["left_wrist"], :2] - keypoints[INDEX["right_wrist"], :2]
            truth = person.keypoints[INDEX["left_wrist"], :2] - person.keypoints[INDEX["right_wrist"], :2]
            across = shown @ truth
            left, right = left + (across > 0), right + (across <= 0)
    assert left > 0
    assert right > 0


def test_the_loss_is_least_at_the_target():
    recipe = replace(TINY, size_px=(96, 128))
    keypoints = torch.full((1, COUNT, 3), 1.0)
    keypoints[..., :2] = torch.rand(1, COUNT, 2) * 80 + 5
    ideal = loop.targets(keypoints, recipe).clamp_min(1e-9).log().view(1, COUNT, 32, 24)
    best = loop.loss_of(ideal, keypoints, recipe)
    assert best < loop.loss_of(ideal.roll(3, dims=-1), keypoints, recipe)
    keypoints[0, 1:, 2] = 0
    assert (
        loop.loss_of(torch.where(torch.arange(COUNT)[None, :, None, None] == 0, ideal, 5.0), keypoints, recipe)
        < best + 1
    )


def test_what_training_aims_at_decodes_to_the_point():
    """Ideal scores through softmax and decoding: within a tenth of a pixel, flip test included."""
    recipe = replace(TINY, size_px=(96, 128))
    rng = np.random.default_rng(5)
    points = np.ones((1, COUNT, 3), np.float32)
    points[0, :, :2] = rng.uniform(8, 86, (COUNT, 2))
    ideal = loop.targets(torch.from_numpy(points), recipe).clamp_min(1e-12).log().view(1, COUNT, 32, 24) + 3
    model = HeatmapModel(recipe, lambda images: ideal)
    found = model.locate(np.zeros((1, 128, 96, 3), np.uint8))
    assert np.abs(found[..., :2] - points[..., :2]).max() < 0.1
    assert found[..., 2].min() > 0.8


def test_a_crop_maps_there_and_back():
    view = crop.fit_box(np.array([10, 20, 50, 100], np.float32), (96, 128))
    matrix = replace(view, turn_rad=0.4, mirrored=True).matrix((96, 128))
    points = np.array([[12.0, 30.0], [44.0, 90.0]], np.float32)
    assert crop.move_back(crop.move(points, matrix), matrix) == pytest.approx(points, abs=1e-3)
    assert crop.move(np.array([[30.0, 60.0]], np.float32), matrix)[0] == pytest.approx([47.5, 63.5])


def run(monkeypatch, data: Path, folder: Path, *more: str) -> int:
    monkeypatch.setitem(
        command.PRESETS, "cpu-small", Preset(TINY, Plan(epochs=2, fall_epochs=1, batch=4, loaders=0, rate=1e-2))
    )
    return cli.main(["train", "pose", "--data", str(data), "--folder", str(folder), "--threads", "1", *more])


def test_a_run_writes_figures_a_curve_and_weights(monkeypatch, data, tmp_path):
    folder = tmp_path / "run"
    assert run(monkeypatch, data, folder) == 0
    with (folder / "curve.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1"] * 3 + ["2"] * 3
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert (folder / "curve.png").stat().st_size > 5000
    recipe, network = heatmap_model.load(folder / "weights.safetensors")
    assert recipe == TINY
    assert network(torch.zeros(1, 3, 64, 64)).shape == (1, COUNT, 16, 16)


def test_a_longer_run_goes_on_from_before_the_rate_fell(monkeypatch, data, tmp_path, capsys):
    folder = tmp_path / "run"
    run(monkeypatch, data, folder)
    capsys.readouterr()
    run(monkeypatch, data, folder, "--epochs", "4")
    assert "from epoch 1.00 to 4.0" in capsys.readouterr().out


def test_a_stopped_epoch_goes_on_in_the_middle(data, tmp_path):
    people = shards.read([data / "train-0.jsonl"])
    plan = Plan(epochs=1, fall_epochs=0.1, batch=4, loaders=0)

    def train(stop_after: int | None) -> torch.Tensor:
        state = loop.start(TINY, plan)
        for number, _ in enumerate(loop.run_epoch(state, people, TINY, plan, tmp_path / "last.pt"), 1):
            if number == stop_after:
                state.save(tmp_path / "last.pt")
                state = loop.start(TINY, plan)
                state.load(tmp_path / "last.pt")
                list(loop.run_epoch(state, people, TINY, plan, tmp_path / "last.pt"))
                break
        return state.network.final_layer.weight.detach()

    assert torch.allclose(train(None), train(1), atol=1e-5)


def test_a_run_whose_rate_never_fell_loses_nothing_when_it_is_made_longer(data, tmp_path):
    people = shards.read([data / "train-0.jsonl"])
    plan = Plan(epochs=9, fall_epochs=1, batch=4)
    state = loop.start(TINY, plan)
    state.save(tmp_path / "trunk.pt")  # an earlier, shorter run left it
    list(loop.run_epoch(state, people, TINY, plan, tmp_path / "last.pt"))
    state.save(tmp_path / "last.pt")
    again = loop.start(TINY, plan)
    command._go_on(again, replace(plan, epochs=20), tmp_path)
    assert (again.epoch, again.step, again.fell) == (1, 3, False)


def test_a_run_can_begin_with_the_weights_of_a_file(monkeypatch, data, tmp_path):
    assert run(monkeypatch, data, tmp_path / "first") == 0
    first = heatmap_model.load(tmp_path / "first" / "weights.safetensors")[1].state_dict()
    options = ("--start", str(tmp_path / "first" / "weights.safetensors"), "--rate", "1e-9", "--epochs", "1")
    assert run(monkeypatch, data, tmp_path / "second", *options) == 0
    second = heatmap_model.load(tmp_path / "second" / "weights.safetensors")[1].state_dict()
    weight = "stage4.0.branches.0.0.conv1.weight"
    assert torch.allclose(first[weight], second[weight], atol=1e-3)
    assert not torch.allclose(first[weight], TINY.build().state_dict()[weight], atol=1e-3)


@pytest.mark.parametrize("text", ["foo", "0x32", "-32x32", "33x32", "32", "32x32x32"])
def test_a_size_that_is_none_is_told(text, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["train", "pose", f"--size={text}"])
    assert "as in 96x128" in capsys.readouterr().err


def test_a_folder_without_people_is_told_and_nothing_is_made(tmp_path, capsys):
    assert cli.main(["train", "pose", "--data", str(tmp_path), "--folder", str(tmp_path / "out")]) == 2
    assert "no train-*.jsonl" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
