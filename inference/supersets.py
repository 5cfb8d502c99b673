"""Two exercises without a rest between them: where one name stops to fit and another begins.

Short windows are named one after the other. A stretch is cut where two families, one before and one after, explain
the windows much better than any single one does (a change of one point, Hinkley 1970, by likelihood).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.types import PoseTrack, Segment

WINDOW_S, STEP_S = 4.0, 1.0
SHORTEST_PART_S = 6.0
LEAST_GAIN = 6.0  # nats that a cut must explain; spliced pairs of unseen clips gain 4 to 8, single exercises up to 5.7
FLOOR = -5.0  # a window may not speak louder against a family than this

Floats = NDArray[np.float64]
ScoreFamilies = Callable[[PoseTrack, list[tuple[float, float]]], Floats]  # spans → log probabilities (spans, families)


def split(track: PoseTrack, segment: Segment, score: ScoreFamilies) -> list[Segment]:
    """The segment in parts of one exercise each; itself where it is one."""
    if segment.end_s - segment.start_s < 2 * SHORTEST_PART_S:
        return [segment]
    starts = np.arange(segment.start_s, segment.end_s - WINDOW_S + 1e-6, STEP_S)
    scores = np.maximum(score(track, [(float(s), float(s) + WINDOW_S) for s in starts]), FLOOR)
    cuts = find_changes(scores, int(SHORTEST_PART_S - WINDOW_S) + 1)
    # the window that begins anew lies half in the old part
    borders = [segment.start_s, *(float(starts[c]) + WINDOW_S / 2 for c in cuts), segment.end_s]
    return [Segment(a, b) for a, b in itertools.pairwise(borders)]


def find_changes(scores: Floats, shortest: int) -> list[int]:
    """Rows of (W, F) at which a new part begins, in order; no part has fewer rows than ``shortest``."""
    count = len(scores)
    if count < 2 * shortest:
        return []
    before = np.cumsum(scores, axis=0)
    at = np.arange(shortest, count - shortest + 1)
    left, right = before[at - 1], before[-1] - before[at - 1]
    gain = (left.max(axis=1) + right.max(axis=1) - before[-1].max()) * STEP_S / WINDOW_S  # windows overlap
    best = int(gain.argmax())
    if gain[best] < LEAST_GAIN:
        return []
    cut = int(at[best])
    later = find_changes(scores[cut:], shortest)
    return [*find_changes(scores[:cut], shortest), cut, *(cut + c for c in later)]
