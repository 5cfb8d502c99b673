"""One synthetic clip: somebody, a move, a camera, an estimator."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from inference import catalogue
from inference.train.synthetic import body, camera, idle, moves, perform, support, wear
from inference.train.synthetic.perform import RATE_HZ, Reps
from inference.types import PoseTrack

EVERY = 2  # of 30 frames a second; clips are looked at 15 times a second
CUTS_SHARE, TINY_SHARE = 0.15, 0.2  # of films in which nobody trains
OTHER_VIEW_SHARE = 0.08  # of films that go on from another side
SHORTEST_SHOT, LONGEST_SHOT = 18, 90  # frames


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
    clip = _film(slug, rng)
    if slug == catalogue.OTHER and rng.random() < CUTS_SHARE:
        shots = [clip, *(_film(slug, rng) for _ in range(int(rng.integers(1, 4))))]
        return replace(clip, track=_splice([shot.track for shot in shots], rng))
    return clip


def _splice(tracks: list[PoseTrack], rng: np.random.Generator) -> PoseTrack:
    """Cuts between films, or a track that jumps from one person to another: a stretch of each."""
    stretches = []
    for track in tracks:
        taken = min(int(rng.integers(SHORTEST_SHOT, LONGEST_SHOT)), len(track.keypoints))
        start = int(rng.integers(0, len(track.keypoints) - taken + 1))
        stretches.append(track.keypoints[start : start + taken])
    keypoints = np.concatenate(stretches)
    return replace(tracks[0], keypoints=keypoints, times_s=np.arange(len(keypoints)) * EVERY / RATE_HZ)


def _film(slug: str, rng: np.random.Generator) -> Synthetic:
    points, reps = act(slug, rng)
    seen_by = camera.draw_camera(rng, moves.usual_view(slug))
    flat, behind_m = camera.project(points, seen_by, rng)
    if rng.random() < OTHER_VIEW_SHARE:
        then = camera.project(points, replace(camera.draw_camera(rng), size_px=seen_by.size_px), rng)
        cut = int(rng.uniform(0.25, 0.75) * len(points))
        flat[cut:], behind_m[cut:] = then[0][cut:], then[1][cut:]
    roughness = 1.0
    if slug == catalogue.OTHER and rng.random() < TINY_SHARE:  # far away, in a crowd
        roughness = float(rng.uniform(2, 8))
    keypoints = wear.wear(flat[::EVERY], behind_m[::EVERY], seen_by.size_px, rng, roughness)
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
