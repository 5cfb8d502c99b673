"""An analysis as the JSON object that ``analyse --json`` prints and scripts read."""

from __future__ import annotations

from typing import Any

from inference.types import AnalysisResult, Candidate, ExerciseSet

DIGITS = 4


def as_json(result: AnalysisResult) -> dict[str, Any]:
    """Keys and shapes that stay stable (docs/architecture.md)."""
    named = result.recognition.classification
    sets = [_describe_set(found) for found in result.recognition.sets]
    return {
        "exercise": named.exercise,
        "confidence": round(named.confidence, DIGITS),
        "candidates": _describe_candidates(named.candidates),
        "sets": sets,
        "reps": sum(found["reps"] for found in sets),
        "timings_s": {stage: round(seconds, DIGITS) for stage, seconds in result.timings_s.items()},
        "models": result.models,
    }


def _describe_set(found: ExerciseSet) -> dict[str, Any]:
    return {
        "exercise": found.exercise,
        "reps": found.rep_count.count,
        "confidence": round(found.confidence, DIGITS),
        "start_s": round(found.start_s, DIGITS),
        "end_s": round(found.end_s, DIGITS),
        "rep_times_s": [
            [round(t, DIGITS) for t in (rep.start_s, rep.turn_s, rep.end_s)] for rep in found.rep_count.reps
        ],
    }


def _describe_candidates(candidates: tuple[Candidate, ...]) -> list[dict[str, Any]]:
    return [{"exercise": c.exercise, "confidence": round(c.confidence, DIGITS)} for c in candidates]
