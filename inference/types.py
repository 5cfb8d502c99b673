"""What the stages hand to each other. Frozen: a stage makes a new value, it never edits another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Stage(StrEnum):
    """Stages of an analysis, in order."""

    PROBE = "probe"
    DECODE = "decode"
    PEOPLE = "people"
    POSE = "pose"
    EXERCISE = "exercise"
    REPS = "reps"
    MEDIA = "media"


Progress = Callable[[Stage, float], None]  # stage and the share of that stage that is done, 0..1


@dataclass(frozen=True)
class VideoInfo:
    """Facts about a clip as ffprobe found them; width and height are those of the upright frame."""

    duration_s: float
    width_px: int
    height_px: int
    rotation_deg: int  # clockwise turn that makes the stored picture upright: 0, 90, 180 or 270
    fps: float  # mean frame rate; frames need not be evenly spaced
    codec: str
    pixel_format: str
    container: str
    is_hdr: bool
    has_audio: bool
    captured_at: datetime | None  # aware, from the container; None when it does not say
    size_bytes: int
    is_mirrored: bool = False  # flipped left to right after the turn, as some front cameras store it
    transfer: str = ""  # transfer characteristic as ffprobe names it, such as bt709 or smpte2084


@dataclass(frozen=True)
class Frame:
    """One upright picture and its true presentation time from the start of the clip."""

    time_s: float
    image: NDArray[np.uint8]  # (H, W, 3) RGB


@dataclass(frozen=True)
class PoseTrack:
    """One person through a clip."""

    keypoints: NDArray[np.float32]  # (T, 24, 3) x px, y px, confidence; all zero where the person was not found
    times_s: NDArray[np.float64]  # (T,)
    size_px: tuple[int, int]  # (width, height) of the frame the pixels refer to
    boxes: NDArray[np.float32] | None = None  # (T, 4) x0, y0, x1, y1 px; None when not tracked by box
    people: int = 1  # most people seen at once

    @property
    def found(self) -> NDArray[np.bool_]:
        """(T,) whether the person was found in the frame."""
        return np.asarray(self.keypoints[..., 2].max(axis=-1) > 0)


@dataclass(frozen=True)
class Candidate:
    """A possible name for the exercise; confidences of a list sum to at most 1."""

    exercise: str  # slug of the catalogue
    confidence: float


@dataclass(frozen=True)
class Classification:
    """Names by falling confidence, never empty. ``candidates[0]`` is "other" when the classifier abstains."""

    candidates: tuple[Candidate, ...]
    embedding: NDArray[np.float32]  # (D,) unit length

    @property
    def exercise(self) -> str:
        """The most likely slug."""
        return self.candidates[0].exercise

    @property
    def confidence(self) -> float:
        """Calibrated probability of the most likely slug."""
        return self.candidates[0].confidence


@dataclass(frozen=True)
class Rep:
    """From the start position to the turn and back."""

    start_s: float
    turn_s: float
    end_s: float


@dataclass(frozen=True)
class RepCount:
    """Repetitions of one stretch of a clip; ``high`` and ``low`` bound the count when it is not sure."""

    reps: tuple[Rep, ...]
    confidence: float
    low: int
    high: int

    @property
    def count(self) -> int:
        """The most likely number."""
        return len(self.reps)


@dataclass(frozen=True)
class Segment:
    """A stretch of activity between two rests."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class ExerciseSet:
    """One set as it goes into the diary."""

    exercise: str
    confidence: float
    candidates: tuple[Candidate, ...]
    rep_count: RepCount
    start_s: float
    end_s: float
    hold_s: float | None = None  # seconds held, for exercises of kind "hold"
    embedding: NDArray[np.float32] | None = None  # (D,) unit length, of this set alone


@dataclass(frozen=True)
class Recognition:
    """What a keypoint track shows: the clip as a whole and its sets in order."""

    classification: Classification
    sets: tuple[ExerciseSet, ...]


@dataclass(frozen=True)
class AnalysisOptions:
    """What the caller may choose."""

    estimator: str | None = None  # name known to inference.pose; None = default
    person_hint: tuple[float, float, float] | None = None  # (time_s, x, y), x and y as shares of the frame
    out_dir: Path | None = None  # keypoints.npz, poster.jpg and set_<i>.jpg go here
    examples: Path | None = None  # the user's own examples in embedding space
    query_image: Path | None = None  # a picture of the user, to find them among several people


@dataclass(frozen=True)
class AnalysisResult:
    """All that is known about a clip."""

    info: VideoInfo
    track: PoseTrack
    recognition: Recognition
    timings_s: dict[str, float] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
