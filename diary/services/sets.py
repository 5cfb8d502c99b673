"""Writes about sets. What a person writes is locked: no model writes it again, newer ones only propose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypedDict
from uuid import UUID, uuid4, uuid5

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.models import User
from diary.calc import is_among
from diary.errors import Code, DiaryError
from diary.models import Analysis, Clip, Exercise, Workout, WorkoutSet
from diary.services import examples, workouts
from diary.services.exercises import create_exercise, find_by_slug

BY_USER = {"source": "user", "model": "", "confidence": None, "locked": True}


class OwnExercise(TypedDict):
    """An exercise that is to be added to the person's own."""

    name: str
    kind: str


def add_set(*, user: User, id: UUID | None = None, **values: Any) -> tuple[WorkoutSet, bool]:
    """Like ``create_set`` under an id that the client made, so that the same may be asked twice.

    The second time it gives the set that is there, as it stands by then, and False.
    """
    if (known := _find_known(user, id)) is not None:
        return known, False
    try:
        return create_set(user=user, id=id, **values), True
    except IntegrityError:  # asked twice at the same time
        if (known := _find_known(user, id)) is None:
            raise
    return known, False


def _find_known(user: User, id: UUID | None) -> WorkoutSet | None:
    """The person's set of this id; one that is taken by somebody else cannot be used, which says no more than that."""
    row = WorkoutSet.objects.select_related("workout").filter(pk=id).first() if id is not None else None
    if row is not None and row.workout.user_id != user.pk:
        raise DiaryError(Code.INVALID_VALUE, field="id")
    return row


def add_removed(*, run: Analysis, place: int) -> WorkoutSet:
    """Add a set again that a run took away: what it said is the person's from now on. Asked twice, it is added once."""
    removed, clip = run.result.get("removed", []), run.clip
    if not 0 <= place < len(removed):
        raise DiaryError(Code.NOT_FOUND)
    slug = removed[place]["exercise"]
    exercise = find_by_slug(user=clip.user, slugs=[slug]).get(slug) if slug else None
    values = removed[place] | {"exercise": exercise}
    return add_set(user=clip.user, id=uuid5(run.pk, f"removed {place}"), date=clip.day, clip=clip, **values)[0]


@transaction.atomic
def create_set(
    *,
    user: User,
    date: date,
    clip: Clip | None = None,
    source: str = "user",
    id: UUID | None = None,
    own: OwnExercise | None = None,
    **values: Any,
) -> WorkoutSet:
    """Add a set by hand (or from an import): exercise, reps, weight_kg, duration_s, rpe, note, start_s, end_s.

    With `own`, an exercise of the person's own is added along with it.
    """
    workouts.check_day(user=user, date=date)
    workout = workouts.open_workout(user=user, date=date)
    position = workouts.next_position(workout=workout)
    row = WorkoutSet(id=id or uuid4(), workout=workout, clip=clip, position=position)
    if own is not None:
        values["exercise"] = create_exercise(user=user, name_en=own["name"], kind=own["kind"])
    given = {name: value for name, value in values.items() if value not in (None, "")}
    _write(row, given, source=source)
    row.save(force_insert=True)
    return row


@transaction.atomic
def correct_set(
    *, row: WorkoutSet, day: date | None = None, own: OwnExercise | None = None, **values: Any
) -> WorkoutSet:
    """Write values that a person decided and lock them; the same value again confirms and locks it as well.

    With `own`, an exercise of the person's own is added and the set is called so.
    """
    _hold_clip(row)
    fresh = lock_set(row)
    if own is not None:
        values["exercise"] = _add_own(fresh, own)
    _write(fresh, values)
    if day is not None and day != fresh.workout.date:
        workouts.check_day(user=fresh.workout.user, date=day)
        fresh.provenance["day"] = BY_USER
        fresh.save(update_fields=["provenance"])
        workouts.move_sets(sets=[fresh], date=day)
    examples.note_example(row=fresh)
    fresh.save()
    return fresh


