"""One synthetic clip: somebody, a move, a camera, an estimator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference import catalogue
from inference.train.synthetic import body, camera, idle, moves, perform, support, wear
from inference.train.synthetic.perform import RATE_HZ, Reps
from inference.types import PoseTrack

EVERY = 2  # of 30 frames a second; clips are looked at 15 times a second


@dataclass(frozen=True)
class Synthetic:
    """A labelled track."""

    exercise: str
    track: PoseTrack
    reps: Reps  # start, turn and end of each, seconds; empty for holds and for what has no clear turn
    view: str  # front, side, back or oblique


def slugs() -> list[str]:
    """Everything that can be made."""
    return [*moves.read_table()["moves"], catalogue.OTHER]


def synthesise(slug: str, rng: np.random.Generator) -> Synthetic:
    """One clip of an exercise, 15 frames a second. Raises KeyError for an exercise that the table does not have."""
    points, reps = act(slug, rng)
    seen_by = camera.draw_camera(rng)
    flat, behind_m = camera.project(points, seen_by, rng)
    keypoints = wear.wear(flat[::EVERY], behind_m[::EVERY], seen_by.size_px, rng)
    times_s = np.arange(len(keypoints)) * EVERY / RATE_HZ
    return Synthetic(slug, PoseTrack(keypoints, times_s, seen_by.size_px), reps, seen_by.view)


def act(slug: str, rng: np.random.Generator) -> tuple[body.Floats, Reps]:
    """Metres (T, 24, 3) at 30 Hz, and the repetitions."""
    somebody = body.draw_proportions(rng)
    if slug == catalogue.OTHER:
        angles = idle.draw(rng)
        return support.place(body.points_of(angles, somebody), angles, "lowest", 0.0), ()
    done = perform.perform(slug, rng)
    points = body.points_of(done.angles, somebody)
    return support.place(points, done.angles, done.move.support, done.move.height), done.reps
