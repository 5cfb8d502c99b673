"""What is left of a motion once an estimator has looked at it: jitter, guesses behind the body, swaps, gaps."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference import skeleton
from inference.skeleton import COUNT, INDEX, MIRROR_ORDER
from inference.train.synthetic.body import Floats
from inference.train.synthetic.perform import smooth_noise

Draw = Callable[[int], Floats]

JITTER, SHAKY, WANDER, BIAS, GUESS = 0.007, 0.012, 0.005, 0.02, 0.07  # shares of the body's size
ROUGHNESS = 1.0  # spread, in natural logarithms, of how much estimators err from film to film
BURST, BURST_S = 1.1, 0.3  # the same from moment to moment, times 0.3 to 1.5, and seconds in which it changes
HIDDEN_M = 0.12  # a limb that lies so far behind the middle may be hidden
LIMBS = [[INDEX[f"{side}_{part}"] for part in parts] for side in ("left", "right")
         for parts in (("elbow", "wrist", "palm"), ("knee", "ankle", "foot"))]  # fmt: skip
LIMB_POINTS = sorted(itertools.chain.from_iterable(LIMBS))
SWAP_SHARE, GAP_SHARE, BLOCKED_SHARE = 0.12, 0.12, 0.15
CUT_SHARE = 0.15  # films that show no legs, which an estimator then guesses
LEGS = [i for i, name in enumerate(skeleton.NAMES) if any(part in name for part in ("knee", "ankle", "foot"))]

# Estimators err with the whole body, with its parts and with single points; shares as measured on the tracks of clips.
_PARTS = [
    [INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")],
    [INDEX[name] for name in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")],
    *LIMBS,
]
_PART_OF = np.array([next((n for n, part in enumerate(_PARTS) if i in part), 0) for i in range(COUNT)])
_WHOLE_SHARE = 0.4
_SHARES = {  # of the part and of the point itself
    "nose": (0.45, 0.25), "eye": (0.45, 0.2), "ear": (0.45, 0.25), "shoulder": (0.3, 0.6), "hip": (0.3, 0.8),
    "elbow": (0.6, 0.7), "wrist": (1.1, 0.5), "knee": (0.6, 0.7), "ankle": (1.1, 0.5),
}  # fmt: skip
_PART_SHARE, _OWN_SHARE = np.array([_SHARES.get(name.split("_")[-1], (0, 0)) for name in skeleton.NAMES]).T
_ENDS = (("palm", "wrist", 0.2), ("foot", "ankle", 0.4))  # a point that errs as another does, and a little by itself


def wear(
    points: Floats, behind_m: Floats, size_px: tuple[int, int], rng: np.random.Generator, roughness: float = 1.0
) -> NDArray[np.float32]:
    """Pixels (T, 24, 2) to keypoints (T, 24, 3) as an estimator would have given them; rough for tiny figures."""
    frames = len(points)
    size = float(np.linalg.norm(np.ptp(points, axis=1), axis=1).mean())
    amount = np.exp(rng.normal(0, ROUGHNESS)) * roughness
    hidden = _hide(behind_m, rng)
    if rng.random() < CUT_SHARE:
        hidden[:, LEGS] = 1.0
    outside = ((points < 0) | (points > size_px)).any(axis=2)
    hidden = np.where(outside, 1.0, hidden)

    def curves(seconds: float) -> Draw:
        return lambda count: smooth_noise(frames, count * 2, seconds, rng).reshape(frames, count, 2)

    noise = _err(lambda count: rng.normal(size=(frames, count, 2))) * JITTER * 0.5
    noise += _err(curves(0.25)) * (JITTER + SHAKY * hidden[..., None])
    noise *= np.exp(smooth_noise(frames, 1, BURST_S, rng) * BURST * rng.uniform(0.3, 1.5))[:, :, None]
    noise += _err(lambda count: rng.normal(size=(1, count, 2))) * BIAS
    noise += _err(curves(0.8)) * (WANDER + GUESS * hidden[..., None])
    keypoints = np.concatenate([points + noise * size * amount, _confidence(hidden, rng)[..., None]], axis=2)
    keypoints[..., 2] *= np.where(outside, rng.uniform(0.02, 0.3), 1.0)
    _swap(keypoints, rng)
    out = skeleton.add_means(keypoints.astype(np.float32))
    _lose(out, rng)
    return out


def _err(draw: Draw) -> Floats:
    """(T, 24, 2) errors, given independent ones (T, N, 2) for any N: neighbours err together."""
    parts, own = draw(len(_PARTS)), draw(COUNT)
    out: Floats = _WHOLE_SHARE * draw(1) + _PART_SHARE[:, None] * parts[:, _PART_OF] + _OWN_SHARE[:, None] * own
    for side in ("left", "right"):
        for end, like, share in _ENDS:
            out[:, INDEX[f"{side}_{end}"]] = out[:, INDEX[f"{side}_{like}"]] + share * own[:, INDEX[f"{side}_{end}"]]
    return out


def _hide(behind_m: Floats, rng: np.random.Generator) -> Floats:
    """(T, 24) how hidden a point is, 0..1: limbs behind the body, and now and then one behind a machine."""
    hidden = np.zeros(behind_m.shape)
    likely = rng.uniform(0.3, 1.0)
    for limb in LIMBS:
        hidden[:, limb] = np.clip((behind_m[:, limb] - HIDDEN_M) / 0.15, 0, 1) * likely
        if rng.random() < BLOCKED_SHARE:
            hidden[:, limb] = np.maximum(hidden[:, limb], rng.uniform(0.4, 1))
    return hidden


def _confidence(hidden: Floats, rng: np.random.Generator) -> Floats:
    """(T, 24): estimators are surer of face and trunk than of limbs."""
    doubt = np.full(COUNT, 0.003)
    doubt[LIMB_POINTS] = 0.04
    sure = 1 - doubt * (rng.exponential(1.0, (1, COUNT)) + 0.5 * np.abs(rng.normal(size=hidden.shape)))
    return np.asarray(np.clip(sure - hidden * rng.uniform(0.5, 1.0), 0.03, 1.0))


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
