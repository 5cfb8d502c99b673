"""How findings of an analysis become rows of the diary. Called inside the transaction of `services.analyses`."""

from __future__ import annotations

from typing import Any

from diary.calc import is_among, match_spans
from diary.models import Analysis, Clip, Exercise, WorkoutSet
from diary.services import examples, history, workouts
from diary.services.exercises import find_by_slug
from diary.services.outcome import Candidate, Finding, Outcome

FIELD_PARTS = {"exercise": "classifier"}  # which model answers for a value; "counter" for all others


def fill_sets(*, analysis: Analysis, outcome: Outcome, thumbnails: list[str]) -> list[WorkoutSet]:
    """Write the findings: into rows that are there where they fit, into new ones where none does.

    Rows that no finding fits go when nobody touched them, and stay when somebody did. What a person could have read
    before is kept: in the row that says something else now, or with the run when the row is gone.
    """
    clip = analysis.clip
    rows = _present_rows(clip)
    findings = [(f, t) for f, t in zip(outcome["sets"], thumbnails, strict=True) if not _is_dismissed(f, clip, rows)]
    by_place, spare = place_rows(rows, [finding for finding, _ in findings])
    if spare and not findings:
        clear_row(row=spare.pop(0), analysis=analysis, candidates=outcome["candidates"])
    _drop_rows(analysis, spare)
    named = find_by_slug(user=clip.user, slugs=[finding["exercise"] for finding, _ in findings])
    for place, (finding, thumbnail) in enumerate(findings):
        row = by_place.get(place) or new_row(clip)
        row.analysis, row.thumbnail = analysis, thumbnail
        write_finding(row=row, finding=finding, exercise=named.get(finding["exercise"]), models=outcome["models"])
        row.save()
    return leave_row(clip=clip, analysis=analysis, candidates=outcome["candidates"])


def leave_row(*, clip: Clip, analysis: Analysis, candidates: list[Candidate]) -> list[WorkoutSet]:
    """The rows of a clip; when there is none, an empty one that a person can fill by hand."""
    if not (rows := _present_rows(clip)):
        row = new_row(clip)
        row.analysis, row.candidates = analysis, list(candidates)
        row.save()
        rows = [row]
    return rows


def new_row(clip: Clip) -> WorkoutSet:
    """An unsaved row at the end of the clip's day."""
    workout = workouts.open_workout(user=clip.user, date=clip.day)
    return WorkoutSet(workout=workout, clip=clip, position=workouts.next_position(workout=workout))


def pair_rows(rows: list[WorkoutSet], findings: list[Finding]) -> list[int | None]:
    """For each row the finding it is about: by where it was found, then by where it says it is, else in order.

    A person may have corrected the times of a set to what no run finds; the set is still the one that was found.
    """
    pairs = _match_spans([row.found_span for row in rows], findings, {})
    pairs = _match_spans([row.told_span for row in rows], findings, pairs)
    left = iter(place for place in range(len(findings)) if place not in pairs.values())
    return [pairs.get(i) if row.spans else next(left, None) for i, row in enumerate(rows)]


def _match_spans(spans: list[list[float]], findings: list[Finding], pairs: dict[int, int]) -> dict[int, int]:
    """The pairs and, of the rows and findings that have none yet, those whose stretches overlap."""
    open_rows = [i for i, span in enumerate(spans) if span and i not in pairs]
    open_places = [place for place in range(len(findings)) if place not in pairs.values()]
    matches = match_spans(
        [(spans[i][0], spans[i][1]) for i in open_rows],
        [(findings[place]["start_s"], findings[place]["end_s"]) for place in open_places],
    )
    found = zip(open_rows, matches, strict=True)
    return pairs | {i: open_places[match] for i, match in found if match is not None}


def place_rows(rows: list[WorkoutSet], findings: list[Finding]) -> tuple[dict[int, WorkoutSet], list[WorkoutSet]]:
    """The row of each finding that has one, and the untouched rows that are left.

    An untouched row that no finding fits is used for one that fits no row, at the end of its day.
    """
    pairs = list(zip(rows, pair_rows(rows, findings), strict=True))
    by_place = {place: row for row, place in pairs if place is not None}
    spare = [row for row, place in pairs if place is None and not row.is_touched]
    for place in [place for place in range(len(findings)) if place not in by_place][: len(spare)]:
        by_place[place] = row = spare.pop(0)
        row.position = workouts.next_position(workout=row.workout)
    return by_place, spare


