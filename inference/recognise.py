"""From the motion of one person to named and counted sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference import catalogue, supersets
from inference.classify import Classifier
from inference.examples import Examples
from inference.reps import count_reps
from inference.sets import cut, cut_sets
from inference.threads import one_thread
from inference.types import Classification, ExerciseSet, PoseTrack, Recognition, RepCount, Segment

CLEARLY_REPEATED = 0.6  # belief in a count that overrules the name of an exercise that one holds
CLEARLY_MANY = 3
HOLDING = 0.35  # belief that something is repeated where none is counted: who holds still may well exercise
MOSTLY = 0.7  # of a film: a set that fills so much of it is named by all of it
NO_REPS = RepCount((), 1.0, 0, 0)


class Names(Protocol):
    """What names a track."""

    def predict(self, track: PoseTrack, repeated: float | None = None) -> Classification:
        """Name a track; how far one believes that something is repeated in it, 0..1, None where that is not known."""

    def score_families(self, track: PoseTrack, spans: list[tuple[float, float]]) -> NDArray[np.float64]:
        """Log probabilities (spans, families) of each span by itself."""


@one_thread()
def recognise(track: PoseTrack, *, examples: Examples | None = None, classifier: Names | None = None) -> Recognition:
    """Name the clip as a whole and each of its sets, and count their repetitions."""
    classifier = classifier or Classifier.load()

    def name(part: PoseTrack, counts: Sequence[RepCount]) -> Classification:
        found = classifier.predict(part, max((believe_repeated(c.count, c.confidence) for c in counts), default=None))
        return examples.overrule(found) if examples else found

    segments = [
        part for active in cut_sets(track) for part in supersets.split(track, active, classifier.score_families)
    ]
    counts = [count_reps(cut(track, segment)) for segment in segments]
    if len(segments) == 1:
        names = [whole := name(named_stretch(track, segments[0]), counts)]
    else:
        whole = name(track, counts)
        names = [name(cut(track, segment), [count]) for segment, count in zip(segments, counts, strict=True)]
    sets = (_describe_set(track, *parts) for parts in zip(segments, names, counts, strict=True))
    return Recognition(whole, tuple(sets))


def believe_repeated(count: int, confidence: float) -> float:
    """How far a count makes one believe that somebody repeats something, 0..1."""
    return confidence if count else HOLDING


def named_stretch(track: PoseTrack, segment: Segment) -> PoseTrack:
    """What the only set of a track is named by: without what comes before and after, if that is much of it.

    Who is seldom seen, or only passes by, tells something too.
    """
    length_s = float(track.times_s[-1] - track.times_s[0])
    return track if segment.end_s - segment.start_s > MOSTLY * length_s else cut(track, segment)


def _describe_set(track: PoseTrack, segment: Segment, named: Classification, counted: RepCount) -> ExerciseSet:
    """Name and count together. What the classifier has no name for may well be repeated: it keeps its count."""
    kind = catalogue.kind_of(named.exercise)
    hold_s = None
    if kind == "hold" and not (counted.confidence >= CLEARLY_REPEATED and counted.low >= CLEARLY_MANY):
        counted, hold_s = NO_REPS, _seconds_seen(track, segment)
    elif kind == "none" and named.exercise != catalogue.OTHER:
        counted = NO_REPS
    start_s, end_s = segment.start_s, segment.end_s
    if counted.reps:
        start_s, end_s = counted.reps[0].start_s, counted.reps[-1].end_s
    return ExerciseSet(
        exercise=named.exercise,
        confidence=named.confidence,
        candidates=named.candidates,
        rep_count=counted,
        start_s=start_s,
        end_s=end_s,
        hold_s=hold_s,
        embedding=named.embedding,
    )


def _seconds_seen(track: PoseTrack, segment: Segment) -> float:
    """Seconds of a segment in which the person was seen."""
    inside = (track.times_s >= segment.start_s) & (track.times_s <= segment.end_s)
    return round(float((segment.end_s - segment.start_s) * np.mean(track.found[inside])), 2)
