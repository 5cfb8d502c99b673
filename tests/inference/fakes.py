"""A pose estimator and a recogniser that need no model."""

from __future__ import annotations

import numpy as np

from inference.skeleton import COUNT, INDEX, add_means
from inference.types import Candidate, Classification, ExerciseSet, PoseTrack, Recognition, Rep, RepCount

STANDING = {
    "nose": (0, -70), "left_shoulder": (-15, -50), "right_shoulder": (15, -50), "left_elbow": (-20, -25),
    "right_elbow": (20, -25), "left_wrist": (-22, 0), "right_wrist": (22, 0), "left_hip": (-10, 0),
    "right_hip": (10, 0), "left_knee": (-10, 40), "right_knee": (10, 40), "left_ankle": (-10, 80),
    "right_ankle": (10, 80),
}  # fmt: skip


def body(x_px=160.0, y_px=110.0, dip_px=0.0):
    """Somebody who faces the camera; with a dip, the hips sink and the feet stay."""
    keypoints = np.zeros((COUNT, 3), np.float32)
    for name, (x, y) in STANDING.items():
        sinks = 0.0 if "ankle" in name else dip_px / 2 if "knee" in name else dip_px
        keypoints[INDEX[name]] = (x_px + x, y_px + y + sinks, 0.9)
    return add_means(keypoints)


class FakeEstimator:
    """Finds a body of its own making in every frame; ``found`` says in which."""

    name, version = "fake", "1"

    def __init__(self, dip_px=0.0, found=lambda time_s: True):
        self.dip_px, self.found, self.seen = dip_px, found, []

    def estimate(self, frames, size_px):
        rows = []
        for frame in frames:
            self.seen.append(frame)
            dip_px = self.dip_px * (1 - np.cos(2 * np.pi * frame.time_s)) / 2
            rows.append(body(dip_px=dip_px) if self.found(frame.time_s) else np.zeros((COUNT, 3), np.float32))
        return PoseTrack(np.stack(rows), np.array([frame.time_s for frame in self.seen]), size_px)

    def estimate_crop(self, image, box):
        return body()


class FakeRecogniser:
    models = {"classifier": "fake@1", "counter": "fake@1"}

    def __init__(self, *sets, exercise="squat"):
        candidates = (Candidate(exercise, 0.9),)
        self.recognition = Recognition(Classification(candidates, np.ones(1, np.float32)), sets)

    def recognise(self, track, on_named):
        on_named(0.001)
        self.track = track
        return self.recognition


def squat_set(reps=2, hold_s=None):
    counted = tuple(Rep(i, i + 0.5, i + 1.0) for i in range(reps))
    return ExerciseSet(
        "squat", 0.9, (Candidate("squat", 0.9),), RepCount(counted, 0.8, reps, reps), 0.0, 2.0, hold_s=hold_s
    )