def _add_own(row: WorkoutSet, own: OwnExercise) -> Exercise:
    """The new exercise; the one that the set has where the same is asked again because the answer was lost."""
    present = row.exercise
    if present is not None and present.is_own and own["name"].casefold() == present.name_en.casefold():
        return present
    return create_exercise(user=row.workout.user, name_en=own["name"], kind=own["kind"])


def _hold_clip(row: WorkoutSet) -> Clip | None:
    """The film of a set, held before its sets and days are: a run that may be filling it holds it first too."""
    return Clip.objects.select_for_update(of=("self",), no_key=True).filter(sets=row).first()


def lock_set(row: WorkoutSet) -> WorkoutSet:
    """The present state of a set, held until the transaction ends: a worker may be filling it."""
    rows = WorkoutSet.objects.select_for_update(of=("self",)).select_related("workout__user", "exercise", "clip")
    if (fresh := rows.filter(pk=row.pk).first()) is None:
        raise DiaryError(Code.NOT_FOUND)
    return fresh


def _write(row: WorkoutSet, values: dict[str, Any], source: str = "user") -> None:
    for name, value in values.items():
        if name not in WorkoutSet.USER_FIELDS:
            raise DiaryError(Code.INVALID_VALUE, field=name)
        setattr(row, name, value)
        row.provenance[name] = {**BY_USER, "source": source}
        row.proposal.pop(name, None)
        row.earlier.pop(name, None)
    if "reps" in values:
        row.reps_low = row.reps_high = None
    _hold_exercise(row.workout.user, values.get("exercise"))
    _check_moments(row.clip, values)
    check_values(row)


def _hold_exercise(user: User, exercise: Exercise | None) -> None:
    """Another person's own exercise is not to be had by guessing its id; nor one that was deleted just now."""
    if exercise is None or exercise.owner_id is None:
        return
    held = Exercise.objects.select_for_update(no_key=True).filter(pk=exercise.pk, owner=user).first()
    if held is None:
        raise DiaryError(Code.INVALID_VALUE, field="exercise")


def _check_moments(clip: Clip | None, values: dict[str, Any]) -> None:
    """Where the film is over there is no set, and the next run would not know which one is meant."""
    for name in ("start_s", "end_s"):
        moment_s = values.get(name)
        if clip is not None and moment_s is not None and not clip.has_moment(moment_s):
            raise DiaryError(Code.AFTER_THE_FILM, field=name, limit_s=clip.duration_s)


def check_values(row: WorkoutSet) -> None:
    """Refuse what the database would refuse, naming the field."""
    try:
        row.clean_fields(exclude=["workout", "exercise", "clip", "analysis", "thumbnail"])
        row.validate_constraints(exclude=["workout", "exercise", "clip", "analysis"])
    except ValidationError as error:
        raise DiaryError(Code.INVALID_VALUE, field=_field_of(error)) from error


def _field_of(error: ValidationError) -> str:
    """The field that a validation error is about; constraints carry it in their name."""
    named = getattr(error, "error_dict", {})
    field = next((name for name in named if name != "__all__"), "")
    if field:
        return field
    text = " ".join(error.messages)
    hints = {"weight": "weight_kg", "duration": "duration_s", "rpe": "rpe", "reps": "reps", "start": "start_s"}
    return next((name for hint, name in hints.items() if f"set_{hint}" in text), "values")


@transaction.atomic
def accept_proposal(*, row: WorkoutSet, fields: Iterable[str] | None = None) -> WorkoutSet:
    """Take what a newer analysis proposes for locked fields (all of them by default); they stay locked."""
    fresh = lock_set(row)
    _take_all(fresh, fresh.proposal, fields)
    examples.note_example(row=fresh)
    fresh.save()
    return fresh


