"""Counting repetitions without knowing the exercise.

Many readings of the motion are made (each signal, smoothed more or less, peaks up or down, small ones kept or not);
every reading is one way to cut the stretch into repetitions. A small forest, trained on counted clips, judges from the
evenness of a reading (length, depth, likeness of the postures from repetition to repetition) how likely it is the right
one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from inference import weights
from inference.signals import RATE_HZ, Floats, MotionSignals, extract
from inference.trees import Forest
from inference.types import PoseTrack, Rep, RepCount

VERSION = "1"
SMOOTHINGS = ((1.0, 0.20), (2.2, 0.50), (4.5, 1.00))  # frames of blur, shortest distance of two peaks in seconds
PROMINENCES = (0.25, 0.45, 0.65)  # least height of a peak as a share of the signal's range
PHASES = 16  # samples of a repetition when postures are compared
LEAST_SAMPLES = 8
TOP_READINGS = 3  # readings whose judgement counts for a number
ALSO_POSSIBLE = 0.6  # of the best number's judgement: "10, maybe 11"


@dataclass(frozen=True)
class Reading:
    """One way to cut a stretch into repetitions."""

    peaks: NDArray[np.int64]  # (n,) samples at which the repetitions turn
    bounds: NDArray[np.int64]  # (n + 1,) samples at which they start and end
    features: tuple[float, ...]

    @property
    def count(self) -> int:
        """Number of repetitions."""
        return len(self.peaks)


@dataclass(frozen=True)
class _Curve:
    """A smoothed signal, one way up, from its usual lowest value."""

    shape: Floats  # (T,)
    span: float  # how high it usually gets


def read_signals(motion: MotionSignals) -> list[Reading]:
    """All different readings of a stretch."""
    readings = []
    for signal in motion.signals:
        seen = set()
        for blur, apart_s in SMOOTHINGS:
            smooth = gaussian_filter1d(signal.values, blur)
            low, high = np.percentile(smooth, [3, 97])
            for up, curve in ((1, _Curve(smooth - low, high - low)), (-1, _Curve(high - smooth, high - low))):
                for peaks in _find_peaks(curve, apart_s):
                    key = (up, *peaks.tolist())
                    if key not in seen:
                        seen.add(key)
                        readings.append(_describe(peaks, curve, motion, signal.name, signal.explained))
    return readings


def _find_peaks(curve: _Curve, apart_s: float) -> list[NDArray[np.int64]]:
    """One set of peaks (n,) for each least height."""
    apart, span = max(int(apart_s * RATE_HZ), 1), max(curve.span, 1e-9)
    peaks, found = find_peaks(curve.shape, prominence=PROMINENCES[0] * span, distance=apart)
    return [peaks[found["prominences"] >= share * span] for share in PROMINENCES]


def _bounds(peaks: NDArray[np.int64], shape: Floats) -> NDArray[np.int64]:
    """Lowest samples before, between and after the peaks."""
    if not len(peaks):
        return np.array([0], np.int64)
    edges = [0, *peaks.tolist(), len(shape) - 1]
    return np.array([a + int(np.argmin(shape[a : b + 1])) for a, b in itertools.pairwise(edges)], np.int64)


def _likeness(bounds: NDArray[np.int64], postures: Floats) -> Floats:
    """Correlation (n,) of each repetition's postures with the median repetition; 0 for fewer than two."""
    count = len(bounds) - 1
    if count < 2:
        return np.zeros(1)
    steps = np.linspace(0, 1, PHASES)
    at = bounds[:-1, None] + steps * np.diff(bounds)[:, None]  # (n, PHASES)
    low = np.clip(at.astype(int), 0, len(postures) - 2)
    share = (at - low)[..., None]
    shapes = postures[low] * (1 - share) + postures[low + 1] * share - postures.mean(axis=0)
    flat = shapes.reshape(count, -1)
    ordered = np.sort(flat, axis=0)  # a median; of few rows several times as fast as NumPy's
    usual = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return np.asarray((flat @ usual) / np.maximum(np.linalg.norm(flat, axis=1) * np.linalg.norm(usual), 1e-9))


def _middle(values: Floats) -> float:
    """The median; of few values several times as fast as NumPy's."""
    ordered: list[float] = sorted(values.tolist())
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _left_out(bounds: NDArray[np.int64], curve: _Curve) -> tuple[float, float]:
    """How far the signal goes before the first repetition and after the last, as shares of its span."""
    span = curve.span or 1e-9
    return float(np.ptp(curve.shape[: bounds[0] + 1])) / span, float(np.ptp(curve.shape[bounds[-1] :])) / span


