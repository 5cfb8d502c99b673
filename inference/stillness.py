"""Does anything move? A clip of somebody who only stands there is refused; a plank is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from inference import catalogue
from inference.skeleton import INDEX
from inference.types import PoseTrack, Recognition

CONFIDENT = 0.3
FROZEN_SWAY = 0.02  # of the torso's length: a frozen picture; even what was counted in it is no movement
IDLE_SWAY = 0.12  # of the torso's length; keypoints of a person who stands still jitter by about 0.05
UPRIGHT_DEG = 45.0
SMOOTH_FRAMES = 5  # single wild frames are no movement
PLAUSIBLE_HOLD = 0.05
LIMBS = [INDEX[side + joint] for side in ("left_", "right_") for joint in ("wrist", "elbow", "knee", "ankle")]
BODY = [INDEX[name] for name in ("neck", "waist", "nose")]


def is_idle(track: PoseTrack, recognition: Recognition) -> bool:
    """Nothing counted, nothing held, nothing moved, and the body upright, as one stands waiting."""
    if any(found.hold_s for found in recognition.sets):
        return False
    if any(found.rep_count.count for found in recognition.sets):
        return measure_sway(track) < FROZEN_SWAY
    candidates = recognition.classification.candidates
    if any(catalogue.kind_of(c.exercise) == "hold" and c.confidence >= PLAUSIBLE_HOLD for c in candidates):
        return False
    return measure_sway(track) < IDLE_SWAY and measure_lean_deg(track) < UPRIGHT_DEG


def measure_sway(track: PoseTrack) -> float:
    """Widest way of any trusted joint, in torso lengths; the 5th to 95th percentile of its smoothed path."""
    keypoints = track.keypoints[track.found]  # (F, 24, 3)
    torso_px = _torso_px(keypoints)
    ways = [_way_px(keypoints[:, joint]) for joint in (*LIMBS, *BODY)]
    return max(ways) / torso_px


def measure_lean_deg(track: PoseTrack) -> float:
    """Median angle between torso and vertical."""
    keypoints = track.keypoints[track.found]
    dx, dy = np.abs(keypoints[:, INDEX["neck"], :2] - keypoints[:, INDEX["waist"], :2]).T
    return float(np.degrees(np.median(np.arctan2(dx, dy))))


def _torso_px(keypoints: NDArray[np.float32]) -> float:
    lengths = np.linalg.norm(keypoints[:, INDEX["neck"], :2] - keypoints[:, INDEX["waist"], :2], axis=-1)
    return max(1.0, float(np.median(lengths)))


def _way_px(joint: NDArray[np.float32]) -> float:
    """How far one joint (F, 3) goes; 0 when it is hardly ever seen."""
    seen = joint[joint[:, 2] >= CONFIDENT, :2]
    if len(seen) < SMOOTH_FRAMES:
        return 0.0
    low, high = np.percentile(median_filter(seen, (SMOOTH_FRAMES, 1)), (5, 95), axis=0)
    return float(np.linalg.norm(high - low))
