"""The 24 keypoints of the AI Hub fitness layout: names, edges, mirror pairs and conversions from other layouts.

Every keypoint array in this package has shape (..., 24, 3): x and y in pixels of the upright frame, then a confidence
in 0..1. A point that is not known has confidence 0 and its coordinates mean nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NAMES: tuple[str, ...] = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle", "neck", "left_palm", "right_palm", "back", "waist", "left_foot", "right_foot",
)  # fmt: skip
COUNT = len(NAMES)
INDEX: dict[str, int] = {name: i for i, name in enumerate(NAMES)}


def _pairs(*names: tuple[str, str]) -> tuple[tuple[int, int], ...]:
    return tuple((INDEX[a], INDEX[b]) for a, b in names)


EDGES: tuple[tuple[int, int], ...] = _pairs(
    ("nose", "left_eye"), ("nose", "right_eye"), ("left_eye", "left_ear"), ("right_eye", "right_ear"), ("nose", "neck"),
    ("neck", "left_shoulder"), ("neck", "right_shoulder"), ("neck", "back"), ("back", "waist"),
    ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"), ("left_wrist", "left_palm"),
    ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"), ("right_wrist", "right_palm"),
    ("waist", "left_hip"), ("waist", "right_hip"), ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
    ("left_ankle", "left_foot"), ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
    ("right_ankle", "right_foot"),
)  # fmt: skip

MIRROR_PAIRS: tuple[tuple[int, int], ...] = tuple(
    (i, INDEX["right" + name[4:]]) for i, name in enumerate(NAMES) if name.startswith("left_")
)


def _mirror_order() -> NDArray[np.int64]:
    order = np.arange(COUNT)
    for left, right in MIRROR_PAIRS:
        order[left], order[right] = right, left
    return order


MIRROR_ORDER: NDArray[np.int64] = _mirror_order()  # keypoints[..., MIRROR_ORDER, :] swaps left and right

# Points that are means of others: neck of the shoulders, waist of the hips, back of neck and waist.
_MEANS = (
    ("neck", ("left_shoulder", "right_shoulder")),
    ("waist", ("left_hip", "right_hip")),
    ("back", ("neck", "waist")),
)

_COCO17 = NAMES[:17]

_BLAZEPOSE_COPIES = {
    "nose": 0, "left_eye": 2, "right_eye": 5, "left_ear": 7, "right_ear": 8, "left_shoulder": 11, "right_shoulder": 12,
    "left_elbow": 13, "right_elbow": 14, "left_wrist": 15, "right_wrist": 16, "left_hip": 23, "right_hip": 24,
    "left_knee": 25, "right_knee": 26, "left_ankle": 27, "right_ankle": 28, "left_foot": 31, "right_foot": 32,
}  # fmt: skip
# palm = mean of wrist, pinky, index and thumb roots
_BLAZEPOSE_PALMS = {"left_palm": (15, 17, 19, 21), "right_palm": (16, 18, 20, 22)}


def add_means(keypoints: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill neck, waist and back of (..., 24, 3) in place from their parents; confidence is the parents' smallest."""
    for name, parents in _MEANS:
        source = keypoints[..., [INDEX[p] for p in parents], :]
        keypoints[..., INDEX[name], :2] = source[..., :2].mean(axis=-2)
        keypoints[..., INDEX[name], 2] = source[..., 2].min(axis=-1)
    return keypoints


def from_coco17(keypoints: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., 17, 3) in COCO order to (..., 24, 3); palms and feet stay unknown (confidence 0)."""
    out = np.zeros((*keypoints.shape[:-2], COUNT, 3), np.float32)
    out[..., [INDEX[n] for n in _COCO17], :] = keypoints
    return add_means(out)


def from_blazepose33(keypoints: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., 33, 3) in BlazePose order (Bazarevsky et al. 2020) to (..., 24, 3)."""
    out = np.zeros((*keypoints.shape[:-2], COUNT, 3), np.float32)
    for name, i in _BLAZEPOSE_COPIES.items():
        out[..., INDEX[name], :] = keypoints[..., i, :]
    for name, parents in _BLAZEPOSE_PALMS.items():
        source = keypoints[..., list(parents), :]
        out[..., INDEX[name], :2] = source[..., :2].mean(axis=-2)
        out[..., INDEX[name], 2] = source[..., 2].min(axis=-1)
    return add_means(out)


def mirror(keypoints: NDArray[np.float32], width_px: float) -> NDArray[np.float32]:
    """The same pose in a frame flipped left to right: x becomes width - x and left and right names are swapped."""
    out = keypoints[..., MIRROR_ORDER, :].copy()
    out[..., 0] = width_px - out[..., 0]
    return out
