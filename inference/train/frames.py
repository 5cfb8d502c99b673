"""Frames of a clip at which a training looks once more, and what lies between them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference import pipeline, video
from inference.types import PoseTrack


def read(clip: Path, track: PoseTrack, wanted: NDArray[np.bool_]) -> Iterator[tuple[int, NDArray[np.uint8], float]]:
    """Number, picture and its scale to the pixels of a clip's track for each wanted (T,) moment of it."""
    info = video.probe(clip)
    decoded = video.read_frames(clip, info, rate_hz=video.choose_rate(info), max_side_px=pipeline.FRAME_SIDE_PX)
    with contextlib.closing(decoded):
        for number, frame in zip(range(len(wanted)), decoded, strict=False):
            if wanted[number]:
                yield number, frame.image, frame.image.shape[1] / track.size_px[0]


def fill_between(values: NDArray[np.float32], wanted: NDArray[np.bool_], step: int) -> None:
    """In place: wanted rows of (T, …) on straight lines between those of every so many frames, or of the last."""
    for number in np.flatnonzero(wanted).tolist():
        before = number - number % step
        after = min(before + step, len(values) - 1)
        values[number] = values[before] + (values[after] - values[before]) * ((number - before) / (after - before))
