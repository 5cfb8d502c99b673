"""What a worker hands to the diary: plain values, so that neither side knows the other's types."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict


class Candidate(TypedDict):
    """A possible name; `exercise` is a slug of the catalogue, of the person, or "other"."""

    exercise: str
    confidence: float


class Video(TypedDict):
    """Facts about the film; `captured_at` in ISO 8601 with an offset, None when the film does not say."""

    duration_s: float
    width_px: int
    height_px: int
    captured_at: str | None


class Finding(TypedDict):
    """One set in the film. `hold_s` instead of reps for exercises that are held."""

    exercise: str
    confidence: float
    candidates: list[Candidate]
    reps: int
    reps_confidence: float
    reps_low: int
    reps_high: int
    rep_times: list[tuple[float, float, float]]  # start_s, turn_s, end_s
    start_s: float
    end_s: float
    hold_s: float | None
    embedding: list[float] | None  # how the movement looked; None when the models give none
    thumbnail: Path | None  # a file that the diary takes over


class Outcome(TypedDict):
    """All that a run found. The paths are files that the diary takes over (it moves them)."""

    video: Video
    people: int  # most people seen at once
    candidates: list[Candidate]  # names for the clip as a whole
    sets: list[Finding]
    poster: Path | None
    keypoints: Path | None
    models: dict[str, str]  # {"pose" | "classifier" | "counter": name@version}
    timings_s: dict[str, float]