def _describe(peaks: NDArray[np.int64], curve: _Curve, motion: MotionSignals, name: str, explained: float) -> Reading:
    """Features by which a reading is judged; FEATURES lists their names."""
    shape, span = curve.shape, curve.span or 1e-9
    bounds = _bounds(peaks, shape)
    count, samples = len(peaks), len(shape)
    lengths_s = np.diff(bounds) / RATE_HZ if count else np.zeros(1)
    before, after = (
        (shape[peaks] - shape[bounds[:-1]], shape[peaks] - shape[bounds[1:]]) if count else (np.zeros(1),) * 2
    )
    deep, shallow = np.maximum(before, after), np.minimum(before, after)
    whole = shallow / max(float(deep.max()), 1e-9)  # 1 = comes back as far as it went
    period_s = np.diff(peaks) / RATE_HZ if count > 1 else lengths_s
    usual_deep, usual_s = max(_middle(deep), 1e-9), max(_middle(lengths_s), 0.1)
    likeness = _likeness(bounds, motion.postures)
    before_out, after_out = _left_out(bounds, curve)
    features = (
        np.log1p(count),
        period_s.std() / max(period_s.mean(), 0.1) if count > 2 else 0.1,
        np.log(max(period_s.mean(), 0.1)),
        deep.std() / max(deep.mean(), 1e-6),
        likeness.mean(),
        likeness.min(),
        explained,
        np.log(span + 1e-3),
        whole.min(),
        whole.mean(),
        whole[0],
        whole[-1],
        lengths_s.sum() * RATE_HZ / samples,
        np.log(samples / RATE_HZ),
        lengths_s.min(),
        lengths_s.max() / usual_s,
        float(name.startswith("all")),
        float(name.startswith("fast")),
        float(name.startswith("height")),
        float(name.endswith("0")),
        float(count == 0),
        float(count == 1),
        shape[0] / span,
        shape[-1] / span,
        likeness[0],
        likeness[-1],
        deep[0] / usual_deep,
        deep[-1] / usual_deep,
        lengths_s[0] / usual_s,
        lengths_s[-1] / usual_s,
        before_out,
        after_out,
        bounds[0] / RATE_HZ / usual_s,
        (samples - 1 - bounds[-1]) / RATE_HZ / usual_s,
    )
    return Reading(peaks, bounds, tuple(float(value) for value in features))


FEATURES = (
    "log_count", "period_spread", "log_period", "depth_spread", "likeness", "least_likeness", "explained", "log_span",
    "least_whole", "whole", "first_whole", "last_whole", "cover", "log_length", "shortest", "longest", "is_all",
    "is_fast", "is_height", "is_first", "none", "one", "starts_high", "ends_high", "first_likeness",
    "last_likeness", "first_depth", "last_depth", "first_length", "last_length", "before_range", "after_range",
    "before_length", "after_length", "same_count", "near_count", "likeness_rank",
)  # fmt: skip


def feature_table(readings: list[Reading]) -> NDArray[np.float32]:
    """(N, len(FEATURES)): each reading's own features, and how it stands among the others."""
    own = np.array([reading.features for reading in readings])
    counts = np.array([reading.count for reading in readings])
    same = (counts[:, None] == counts).mean(axis=1)
    near = (np.abs(counts[:, None] - counts) <= np.maximum(1, 0.1 * counts)[:, None]).mean(axis=1)
    rank = own[:, FEATURES.index("likeness")].argsort().argsort() / len(own)
    return np.column_stack([own, same, near, rank]).astype(np.float32)


@cache
def _forest() -> Forest:
    return Forest.load(weights.resolve("counter"))


def count_reps(track: PoseTrack, start_s: float | None = None, end_s: float | None = None) -> RepCount:
    """Count the repetitions of a stretch of a track (the whole of it by default).

    Gives no repetitions, with confidence 1, for less than half a second or where nobody was found.
    """
    inside = np.ones(len(track.times_s), bool)
    if start_s is not None:
        inside &= track.times_s >= start_s
    if end_s is not None:
        inside &= track.times_s <= end_s
    seen = np.flatnonzero(inside & track.found)
    if len(seen) < LEAST_SAMPLES:
        return RepCount((), 1.0, 0, 0)
    stretch = slice(seen[0], seen[-1] + 1)
    motion = extract(track.keypoints[stretch], track.times_s[stretch])
    readings = read_signals(motion) if len(motion.times_s) >= LEAST_SAMPLES else []
    if not readings:
        return RepCount((), 1.0, 0, 0)
    return judge(readings, _forest().predict(feature_table(readings))[:, 1], motion.times_s)


def judge(readings: list[Reading], right: NDArray[np.float32], times_s: Floats) -> RepCount:
    """Choose among readings by the probability (N,) that each is right."""
    counts = np.array([reading.count for reading in readings])
    belief = {int(n): float(np.sort(right[counts == n])[::-1][:TOP_READINGS].mean()) for n in np.unique(counts)}
    best = max(belief, key=lambda n: (belief[n], -n))
    chosen = max((i for i in range(len(readings)) if counts[i] == best), key=lambda i: right[i])
    possible = [n for n in belief if abs(n - best) <= 1 + best // 10 and belief[n] >= ALSO_POSSIBLE * belief[best]]
    reps = _as_reps(readings[chosen], times_s)
    return RepCount(reps, round(belief[best], 3), min(possible), max(possible))


def _as_reps(reading: Reading, times_s: Floats) -> tuple[Rep, ...]:
    starts, ends = reading.bounds[:-1], reading.bounds[1:]
    return tuple(
        Rep(float(times_s[a]), float(times_s[turn]), float(times_s[b]))
        for a, turn, b in zip(starts, reading.peaks, ends, strict=True)
    )
