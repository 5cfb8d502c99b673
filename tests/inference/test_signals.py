"""Signals in which repetitions show as peaks."""

import numpy as np
from scipy.signal import find_peaks

from inference import signals
from inference.skeleton import INDEX, NAMES


def stand(frames):
    """Somebody who stands still, in front of the camera."""
    keypoints = np.zeros((frames, len(NAMES), 3), np.float32)
    keypoints[..., 2] = 1
    for name, i in INDEX.items():
        side = -30 if name.startswith("left") else 30 if name.startswith("right") else 0
        rows = {"shoulder": 120, "elbow": 180, "wrist": 230, "palm": 240, "hip": 250, "knee": 350, "ankle": 440}
        keypoints[:, i, :2] = side + 200, next((y for part, y in rows.items() if part in name), 100)
    keypoints[:, INDEX["waist"], 1] = 250
    keypoints[:, INDEX["neck"], 1] = 120
    for side in ("left", "right"):
        keypoints[:, INDEX[f"{side}_foot"], 1] = 450
    return keypoints


def test_knees_that_rise_in_turn_peak_once_for_each():
    times_s = np.arange(90) / 15
    keypoints = stand(90)
    swing = np.sin(2 * np.pi * times_s / 2)  # a knee each second
    for side, lifted in (("left", np.maximum(swing, 0)), ("right", np.maximum(-swing, 0))):
        for part in ("knee", "ankle", "foot"):
            keypoints[:, INDEX[f"{side}_{part}"], 1] -= 80 * lifted
    found = {signal.name: signal for signal in signals.extract(keypoints, times_s).signals}
    sides, legs = found["sides0"], found["legs0"]
    assert sides.explained > 0.9
    assert len(find_peaks(sides.values, prominence=0.5 * np.ptp(sides.values))[0]) == 6
    assert len(find_peaks(legs.values, prominence=0.5 * np.ptp(legs.values))[0]) in (2, 3)  # whole cycles
