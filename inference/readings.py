"""Readings of a motion: every way to cut a stretch into repetitions, and by which features one is judged.

Each signal, smoothed more or less, peaks up or down, small ones kept or not, gives a reading. Features of all readings
are computed together, over one flat list of their repetitions: there are hundreds, and most have few repetitions.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from inference import agreement
from inference.phase import Phases
from inference.signals import RATE_HZ, Floats, MotionSignals, Signal

Ints = NDArray[np.int64]

SMOOTHINGS = ((1.0, 0.20), (2.2, 0.50), (4.5, 1.00))  # frames of blur, shortest distance of two peaks in seconds
PROMINENCES = (0.25, 0.45, 0.65)  # least height of a peak as a share of the signal's range
PHASES = 12  # samples of a repetition when postures are compared
EVENTS = "events"  # the signal that the phase network gives


@dataclass(frozen=True)
class Curve:
    """A smoothed signal, one way up, from its usual lowest value."""

    shape: Floats  # (T,)
    span: float  # how high it usually gets
    signal: Signal


@dataclass(frozen=True)
class Reading:
    """One way to cut a stretch into repetitions."""

    peaks: Ints  # (n,) samples at which the repetitions turn
    bounds: Ints  # (n + 1,) samples at which they start and end
    curve: Curve

    @property
    def count(self) -> int:
        """Number of repetitions."""
        return len(self.peaks)


def read_signals(motion: MotionSignals, phases: Phases) -> list[Reading]:
    """All different readings of a stretch."""
    events = Signal(EVENTS, np.asarray(phases.turns - phases.bounds, np.float64), 1.0)
    signals = (*motion.signals, events)
    curves = [_smooth(signals, blur) for blur, _ in SMOOTHINGS]
    return [reading for own in zip(*curves, strict=True) for reading in _read_curves(own)]


def _smooth(signals: Sequence[Signal], blur: float) -> list[tuple[Curve, Curve]]:
    """Each signal smoothed, either way up; all at once, as most of the time would go into calls."""
    smooth = gaussian_filter1d(np.stack([signal.values for signal in signals]), blur, axis=1)
    lows, highs = np.percentile(smooth, [3, 97], axis=1)
    return [
        (Curve(row - low, float(high - low), signal), Curve(high - row, float(high - low), signal))
        for signal, row, low, high in zip(signals, smooth, lows, highs, strict=True)
    ]


def _read_curves(curves: Sequence[tuple[Curve, Curve]]) -> list[Reading]:
    """All different readings of one signal, smoothed more or less."""
    readings, seen = [], set()
    for (_, apart_s), ways in zip(SMOOTHINGS, curves, strict=True):
        for way, curve in enumerate(ways):
            for peaks in _find_peaks(curve, apart_s):
                key = (way, *peaks.tolist())
                if key not in seen:
                    seen.add(key)
                    readings.append(Reading(peaks, _bounds(peaks, curve.shape), curve))
    return readings


def _find_peaks(curve: Curve, apart_s: float) -> list[Ints]:
    """One set of peaks (n,) for each least height."""
    apart, span = max(int(apart_s * RATE_HZ), 1), max(curve.span, 1e-9)
    peaks, found = find_peaks(curve.shape, prominence=PROMINENCES[0] * span, distance=apart)
    return [peaks[found["prominences"] >= share * span] for share in PROMINENCES]


def _bounds(peaks: Ints, shape: Floats) -> Ints:
    """Lowest samples before, between and after the peaks."""
    if not len(peaks):
        return np.array([0], np.int64)
    edges = [0, *peaks.tolist(), len(shape) - 1]
    return np.array([a + int(shape[a : b + 1].argmin()) for a, b in itertools.pairwise(edges)], np.int64)


@dataclass(frozen=True)
class _Flat:
    """The repetitions of all readings that have any, one after the other."""

    counts: Ints  # (N,)
    first: Ints  # (N,) where each reading's begin
    last: Ints  # (N,) its last one
    owner: Ints  # (M,)

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> _Flat:
        counts = np.array([reading.count for reading in readings], np.int64)
        end = np.cumsum(counts)
        return cls(counts, end - counts, end - 1, np.repeat(np.arange(len(counts)), counts))

    def mean(self, values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, self.first) / self.counts)

    def least(self, values: Floats) -> Floats:
        return np.asarray(np.minimum.reduceat(values, self.first))

    def most(self, values: Floats) -> Floats:
        return np.asarray(np.maximum.reduceat(values, self.first))

    def spread(self, values: Floats) -> Floats:
        return np.sqrt(np.maximum(self.mean(values**2) - self.mean(values) ** 2, 0))

    def middle(self, values: Floats) -> Floats:
        """Medians."""
        ordered = values[np.lexsort((values, self.owner))]
        return np.asarray((ordered[self.first + (self.counts - 1) // 2] + ordered[self.first + self.counts // 2]) / 2)


OWN_FEATURES = (
    "log_count", "explained", "log_span", "log_length", "is_all", "is_fast", "is_height", "is_sides", "is_first",
    "is_events", "none", "one", "starts_high", "ends_high",
)  # fmt: skip
REP_FEATURES = (
    "period_spread", "log_period", "depth_spread", "likeness", "least_likeness", "least_whole", "whole", "first_whole",
    "last_whole", "cover", "shortest", "longest", "first_likeness", "last_likeness", "first_depth", "last_depth",
    "first_length", "last_length", "before_range", "after_range", "before_length", "after_length",
)  # fmt: skip
CROWD_FEATURES = ("same_count", "near_count", "likeness_rank")
FEATURES = OWN_FEATURES + REP_FEATURES + CROWD_FEATURES + agreement.FEATURES


def feature_table(readings: Sequence[Reading], motion: MotionSignals, phases: Phases) -> NDArray[np.float32]:
    """(N, len(FEATURES)): each reading by itself, how it stands among the others, and beside the phase network."""
    counts = np.array([reading.count for reading in readings])
    full = np.flatnonzero(counts).tolist()
    of_reps = np.zeros((len(readings), len(REP_FEATURES)))
    if full:
        of_reps[full] = _describe_reps([readings[i] for i in full], motion)
    agreed = agreement.describe(
        [reading.peaks for reading in readings], [reading.bounds for reading in readings], phases
    )
    crowd = _describe_crowd(counts, of_reps[:, REP_FEATURES.index("likeness")])
    return np.column_stack([_describe_own(readings, counts), of_reps, crowd, agreed]).astype(np.float32)


def _describe_own(readings: Sequence[Reading], counts: Ints) -> Floats:
    """(N, len(OWN_FEATURES)) what can be said of a reading without looking at its repetitions."""
    span = np.array([reading.curve.span or 1e-9 for reading in readings])
    ends = np.array([(reading.curve.shape[0], reading.curve.shape[-1]) for reading in readings])
    length_s = len(readings[0].curve.shape) / RATE_HZ
    told = {id(r.curve.signal): _describe_signal(r.curve.signal) for r in readings}
    kinds = np.array([told[id(reading.curve.signal)] for reading in readings])
    return np.column_stack([
        np.log1p(counts), kinds[:, 0], np.log(span + 1e-3), np.full(len(counts), np.log(length_s)), kinds[:, 1:],
        counts == 0, counts == 1, ends / span[:, None],
    ])  # fmt: skip


def _describe_signal(signal: Signal) -> tuple[float, ...]:
    starts = (float(signal.name.startswith(kind)) for kind in ("all", "fast", "height", "sides"))
    return signal.explained, *starts, float(signal.name.endswith("0")), float(signal.name == EVENTS)


def _describe_crowd(counts: Ints, likeness: Floats) -> Floats:
    """(N, 3) how many readings have the same count, or nearly; how likeness ranks."""
    apart = np.abs(counts[:, None] - counts)
    near = (apart <= np.maximum(1, 0.1 * counts)[:, None]).mean(axis=1)
    return np.column_stack([(apart == 0).mean(axis=1), near, likeness.argsort().argsort() / len(counts)])


def _describe_reps(readings: Sequence[Reading], motion: MotionSignals) -> Floats:
    """(N, len(REP_FEATURES)) evenness of length, depth and posture from repetition to repetition."""
    flat = _Flat.of(readings)
    first, last = flat.first, flat.last
    start, end = (np.concatenate([reading.bounds[cut] for reading in readings]) for cut in (slice(-1), slice(1, None)))
    shapes = [(reading.curve.shape, reading) for reading in readings]
    top = np.concatenate([shape[reading.peaks] for shape, reading in shapes])
    low = [shape[reading.bounds] for shape, reading in shapes]
    before, after = top - np.concatenate([x[:-1] for x in low]), top - np.concatenate([x[1:] for x in low])
    deep, shallow = np.maximum(before, after), np.minimum(before, after)
    whole = shallow / np.maximum(flat.most(deep), 1e-9)[flat.owner]  # 1 = comes back as far as it went
    lengths_s = (end - start) / RATE_HZ
    usual_deep, usual_s = np.maximum(flat.middle(deep), 1e-9), np.maximum(flat.middle(lengths_s), 0.1)
    alike = _likeness(start, end, flat, motion.postures)
    samples = len(motion.postures)
    out = np.array([_left_out(reading) for reading in readings])
    return np.column_stack([
        *_periods(readings, flat, lengths_s),
        flat.spread(deep) / np.maximum(flat.mean(deep), 1e-6), flat.mean(alike), flat.least(alike),
        flat.least(whole), flat.mean(whole), whole[first], whole[last],
        (end[last] - start[first]) / samples, flat.least(lengths_s), flat.most(lengths_s) / usual_s,
        alike[first], alike[last], deep[first] / usual_deep, deep[last] / usual_deep,
        lengths_s[first] / usual_s, lengths_s[last] / usual_s, out,
        start[first] / RATE_HZ / usual_s, (samples - 1 - end[last]) / RATE_HZ / usual_s,
    ])  # fmt: skip


def _periods(readings: Sequence[Reading], flat: _Flat, lengths_s: Floats) -> tuple[Floats, Floats]:
    """Relative spread and logarithm of the time from turn to turn; of a single repetition its length."""
    turns = np.concatenate([reading.peaks for reading in readings])
    steps = np.diff(turns, append=0) / RATE_HZ
    steps[flat.last] = 0
    many = np.maximum(flat.counts - 1, 1)
    mean = np.where(flat.counts > 1, np.add.reduceat(steps, flat.first) / many, lengths_s[flat.first])
    square = np.add.reduceat(steps**2, flat.first) / many
    spread = np.sqrt(np.maximum(square - mean**2, 0)) / np.maximum(mean, 0.1)
    return np.where(flat.counts > 2, spread, 0.1), np.log(np.maximum(mean, 0.1))


def _left_out(reading: Reading) -> tuple[float, float]:
    """How far the signal goes before the first repetition and after the last, as shares of its span."""
    shape, span = reading.curve.shape, reading.curve.span or 1e-9
    before, after = shape[: reading.bounds[0] + 1], shape[reading.bounds[-1] :]
    return float(before.max() - before.min()) / span, float(after.max() - after.min()) / span


def _likeness(start: Ints, end: Ints, flat: _Flat, postures: Floats) -> Floats:
    """Correlation (M,) of each repetition's postures with the median repetition of its reading; 0 for a single one."""
    centred = (postures - postures.mean(axis=0)).astype(np.float32)
    at = start[:, None] + np.linspace(0, 1, PHASES) * (end - start)[:, None]  # (M, PHASES)
    low = np.clip(at.astype(np.int64), 0, len(postures) - 2)
    share = (at - low)[..., None].astype(np.float32)
    shapes = (centred[low] * (1 - share) + centred[low + 1] * share).reshape(len(start), -1)
    out = np.zeros(len(start))
    for count in np.unique(flat.counts[flat.counts > 1]):
        rows = flat.first[flat.counts == count][:, None] + np.arange(count)  # (k, n)
        alike = shapes[rows]  # (k, n, PHASES * parts)
        ordered = np.sort(alike, axis=1)
        usual = (ordered[:, (count - 1) // 2] + ordered[:, count // 2]) / 2
        sizes = np.linalg.norm(alike, axis=2) * np.linalg.norm(usual, axis=1)[:, None]
        out[rows] = np.einsum("knd,kd->kn", alike, usual) / np.maximum(sizes, 1e-9)
    return out
