"""What is left of a motion once an estimator has looked at it: jitter, guesses behind the body, swaps, gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference import skeleton
from inference.skeleton import COUNT, INDEX, MIRROR_ORDER
from inference.train.synthetic.body import Floats
from inference.train.synthetic.perform import smooth_noise

JITTER, BIAS, GUESS = 0.008, 0.02, 0.07  # shares of the body's size
HIDDEN_M = 0.12  # a limb that lies so far behind the middle may be hidden
LIMBS = [[INDEX[f"{side}_{part}"] for part in parts] for side in ("left", "right")
         for parts in (("elbow", "wrist", "palm"), ("knee", "ankle", "foot"))]  # fmt: skip
SWAP_SHARE, GAP_SHARE, BLOCKED_SHARE = 0.12, 0.12, 0.15
CUT_SHARE = 0.15  # films that show no legs, which an estimator then guesses
LEGS = [i for i, name in enumerate(skeleton.NAMES) if any(part in name for part in ("knee", "ankle", "foot"))]


def wear(
    points: Floats, behind_m: Floats, size_px: tuple[int, int], rng: np.random.Generator, roughness: float = 1.0
) -> NDArray[np.float32]:
    """Pixels (T, 24, 2) to keypoints (T, 24, 3) as an estimator would have given them; rough for tiny figures."""
    frames = len(points)
    size = float(np.linalg.norm(np.ptp(points, axis=1), axis=1).mean())
    amount = np.exp(rng.normal(0, 0.5)) * roughness
    hidden = _hide(behind_m, rng)
    if rng.random() < CUT_SHARE:
        hidden[:, LEGS] = 1.0
    outside = ((points < 0) | (points > size_px)).any(axis=2)
    hidden = np.where(outside, 1.0, hidden)
    noise = rng.normal(size=(frames, COUNT, 2)) * JITTER * 0.5
    noise += smooth_noise(frames, COUNT * 2, 0.25, rng).reshape(frames, COUNT, 2) * JITTER
    noise += rng.normal(0, BIAS, (1, COUNT, 2))
    noise += smooth_noise(frames, COUNT * 2, 0.8, rng).reshape(frames, COUNT, 2) * GUESS * hidden[..., None]
    keypoints = np.concatenate([points + noise * size * amount, _confidence(hidden, rng)[..., None]], axis=2)
    keypoints[..., 2] *= np.where(outside, rng.uniform(0.02, 0.3), 1.0)
    _swap(keypoints, rng)
    out = skeleton.add_means(keypoints.astype(np.float32))
    _lose(out, rng)
    return out


def _hide(behind_m: Floats, rng: np.random.Generator) -> Floats:
    """(T, 24) how hidden a point is, 0..1: limbs behind the body, and now and then one behind a machine."""
    hidden = np.zeros(behind_m.shape)
    likely = rng.uniform(0.2, 1.0)
    for limb in LIMBS:
        hidden[:, limb] = np.clip((behind_m[:, limb] - HIDDEN_M) / 0.15, 0, 1) * likely
        if rng.random() < BLOCKED_SHARE:
            hidden[:, limb] = np.maximum(hidden[:, limb], rng.uniform(0.4, 1))
    return hidden


def _confidence(hidden: Floats, rng: np.random.Generator) -> Floats:
    sure = 1 - rng.exponential(0.03, (1, COUNT)) - 0.02 * np.abs(rng.normal(size=hidden.shape))
    return np.asarray(np.clip(sure - hidden * rng.uniform(0.3, 0.75), 0.03, 1.0))


def _swap(keypoints: Floats, rng: np.random.Generator) -> None:
    """For some frames left and right are taken for each other."""
    if rng.random() < SWAP_SHARE and len(keypoints) > 8:
        for _ in range(int(rng.integers(1, 4))):
            start = int(rng.integers(0, len(keypoints) - 4))
            stretch = slice(start, start + int(rng.integers(2, 10)))
            keypoints[stretch] = keypoints[stretch][:, MIRROR_ORDER]


def _lose(keypoints: NDArray[np.float32], rng: np.random.Generator) -> None:
    """For some frames nobody is found."""
    if rng.random() < GAP_SHARE and len(keypoints) > 20:
        start = int(rng.integers(0, len(keypoints) - 10))
        keypoints[start : start + int(rng.integers(2, 10))] = 0
