"""YOLOv3's networks have the published files' sizes; Darknet files are read in order; boxes mean what they should."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.pose import darknet, person_detector, yolo
from inference.pose.person_detector import PersonDetector, Recipe
from inference.pose.yolo import YoloConfig

SMALL = YoloConfig(tiny=True, classes=2, shrink=8)
PUBLISHED_BYTES = {"yolov3": 248_007_048, "yolov3-tiny": 35_434_956}  # of the files that pjreddie.com gave out


@pytest.mark.parametrize(("name", "size"), PUBLISHED_BYTES.items())
def test_networks_hold_as_many_numbers_as_the_published_files(name: str, size: int) -> None:
    network = yolo.build(person_detector.PUBLISHED[name].network)
    assert darknet.count(network) * 4 + 20 == size


@pytest.mark.parametrize("config", [SMALL, YoloConfig(tiny=False, classes=2, shrink=8, anchors=yolo.FULL_ANCHORS)])
def test_heads_have_the_papers_strides(config: YoloConfig) -> None:
    heads = yolo.build(config).eval()(torch.zeros(1, 3, 128, 64))
    assert [tuple(head.shape[1:]) for head in heads] == [(21, 128 // s, 64 // s) for s in (32, 16, 8)[: len(heads)]]


def test_a_darknet_file_is_read_in_its_order(tmp_path: Path) -> None:
    network = yolo.build(SMALL)
    path = tmp_path / "rising.weights"
    numbers = np.arange(darknet.count(network), dtype="<f4")
    path.write_bytes(struct.pack("<3iq", 0, 2, 5, 123) + numbers.tobytes())
    darknet.read(path, network)
    first = network.body[0]
    told = [first.norm.bias, first.norm.weight, first.norm.running_mean, first.norm.running_var, first.conv.weight]
    assert torch.equal(torch.cat([part.detach().flatten() for part in told]), torch.arange(2.0 * 4 + 2 * 27))
    assert network.fine_head.weight.flatten()[-1] == len(numbers) - 1
    assert network.fine_head.bias[0] == len(numbers) - network.fine_head.weight.numel() - 21


def test_an_old_header_has_a_shorter_counter(tmp_path: Path) -> None:
    network = yolo.build(SMALL)
    path = tmp_path / "old.weights"
    path.write_bytes(struct.pack("<4i", 0, 1, 0, 9) + np.ones(darknet.count(network), "<f4").tobytes())
    darknet.read(path, network)
    assert float(network.neck.norm.weight.detach().min()) == 1.0


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network, other = yolo.build(SMALL), yolo.build(SMALL)
    darknet.write(tmp_path / "a.weights", network)
    darknet.read(tmp_path / "a.weights", other)
    pictures = torch.rand(1, 3, 64, 64)
    for a, b in zip(network.eval()(pictures), other.eval()(pictures), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("raw", [b"", b"short", struct.pack("<3iq", 0, 2, 0, 0) + b"\0" * 400])
def test_a_file_of_another_size_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "wrong.weights"
    path.write_bytes(raw)
    with pytest.raises(darknet.DarknetError, match=r"wrong\.weights"):
        darknet.read(path, yolo.build(SMALL))


def test_anchors_must_fit_the_network() -> None:
    with pytest.raises(ValueError, match="6 anchors"):
        YoloConfig(tiny=False)


def test_a_cell_says_where_and_how_large() -> None:
    config = YoloConfig(classes=1)
    heads = [torch.full((1, 18, 4, 4), -9.0), torch.full((1, 18, 8, 8), -9.0)]
    rows = yolo.split(heads[0])
    rows[0, 1, 2, 3] = torch.tensor([0.0, 0.0, np.log(2.0), 0.0, 9.0, 9.0])
    found = yolo.detections_of(heads, config, (128, 128))[0]
    best = found[found[:, 4].argmax()]
    assert best[:4].tolist() == pytest.approx([(3 + 0.5) * 32, (2 + 0.5) * 32, 135 * 2, 169], rel=1e-5)
    assert int((found[:, 4] > 0.5).sum()) == 1


class _Fixed(torch.nn.Module):
    """Answers with one person in the middle of a wide picture of 320 x 192."""

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        assert images.shape[2:] == (192, 320)
        coarse, fine = torch.full((1, 15, 6, 10), -9.0), torch.full((1, 15, 12, 20), -9.0)
        yolo.split(coarse)[0, 0, 2, 5] = torch.tensor([-9.0, 0.0, 0.0, 0.0, 4.0])
        return [coarse, fine]


def test_boxes_come_back_in_pixels_of_the_picture() -> None:
    config = YoloConfig(classes=0, anchors=(*yolo.TINY_ANCHORS[:3], (40, 80), (99, 99), (99, 99)))
    found = PersonDetector(Recipe(config, 320), _Fixed()).find(np.zeros((360, 640, 3), np.uint8))
    assert len(found) == 1
    assert found[0].box == pytest.approx([280, 80, 360, 240], abs=0.5)


def test_one_person_has_one_box() -> None:
    boxes = np.array([[0, 0, 10, 20], [1, 0, 11, 20], [40, 0, 50, 20]], np.float64)
    found = person_detector.suppress(boxes, np.array([0.6, 0.9, 0.5], np.float32))
    assert [one.box[0] for one in found] == [1, 40]
    assert person_detector.suppress(np.zeros((0, 4)), np.zeros(0, np.float32)) == []


def test_weights_and_recipe_travel_together(tmp_path: Path) -> None:
    recipe = Recipe(YoloConfig(classes=0, shrink=8), 96)
    network = yolo.build(recipe.network).eval()
    person_detector.save(tmp_path / "p.safetensors", recipe, network.state_dict())
    again, other = person_detector.load(tmp_path / "p.safetensors")
    assert again == recipe
    picture = torch.rand(1, 3, 96, 96)
    assert torch.allclose(network(picture)[0], other.eval()(picture)[0], atol=1e-2)
