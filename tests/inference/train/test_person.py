"""The detector's training: boxes move with their pictures, anchors learn the right boxes, a small network learns."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from inference.pose import yolo
from inference.pose.person_detector import FoundPerson, Recipe
from inference.pose.yolo import YoloConfig
from inference.train.person import augment, command, figures, loss, pictures
from inference.train.person.pictures import Picture


def _picture(box: tuple[float, float, float, float], *, complete: bool = True) -> Picture:
    """A white box in a black picture of 200 x 100."""
    image = np.zeros((100, 200, 3), np.uint8)
    x0, y0, x1, y1 = (np.array(box) * [200, 100, 200, 100]).astype(int)
    image[y0:y1, x0:x1] = 255
    data = cv2.imencode(".png", image)[1].tobytes()
    return Picture(data, np.array([box], np.float32), complete)


@pytest.mark.parametrize("seed", range(12))
def test_boxes_move_with_the_picture(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment, "_tint", lambda image, _rng: image)
    monkeypatch.setattr(augment, "GREY", 0)
    image, boxes, _ = augment.draw([_picture((0.4, 0.3, 0.6, 0.7))], 0, 128, np.random.default_rng(seed))
    drawn = np.zeros(image.shape[:2], bool)
    for x0, y0, x1, y1 in boxes.round().astype(int):
        drawn[y0:y1, x0:x1] = True
    white = image[..., 0] > 128
    assert (white & drawn).sum() >= 0.75 * (white | drawn).sum() - 40


def test_a_picture_that_is_not_complete_stays_so_among_four() -> None:
    material = [_picture((0.4, 0.3, 0.6, 0.7)), _picture((0.1, 0.1, 0.4, 0.9), complete=False)]
    told = {augment.draw(material, 0, 64, np.random.default_rng(seed))[2] for seed in range(30)}
    assert told == {True, False}


def test_boxes_out_of_the_picture_are_left_out() -> None:
    boxes = np.array([[-50, 0, 10, 40], [10, 10, 50, 50], [200, 0, 220, 30]], np.float32)
    kept = augment.move(boxes, np.eye(2, 3), 64)
    assert kept.tolist() == [[10, 10, 50, 50]]


def test_ciou_of_the_same_box_is_one_and_falls_with_distance() -> None:
    a = torch.tensor([50.0, 50, 20, 40])
    overlap, close = loss.iou(a, a)
    assert float(overlap) == pytest.approx(1) and float(close) == pytest.approx(1)
    near, far = (loss.iou(a, a + torch.tensor([shift, 0, 0, 0]))[1] for shift in (30.0, 90.0))
    assert 0 > float(near) > float(far)


def test_only_anchors_of_a_like_shape_learn_a_box() -> None:
    anchors = torch.tensor([[10.0, 10], [40, 80], [300, 300]])
    boxes = torch.tensor([[100.0, 37, 50, 70]])
    assert loss._places(boxes, anchors, 32, torch.Size([6, 10])).tolist() == [[1, 1, 3, 0]]


def test_unknown_people_cost_less() -> None:
    config = YoloConfig(classes=0)
    heads = [torch.zeros(1, 15, 2, 2), torch.zeros(1, 15, 4, 4)]
    known, unknown = (
        float(loss.loss_of(heads, [torch.zeros(0, 4)], torch.tensor([whole]), config, 64)) for whole in (True, False)
    )
    assert unknown == pytest.approx(known * loss.UNKNOWN_WEIGHT, rel=1e-4)


def test_a_network_learns_one_picture() -> None:
    torch.manual_seed(0)
    config = YoloConfig(classes=0, shrink=8, anchors=((8, 8), (12, 12), (16, 30), (30, 50), (50, 30), (60, 60)))
    network = yolo.build(config).train()
    optimiser = torch.optim.Adam(network.parameters(), 5e-3)
    image = torch.zeros(2, 3, 64, 64)
    image[0, :, 10:50, 20:50] = 1.0
    truth = [torch.tensor([[35.0, 30, 30, 40]]), torch.zeros(0, 4)]
    for _ in range(120):
        value = loss.loss_of(network(image), truth, torch.tensor([True, True]), config, 64)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    found = yolo.detections_of(network(image), config, (64, 64))
    best = found[0, found[0, :, 4].argmax()]
    assert float(best[4]) > 0.5 > float(found[1, :, 4].max())
    assert float(loss.iou(best[:4], truth[0][0])[0]) > 0.6


def test_average_precision_and_the_largest_person() -> None:
    picture = _picture((0.25, 0.2, 0.5, 0.9))
    right = FoundPerson(0.9, np.array([50, 20, 100, 90], np.float32))
    wrong = FoundPerson(0.95, np.array([120, 0, 160, 50], np.float32))
    told = figures.measure(lambda _image: [wrong, right], [picture], 0.4)
    assert told.average_precision == pytest.approx(0.5)
    assert (told.large_recall, told.largest_found, told.people) == (1.0, 1.0, 1)
    assert figures.measure(lambda _image: [wrong], [picture], 0.4).largest_found == 0


def test_false_alarms_are_counted_where_nobody_is() -> None:
    empty = Picture(_picture((0, 0, 0.5, 0.5)).data, np.zeros((0, 4), np.float32), True)
    found = FoundPerson(0.9, np.array([0, 0, 9, 9], np.float32))
    assert figures.measure(lambda _image: [found, found], [empty], 0.4).false_alarms == 2


def test_a_grown_box_covers_the_head() -> None:
    keypoints = np.zeros((24, 3), np.float32)
    keypoints[:, :2], keypoints[:, 2] = (50, 60), 1.0
    keypoints[pictures.INDEX["nose"], :2] = (50, 20)
    keypoints[pictures.INDEX["neck"], :2] = (50, 40)
    keypoints[pictures.INDEX["left_foot"], :2] = (60, 120)
    x0, y0, x1, y1 = pictures.grown_box(keypoints)
    assert y0 == pytest.approx(20 - 6)
    assert (x0, x1, y1) == pytest.approx((47, 63, 123))


def _interrupt() -> float:
    raise KeyboardInterrupt


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Recipe(YoloConfig(classes=0, shrink=8, anchors=command.ANCHORS), 64)
    monkeypatch.setattr(command, "RECIPE", small)
    monkeypatch.setattr(command, "SAVE_EVERY", 2)
    material = [_picture((0.4, 0.3, 0.6, 0.7)), _picture((0.1, 0.1, 0.4, 0.9), complete=False)]
    whole = command.start(small)
    command.train(whole, material, 4, 2, tmp_path / "whole.pt")
    stopped, again = command.start(small), command.start(small)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        update = command._update
        patch.setattr(command, "_update", lambda s, *rest: update(s, *rest) if s.step < 3 else _interrupt())
        command.train(stopped, material, 4, 2, tmp_path / "last.pt")
    again.load(tmp_path / "last.pt")
    command.train(again, material, 4, 2, tmp_path / "last.pt")
    assert again.step == 4
    for a, b in zip(whole.network.parameters(), again.network.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-4)
