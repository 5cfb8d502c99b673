"""When the pictures of a clip are shown, read from its packets: headers may lie, be cut off or say nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.errors import Code, InferenceError
from inference.video.arguments import FIRST_PICTURES, probe_command
from inference.video.child import Allowance, run
from inference.video.limits import MIB, Limits

MAX_OUTPUT_BYTES = 8 * MIB  # about half a million pictures
USEFUL_S = 1.0  # a cut clip with this much left is analysed
CUT_SHARE = 0.9  # less of the stated duration than this is a cut clip
NOMINAL_FRAME_S = 1 / 30
MAX_GAP_S = 10.0


@dataclass(frozen=True)
class Timeline:
    """Pictures that are really there."""

    count: int
    span_s: float  # from the first picture to the end of the last; broken stamps count as one usual frame each


def read_timeline(scratch: Path, limits: Limits) -> Timeline:
    """Read the packets of the pictures without decoding them."""
    command = probe_command("-select_streams", FIRST_PICTURES, "-show_entries", "packet=pts_time", "-of", "csv=p=0")
    allowance = Allowance(limits.probe_wall_s, limits.probe_wall_s, limits.memory_bytes)
    _, output, _ = run(command, scratch, allowance, MAX_OUTPUT_BYTES)
    return measure_times([_as_seconds(line) for line in output.decode("ascii", "replace").splitlines() if line])


def measure_times(times_s: list[float]) -> Timeline:
    """Span of presentation times given in any order; unknown ones (NaN) and leaps take one usual frame."""
    known = np.sort(np.array([t for t in times_s if math.isfinite(t)]))
    steps = np.diff(known)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else NOMINAL_FRAME_S
    steps = np.where((steps <= 0) | (steps > MAX_GAP_S), usual, steps)
    missing = len(times_s) - len(known)
    return Timeline(len(times_s), float(steps.sum()) + usual * (missing + min(1, len(known))))


def judge_duration_s(timeline: Timeline, stated_s: float) -> float:
    """Seconds that can be watched; a clip of which next to nothing is left is refused."""
    if timeline.count == 0:
        raise InferenceError(Code.TRUNCATED, "no pictures")
    if timeline.count == 1 and stated_s < USEFUL_S:
        raise InferenceError(Code.NOT_A_VIDEO, "a single picture")
    if timeline.span_s < min(USEFUL_S, CUT_SHARE * stated_s):
        raise InferenceError(Code.TRUNCATED, f"{timeline.span_s:.2f} of {stated_s:.2f} s")
    return timeline.span_s


def _as_seconds(line: str) -> float:
    try:
        return float(line.partition(",")[0])
    except ValueError:
        return math.nan
