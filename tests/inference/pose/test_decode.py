"""Heatmaps decode to the points they were made of."""

import numpy as np
import pytest
import torch

from inference.pose import crop
from inference.pose.decode import decode, encode, predict_heatmaps, resample
from inference.pose.hrnet import HRNet, HrnetConfig

INPUT_PX, CELLS = (192, 256), (48, 64)


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0])
def test_round_trip_is_exact_to_a_hundredth_of_a_pixel(sigma: float) -> None:
    points = np.random.default_rng(1).uniform(0, [191, 255], (8, 24, 2)).astype(np.float32)
    decoded = decode(encode(points, INPUT_PX, CELLS, sigma), INPUT_PX)
    assert decoded.shape == (8, 24, 3)
    assert np.abs(decoded[..., :2] - points).max() < 0.01
    assert decoded[..., 2].min() > 0.7


def test_a_mirrored_picture_gives_mirrored_points() -> None:
    points = np.array([[33.3, 71.9]], np.float32)
    mirrored = decode(encode(points, INPUT_PX, CELLS)[..., ::-1], INPUT_PX)
    assert mirrored[0, :2] == pytest.approx([191 - 33.3, 71.9], abs=0.01)


def test_heatmaps_of_a_closer_crop_say_the_same_in_a_wider_one() -> None:
    wide, close = (crop.View(100, 120, width).matrix(INPUT_PX) for width in (150, 120))
    in_frame = np.random.default_rng(4).uniform([70, 80], [130, 160], (24, 2)).astype(np.float32)
    shares = encode(crop.move(in_frame, close), INPUT_PX, CELLS)
    shares /= shares.sum(axis=(1, 2), keepdims=True)
    seen = resample(shares, crop.chain(close, wide), INPUT_PX)
    assert seen.sum(axis=(1, 2)) == pytest.approx(np.ones(24), rel=0.05)
    assert np.abs(decode(seen, INPUT_PX)[:, :2] - crop.move(in_frame, wide)).max() < 0.7


def test_a_flat_heatmap_gives_no_confidence_and_finite_points() -> None:
    decoded = decode(np.zeros((2, 64, 48), np.float32), INPUT_PX)
    assert np.isfinite(decoded).all()
    assert (decoded[:, 2] == 0).all()


def test_flip_test_swaps_left_and_right() -> None:
    images = torch.rand(2, 2, 8, 6)
    swapped = predict_heatmaps(lambda x: x, images, swap=[1, 0])
    assert torch.allclose(swapped, (images + images[:, [1, 0]]) / 2)


def test_bf16_stays_close_to_float32() -> None:
    torch.manual_seed(0)
    network = HRNet(HrnetConfig(width=18, modules=(1, 1, 1), blocks=1)).eval()
    images = torch.rand(1, 3, 64, 64)
    exact, fast = predict_heatmaps(network, images), predict_heatmaps(network, images, bf16=True)
    assert fast.dtype == torch.float32
    assert torch.allclose(exact, fast, atol=0.05 * float(exact.abs().max()))