def clear_row(*, row: WorkoutSet, analysis: Analysis, candidates: list[Candidate]) -> None:
    """The newest run found nothing where this untouched row was: it is open again, and remembers what it said."""
    blank: dict[str, Any] = dict.fromkeys(WorkoutSet.AUTO_FIELDS) | {"rep_times": []}
    history.note_earlier(row=row, values=blank)
    for name, value in blank.items():
        setattr(row, name, value)
    row.provenance, row.proposal, row.thumbnail, row.embedding, row.found_span = {}, {}, "", None, []
    row.reps_low = row.reps_high = None
    row.analysis, row.candidates = analysis, list(candidates)
    row.save()


def write_finding(*, row: WorkoutSet, finding: Finding, exercise: Exercise | None, models: dict[str, str]) -> None:
    """Write each value that nobody locked; for a locked one keep what differs as a proposal."""
    values = _values(finding, exercise)
    history.note_earlier(row=row, values=values)
    for name, value in values.items():
        model = models.get(FIELD_PARTS.get(name, "counter"), "")
        confidence = finding["confidence"] if name == "exercise" else finding["reps_confidence"]
        if row.is_locked(name):
            _propose(row, name, value, model, confidence)
        else:
            setattr(row, name, value)
            row.provenance[name] = {"source": "model", "model": model, "confidence": confidence, "locked": False}
    row.candidates, row.found_span = list(finding["candidates"]), [finding["start_s"], finding["end_s"]]
    if not row.is_locked("reps"):
        row.reps_low, row.reps_high = _bounds(finding)
    row.embedding, row.embedding_model = examples.pack_embedding(finding["embedding"]), models.get("classifier", "")
    examples.note_example(row=row)


def _values(finding: Finding, exercise: Exercise | None) -> dict[str, Any]:
    return {
        "exercise": exercise,
        "reps": _reps(finding),
        "duration_s": finding["hold_s"],
        "start_s": finding["start_s"],
        "end_s": finding["end_s"],
        "rep_times": [list(times) for times in finding["rep_times"]],
    }


def _reps(finding: Finding) -> int | None:
    """A set of no reps is one that was held, is not counted or was not understood: the number stays open."""
    return None if finding["hold_s"] is not None else finding["reps"] or None


def _propose(row: WorkoutSet, name: str, value: Any, model: str, confidence: float) -> None:
    """A model that does not know proposes nothing; a person who said more than the model is left in peace."""
    row.proposal.pop(name, None)
    if value is None or value == getattr(row, name):
        return
    row.proposal[name] = {"value": history.plain(value), "model": model, "confidence": confidence}


def _bounds(finding: Finding) -> tuple[int | None, int | None]:
    return (None, None) if _reps(finding) is None else (finding["reps_low"], finding["reps_high"])


def _drop_rows(analysis: Analysis, rows: list[WorkoutSet]) -> None:
    """Delete rows that only a model ever wrote; the run keeps what they said."""
    if removed := history.describe_removed(rows):
        analysis.result = {"removed": [*analysis.result.get("removed", []), *removed]}
    for row in rows:
        row.delete()
        workouts.leave_day(workout=row.workout)


def _is_dismissed(finding: Finding, clip: Clip, rows: list[WorkoutSet]) -> bool:
    """Whether a person deleted the set that is found here; a set that stands here all the same wants its values."""
    span = (finding["start_s"], finding["end_s"])
    return is_among(span, clip.dismissed_spans) and not is_among(span, [kept for row in rows for kept in row.spans])


def _present_rows(clip: Clip) -> list[WorkoutSet]:
    rows = WorkoutSet.objects.select_for_update(of=("self",)).select_related("workout__user", "exercise")
    return list(rows.filter(clip=clip).order_by("start_s", "position", "created_at"))
