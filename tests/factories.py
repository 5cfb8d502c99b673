"""Rows for tests, made through the same services that the site uses where there is one."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from accounts.models import User
from diary.models import Analysis, Clip, Exercise, Workout, WorkoutSet
from diary.selectors.analyses import latest_analysis
from diary.services.analyses import claim_analysis
from diary.services.clips import create_clip
from diary.services.outcome import Finding, Outcome

PASSWORD = "correct horse battery"
MODELS = {"pose": "eye@1", "classifier": "namer@1", "counter": "counter@1"}
Analyse = Callable[..., list[WorkoutSet]]  # runs an analysis that finds the sets given to it
counter = itertools.count()


def make_user(email: str = "", **fields: Any) -> User:
    """A person who can log in with PASSWORD."""
    return User.objects.create_user(email or f"person{next(counter)}@example.com", PASSWORD, **fields)


def make_exercise(slug: str, **fields: Any) -> Exercise:
    """An exercise of the catalogue, or of `owner`."""
    names = {"name_en": slug.replace("_", " ").capitalize(), "name_ko": slug, "family": slug}
    return Exercise.objects.get_or_create(slug=slug, owner=fields.pop("owner", None), defaults={**names, **fields})[0]


def make_clip(user: User, content: bytes | None = None, **fields: Any) -> Clip:
    """A clip with a queued analysis."""
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(content if content is not None else f"film {next(counter)}".encode())
    return create_clip(user=user, path=Path(file.name), original_name="film.mp4", **fields)[0]


def make_set(user: User, day: date, exercise: Exercise | None = None, **fields: Any) -> WorkoutSet:
    """A set as it lies in the database, without provenance."""
    workout = Workout.objects.get_or_create(user=user, date=day)[0]
    return WorkoutSet.objects.create(workout=workout, exercise=exercise, **fields)


def claim(clip: Clip) -> Analysis:
    """The clip's newest run, claimed by a worker."""
    analysis = latest_analysis(clip)
    assert analysis is not None
    claimed = claim_analysis(id=analysis.pk, worker="test:1:1")
    assert claimed is not None
    return claimed


def make_finding(exercise: str = "squat", reps: int = 10, start_s: float = 1.0, **fields: Any) -> Finding:
    """One set as a worker reports it; a rep takes two seconds."""
    times = [(start_s + 2 * i, start_s + 2 * i + 1, start_s + 2 * i + 2) for i in range(reps)]
    finding = Finding(
        exercise=exercise,
        confidence=0.9,
        candidates=[{"exercise": exercise, "confidence": 0.9}, {"exercise": "lunge", "confidence": 0.05}],
        reps=reps,
        reps_confidence=0.8,
        reps_low=reps,
        reps_high=reps + 1,
        rep_times=times,
        start_s=start_s,
        end_s=start_s + 2 * max(reps, 1),
        hold_s=None,
        embedding=[1.0, 0.0, 0.5],
        thumbnail=None,
    )
    return Finding(**{**finding, **fields})  # type: ignore[typeddict-item]


def make_outcome(*findings: Finding, folder: Path | None = None, captured_at: str | None = None) -> Outcome:
    """What a worker reports about a clip; with a folder, its files are made there."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        findings = tuple(Finding(**{**f, "thumbnail": _file(folder / f"set_{i}.jpg")}) for i, f in enumerate(findings))  # type: ignore[typeddict-item]
    return Outcome(
        video={"duration_s": 30.0, "width_px": 720, "height_px": 1280, "captured_at": captured_at},
        people=1,
        candidates=[{"exercise": "squat", "confidence": 0.4}],
        sets=list(findings),
        poster=_file(folder / "poster.jpg") if folder else None,
        keypoints=_file(folder / "keypoints.npz") if folder else None,
        models=MODELS,
        timings_s={"pose": 1.0},
    )


def _file(path: Path) -> Path:
    path.write_bytes(path.name.encode())
    return path
