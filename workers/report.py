"""inference's result in the diary's words (`diary.services.outcome`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from diary.services.outcome import Candidate, Finding, Outcome, Video

if TYPE_CHECKING:
    from inference.types import AnalysisResult, ExerciseSet, VideoInfo
    from inference.types import Candidate as Named


def describe_result(result: AnalysisResult, folder: Path) -> Outcome:
    """All that was found, with the files that lie in the folder."""
    recognition = result.recognition
    return Outcome(
        video=_video(result.info),
        people=result.track.people,
        candidates=_candidates(recognition.classification.candidates),
        sets=[_finding(found, folder / f"set_{i}.jpg", _embedding(found)) for i, found in enumerate(recognition.sets)],
        poster=_existing(folder / "poster.jpg"),
        keypoints=_existing(folder / "keypoints.npz"),
        models=dict(result.models),
        timings_s=round_timings(result.timings_s),
    )


def round_timings(timings_s: dict[str, float]) -> dict[str, float]:
    """To the millisecond."""
    return {name: round(float(seconds), 3) for name, seconds in timings_s.items()}


def _video(info: VideoInfo) -> Video:
    captured_at = info.captured_at.isoformat() if info.captured_at else None
    return Video(duration_s=info.duration_s, width_px=info.width_px, height_px=info.height_px, captured_at=captured_at)


def _finding(found: ExerciseSet, thumbnail: Path, embedding: list[float] | None) -> Finding:
    count = found.rep_count
    return Finding(
        exercise=found.exercise,
        confidence=_share(found.confidence),
        candidates=_candidates(found.candidates),
        reps=count.count,
        reps_confidence=_share(count.confidence),
        reps_low=count.low,
        reps_high=count.high,
        rep_times=[(_seconds(rep.start_s), _seconds(rep.turn_s), _seconds(rep.end_s)) for rep in count.reps],
        start_s=_seconds(found.start_s),
        end_s=_seconds(found.end_s),
        hold_s=None if found.hold_s is None else _seconds(found.hold_s),
        embedding=embedding,
        thumbnail=_existing(thumbnail),
    )


def _embedding(found: ExerciseSet) -> list[float] | None:
    return None if found.embedding is None else [float(value) for value in found.embedding]


def _candidates(named: tuple[Named, ...]) -> list[Candidate]:
    return [Candidate(exercise=one.exercise, confidence=_share(one.confidence)) for one in named]


def _share(value: Any) -> float:
    return round(min(1.0, max(0.0, float(value))), 4)


def _seconds(value: Any) -> float:
    return round(max(0.0, float(value)), 3)


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None