@transaction.atomic
def take_back(*, row: WorkoutSet, fields: Iterable[str] | None = None) -> WorkoutSet:
    """Have back what stood here before a newer analysis wrote over it (all of it by default), locked from now on."""
    fresh = lock_set(row)
    _take_all(fresh, fresh.earlier, fields)
    fresh.embedding = None  # it shows the movement that the newer run saw, so it must not teach this name
    examples.note_example(row=fresh)
    fresh.save()
    return fresh


def _take_all(row: WorkoutSet, offered: dict[str, Any], fields: Iterable[str] | None) -> None:
    chosen = [name for name in (list(offered) if fields is None else fields) if name in offered]
    if not chosen:
        raise DiaryError(Code.NOTHING_PROPOSED)
    for name in chosen:
        _take(row, name, offered.pop(name))
    check_values(row)


def _take(row: WorkoutSet, name: str, proposed: dict[str, Any]) -> None:
    value = proposed["value"]
    if name == "exercise":
        value = find_by_slug(user=row.workout.user, slugs=[value]).get(value)
    setattr(row, name, value)
    if name == "reps":
        row.reps_low = row.reps_high = None
    row.provenance[name] = {
        "source": "model", "model": proposed["model"], "confidence": proposed["confidence"], "locked": True
    }  # fmt: skip


def dismiss_proposal(*, row: WorkoutSet) -> WorkoutSet:
    """Keep one's own values and hear no more of the proposal."""
    return _drop_offer(row, "proposal")


def dismiss_earlier(*, row: WorkoutSet) -> WorkoutSet:
    """The newer values are right; hear no more of what stood here before."""
    return _drop_offer(row, "earlier")


@transaction.atomic
def _drop_offer(row: WorkoutSet, field: str) -> WorkoutSet:
    fresh = lock_set(row)
    setattr(fresh, field, {})
    fresh.save(update_fields=[field, "updated_at"])
    return fresh


@transaction.atomic
def delete_set(*, row: WorkoutSet) -> None:
    """Delete a set. Its clip remembers the stretch, so that a later analysis does not bring it back."""
    workouts.leave_day(workout=_take_out(row).workout)


def _take_out(row: WorkoutSet) -> WorkoutSet:
    """Delete a set with its picture."""
    clip = _hold_clip(row)
    fresh = lock_set(row)
    if clip is not None:
        _dismiss(fresh, clip)
    thumbnail = fresh.thumbnail.name
    fresh.delete()
    if thumbnail:
        transaction.on_commit(lambda: default_storage.delete(thumbnail))
    return fresh


def _dismiss(row: WorkoutSet, clip: Clip) -> None:
    """Remember where a set was; not where another one of the film stands, which a later run shall find again."""
    kept = [span for other in clip.sets.exclude(pk=row.pk) for span in other.spans]
    gone = [span for span in row.spans if not is_among(span, kept)]
    clip.dismissed_spans = [*clip.dismissed_spans, *gone]
    clip.save(update_fields=["dismissed_spans", "updated_at"])


@transaction.atomic
def delete_workout(*, workout: Workout) -> None:
    """Delete a day with its sets, each like a single one: clips stay and do not bring them back."""
    # All films first, in one order: another day that goes at the same time may have sets of the same ones.
    films = Clip.objects.filter(pk__in=workout.sets.values("clip"))
    list(films.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for row in workout.sets.all():
        _take_out(row)
    workout.delete()


@transaction.atomic
def order_sets(*, workout: Workout, ids: list[UUID]) -> None:
    """Put the sets of a day into an order; those that are not named keep theirs, after the named ones."""
    rows = {row.pk: row for row in workout.sets.all()}
    named = [rows.pop(id) for id in dict.fromkeys(ids) if id in rows]
    ordered = named + list(rows.values())
    for place, row in enumerate(ordered):
        row.position = place
    WorkoutSet.objects.bulk_update(ordered, ["position"])
