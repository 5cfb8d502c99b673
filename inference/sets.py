"""One film to sets and rests.

A small temporal network, of the counter's kind but trained on sessions (`inference/train/sets.py`), says of each moment
how likely a set goes on: who rests may well walk about, talk and fetch things, and who holds a plank hardly moves. It
looks at part after part of the film as if each were all of it, because people come near the phone and go away again,
once from afar and once from near.
The likeliest course of sets and rests follows by dynamic programming (Viterbi 1967).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from inference import phase, signals, weights
from inference.signals import RATE_HZ
from inference.types import PoseTrack, Segment

# How much of a film is looked at, from afar and, where that is not all of it, from near; looks overlap by half.
LOOKS_S = (40.0, 14.0)
SURE = 4.0  # log odds of a moment: it may not speak louder
CHANGE = 3.0  # what it takes to begin or to end a set: so many nats, held for a second
SHORTEST_REST_S = 6.0  # people pause that long between two repetitions at most
SHORTEST_SET_S = 3.0
ONE_SET_S = 20.0  # shorter films are one set: nobody rests in them
MARGIN_S = 0.7

Odds = NDArray[np.float64]


def cut_sets(track: PoseTrack, networks: Sequence[phase.PhaseNet] | None = None) -> list[Segment]:
    """Sets in order of time; a short film, or one in which none is found, is one set as long as the person is seen.

    By the shipped network unless others are given.
    """
    seen_s = track.times_s[track.found]
    if not len(seen_s):
        return []
    whole = Segment(float(seen_s[0]), float(seen_s[-1]))
    if whole.end_s - whole.start_s < ONE_SET_S:
        return [whole]
    return find_sets(*score(track, networks or _load_networks())) or [whole]


def score(track: PoseTrack, networks: Sequence[phase.PhaseNet]) -> tuple[Odds, NDArray[np.float64]]:
    """Log odds (T,) that a set goes on, and the times (T,) at RATE_HZ from where somebody is first seen to the last."""
    seen_s = track.times_s[track.found]
    times_s = np.arange(seen_s[0], seen_s[-1], 1 / RATE_HZ)
    odds, heard = np.zeros(len(times_s)), np.zeros(len(times_s))
    bounds_s = float(seen_s[0]), float(seen_s[-1])
    lengths_s = LOOKS_S if bounds_s[1] - bounds_s[0] > LOOKS_S[0] else LOOKS_S[:1]
    for look in (look for length_s in lengths_s for look in choose_looks(*bounds_s, length_s)):
        moving = signals.extract_seen(cut(track, look), projected=False)
        if moving is None:
            continue
        first = round((moving.times_s[0] - seen_s[0]) * RATE_HZ)
        told = phase.score(networks, phase.make_channels(moving))[0][: len(times_s) - first]
        from_border_s = np.minimum(moving.times_s - look.start_s, look.end_s - moving.times_s)[: len(told)]
        trust = np.maximum(from_border_s / (look.end_s - look.start_s), 0.01)
        odds[first : first + len(told)] += trust * told
        heard[first : first + len(told)] += trust
    return np.where(heard > 0, odds / np.maximum(heard, 1e-9), -SURE), times_s


def choose_looks(start_s: float, end_s: float, length_s: float) -> list[Segment]:
    """Overlapping parts of a film, all equally long; the whole where it is shorter."""
    last_s = max(end_s - length_s, start_s)
    count = int(np.ceil(2 * (last_s - start_s) / length_s)) + 1
    return [Segment(float(at_s), float(at_s) + length_s) for at_s in np.linspace(start_s, last_s, count)]


def cut(track: PoseTrack, segment: Segment) -> PoseTrack:
    """The frames of a track inside a segment."""
    inside = (track.times_s >= segment.start_s) & (track.times_s <= segment.end_s)
    boxes = None if track.boxes is None else track.boxes[inside]
    return replace(track, keypoints=track.keypoints[inside], times_s=track.times_s[inside], boxes=boxes)


@cache
def _load_networks() -> Sequence[phase.PhaseNet]:
    with weights.open_checked("sets") as path:
        return phase.load_folded(path)


def find_sets(odds: Odds, times_s: NDArray[np.float64]) -> list[Segment]:
    """Sets by the log odds (T,) that one goes on at each of some moments (T,)."""
    runs = _close_gaps(_runs(likeliest_course(odds)), int(SHORTEST_REST_S * RATE_HZ))
    kept = [(a, b) for a, b in runs if (b - a) / RATE_HZ >= SHORTEST_SET_S]
    last = len(times_s) - 1
    spans = ((float(times_s[a]) - MARGIN_S, float(times_s[min(b, last)]) + MARGIN_S) for a, b in kept)
    return [Segment(max(start_s, float(times_s[0])), min(end_s, float(times_s[-1]))) for start_s, end_s in spans]


def likeliest_course(odds: Odds) -> NDArray[np.bool_]:
    """(T,) whether a set goes on, where each change costs something (Viterbi)."""
    gains = np.clip(odds, -SURE, SURE) / RATE_HZ
    changed = np.zeros((len(gains), 2), bool)
    resting, exercising = 0.0, 0.0
    for moment, gain in enumerate(gains.tolist()):
        changed[moment] = exercising - CHANGE > resting, resting - CHANGE > exercising
        resting, exercising = max(resting, exercising - CHANGE), max(exercising, resting - CHANGE) + gain
    course = np.zeros(len(gains), bool)
    state = int(exercising > resting)
    for moment in reversed(range(len(gains))):
        course[moment] = state
        state ^= int(changed[moment, state])
    return course


def _runs(active: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open spans of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _close_gaps(runs: list[tuple[int, int]], shortest: int) -> list[tuple[int, int]]:
    """Join spans that are closer than a rest."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < shortest:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
