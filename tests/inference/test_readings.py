"""Readings of a motion, and what describes them."""

import numpy as np
import pytest

from inference import agreement, readings, signals
from inference.phase import Phases
from tests.inference.tracks import make_track, squat, waves

FRAMES, PERIOD = 181, 30


@pytest.fixture(scope="module")
def motion():
    track = make_track(FRAMES / 15, squat, waves(5, 2.0))
    return signals.extract(track.keypoints, track.times_s)


@pytest.fixture(scope="module")
def told(motion):
    """A network that knows: five repetitions from 1 s to 11 s."""
    at = np.arange(len(motion.times_s))
    active = ((at >= 15) & (at < 165)).astype(np.float32)

    def marks(where):
        return np.exp(-(((at[:, None] - np.array(where)) / 1.5) ** 2) / 2).max(axis=1).astype(np.float32)

    bounds = [15 + PERIOD * i for i in range(6)]
    return Phases(active, active / PERIOD, marks(bounds), marks([b + PERIOD / 2 for b in bounds[:-1]]))


def column(table, name):
    return table[:, readings.FEATURES.index(name)]


def test_every_feature_has_a_name(motion, told):
    found = readings.read_signals(motion, told)
    table = readings.feature_table(found, motion, told)
    assert table.shape == (len(found), len(readings.FEATURES)) == (len(found), len(set(readings.FEATURES)))
    assert np.isfinite(table).all()


def test_the_events_of_the_network_are_a_reading(motion, told):
    found = readings.read_signals(motion, told)
    events = [r for r in found if r.curve.signal.name == readings.EVENTS and r.count == 5]
    assert any(r.peaks.tolist() == [30, 60, 90, 120, 150] for r in events)


def test_a_reading_is_bounds_around_peaks(motion, told):
    for reading in readings.read_signals(motion, told):
        if reading.count:
            assert len(reading.bounds) == reading.count + 1
            assert (reading.bounds[:-1] <= reading.peaks).all() and (reading.peaks <= reading.bounds[1:]).all()


def test_even_repetitions_look_even(motion, told):
    found = readings.read_signals(motion, told)
    table = readings.feature_table(found, motion, told)
    right = np.array([r.count == 5 and r.curve.signal.name == "all0" for r in found])
    assert column(table, "likeness")[right].max() > 0.75
    assert column(table, "period_spread")[right].min() < 0.1
    assert column(table, "log_period")[right] == pytest.approx(np.log(2.0), abs=0.1)


def test_what_the_network_says_tells_right_from_one_too_many(told):
    peaks = np.array([30, 60, 90, 120, 150])
    bounds = np.array([15, 45, 75, 105, 135, 165])
    more = np.append(peaks, 172), np.append(bounds, 179)
    none = np.array([], np.int64), np.array([0])
    table = agreement.describe([peaks, more[0], none[0]], [bounds, more[1], none[1]], told)
    said = dict(zip(agreement.FEATURES, table.T, strict=True))
    assert said["more"] == pytest.approx([0, 1, -5], abs=0.1)
    assert said["least_rep"] == pytest.approx([1, 0, 0], abs=0.1)
    assert said["last_turn"][0] > 0.9 > 0.1 > said["last_turn"][1]
    assert said["more_than_turns"].tolist() == [0, 1, -5]
