"""Tracks of a simple figure that moves as a test wants it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inference.skeleton import COUNT, INDEX, add_means
from inference.types import PoseTrack

# A standing person of 400 px, seen half from the side.
STANDING = {
    "nose": (320, 60), "left_eye": (326, 52), "right_eye": (314, 52), "left_ear": (334, 56), "right_ear": (306, 56),
    "left_shoulder": (352, 110), "right_shoulder": (288, 110), "left_elbow": (366, 165), "right_elbow": (274, 165),
    "left_wrist": (370, 215), "right_wrist": (270, 215), "left_palm": (371, 232), "right_palm": (269, 232),
    "left_hip": (342, 230), "right_hip": (298, 230), "left_knee": (346, 320), "right_knee": (294, 320),
    "left_ankle": (346, 405), "right_ankle": (294, 405), "left_foot": (360, 418), "right_foot": (280, 418),
}  # fmt: skip
UPPER = [n for n in STANDING if not n.endswith(("knee", "ankle", "foot"))]


def standing_pose() -> np.ndarray:
    pose = np.zeros((COUNT, 3), np.float32)
    for name, (x, y) in STANDING.items():
        pose[INDEX[name]] = (x, y, 0.95)
    return add_means(pose)


def squat(pose: np.ndarray, depth: float) -> None:
    """Hips and all above go down, knees go out."""
    for name in [*UPPER, "neck", "back", "waist"]:
        pose[INDEX[name], 1] += 85 * depth
    pose[INDEX["left_knee"], :2] += (28 * depth, 22 * depth)
    pose[INDEX["right_knee"], :2] += (-28 * depth, 22 * depth)


def raise_arms(pose: np.ndarray, share: float) -> None:
    """Straight arms from the sides up to the level of the shoulders."""
    for side, sign in (("left", 1), ("right", -1)):
        shoulder = pose[INDEX[f"{side}_shoulder"], :2]
        for part, reach in (("elbow", 55), ("wrist", 105), ("palm", 122)):
            angle = share * np.pi / 2
            pose[INDEX[f"{side}_{part}"], :2] = shoulder + reach * np.array([sign * np.sin(angle), np.cos(angle)])


def make_track(
    seconds: float, move: Callable[[np.ndarray, float], None], phase: Callable[[float], float], rate_hz: float = 15.0
) -> PoseTrack:
    """`phase` maps a time to how far the movement is, 0..1."""
    rng = np.random.default_rng(3)
    times_s = np.arange(int(seconds * rate_hz)) / rate_hz
    poses = np.array([standing_pose() for _ in times_s], np.float32).reshape(-1, COUNT, 3)
    for pose, time_s in zip(poses, times_s, strict=True):
        move(pose, phase(float(time_s)))
    poses[..., :2] += rng.normal(0, 1.0, poses[..., :2].shape)
    return PoseTrack(poses.astype(np.float32), times_s, (640, 480))


def waves(count: int, period_s: float, start_s: float = 1.0) -> Callable[[float], float]:
    """`count` smooth ups and downs of a length, after a still start."""

    def phase(time_s: float) -> float:
        since = time_s - start_s
        if not 0 <= since < count * period_s:
            return 0.0
        return float(0.5 - 0.5 * np.cos(2 * np.pi * since / period_s))

    return phase


def rest(_time_s: float) -> float:
    return 0.0
