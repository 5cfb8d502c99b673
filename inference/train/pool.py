"""What the classifier learns from: real clips, worn copies of them, and synthetic motion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference import catalogue, skeleton
from inference.train import motion_sets
from inference.train.clips import LabelledTrack
from inference.train.synthetic import slugs, synthesise
from inference.train.windows import CUT_SHARE, cut_off
from inference.types import PoseTrack

SYNTHETIC = "synthetic"  # the part that such tracks belong to
LEAST_SEEN = 8
OTHER_TIMES = 12  # there are more ways of not exercising than of any exercise
SHORTEST_FRAMES, LONG_ENOUGH = 16, 20


def weigh(tracks: Sequence[LabelledTrack]) -> NDArray[np.float64]:
    """(N,) weights: many clips of one exercise by the same people teach less than as many by different ones.

    A clip that two estimators looked at is one clip.
    """
    alike = Counter((group, exercise) for group, exercise, _ in {(t.group, t.exercise, t.file) for t in tracks})
    return np.array([t.weight / np.sqrt(alike[t.group, t.exercise]) for t in tracks])


def count_prior(tracks: Sequence[LabelledTrack], classes: Sequence[str]) -> list[float]:
    """How often people film each class, by the number of groups that do, softened by a square root.

    Motion sets say nothing about that: somebody else chose what is in them.
    """
    films = Counter(exercise for _, exercise in {(t.group, t.exercise) for t in tracks if t.part != motion_sets.PART})
    return [float(np.sqrt(1 + films[name])) for name in classes]


def make_synthetic(each: int, seed: int) -> list[LabelledTrack]:
    """So many tracks of each exercise, and twelve times as many of people who do none."""
    rng = np.random.default_rng(seed)
    made = []
    for slug in slugs():
        for number in range(each * (OTHER_TIMES if slug == catalogue.OTHER else 1)):
            clip = synthesise(slug, rng)
            if clip.track.found.sum() >= LEAST_SEEN:
                name = f"{SYNTHETIC}/{slug}-{number}"
                made.append(LabelledTrack(name, SYNTHETIC, slug, None, SYNTHETIC, 1.0, clip.view, clip.track))
    return made


def wear_track(track: PoseTrack, rng: np.random.Generator) -> PoseTrack:
    """Part of a track, from a slightly other angle, at another tempo, mirrored or not."""
    seen = np.flatnonzero(track.found)
    span = _draw_span(int(seen[0]), int(seen[-1]) + 1, rng)
    keypoints = track.keypoints[span].copy()
    known = keypoints[..., 2] > 0
    if not known.any():
        keypoints, known, span = track.keypoints.copy(), track.keypoints[..., 2] > 0, slice(None)
    middle, tall = keypoints[known, :2].mean(axis=0), float(np.ptp(keypoints[known, 1]))
    keypoints[..., :2] = (keypoints[..., :2] - middle) @ _draw_view(rng).T + middle
    keypoints[..., :2] += rng.normal(0, 0.01 * tall, (1, skeleton.COUNT, 2))
    if rng.random() < CUT_SHARE:
        cut_off(keypoints[..., :2], keypoints[..., 2], rng, size=0.5 * tall)
    if rng.random() < 0.5:
        keypoints = skeleton.mirror(keypoints, float(track.size_px[0]))
    times_s = track.times_s[span]
    slower = np.exp(rng.normal(0, 0.15))
    return replace(track, keypoints=keypoints.astype(np.float32), times_s=(times_s - times_s[0]) * slower, boxes=None)


def _draw_span(first: int, end: int, rng: np.random.Generator) -> slice:
    length = end - first
    if length <= LONG_ENOUGH:
        return slice(first, end)
    taken = max(int(length * rng.uniform(0.5, 1.0)), SHORTEST_FRAMES)
    start = first + int(rng.integers(0, length - taken + 1))
    return slice(start, start + taken)


def _draw_view(rng: np.random.Generator) -> NDArray[np.float64]:
    """(2, 2) what a slightly different camera would make of it: turned, stretched, sheared."""
    turn, shear = rng.normal(0, 0.09), rng.normal(0, 0.08)
    wide, tall = np.exp(rng.normal(0, 0.12)), np.exp(rng.normal(0, 0.08))
    return np.array([[np.cos(turn) * wide, np.sin(turn) * wide], [-np.sin(turn) * tall + shear, np.cos(turn) * tall]])
