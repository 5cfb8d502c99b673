"""What a person's corrections teach: sets whose exercise they named, in embedding space."""

from __future__ import annotations

import array
import sys

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from diary.models import Clip, WorkoutSet

MOVEMENT = {"is_example": False, "embedding": None, "embedding_model": ""}


def note_example(*, row: WorkoutSet) -> None:
    """A set whose exercise a person decided becomes an example when it is known how it looked. Does not save.

    One that was forgotten does so only when it is named anew: another run over its film is nobody's teaching.
    """
    is_taught = row.is_locked("exercise") and not row.source_of("exercise").get("forgotten")
    row.is_example = is_taught and row.exercise_id is not None and row.embedding is not None


def renew_example(*, row: WorkoutSet, embedding: list[float], model: str) -> bool:
    """Keep how a newer classifier sees the movement of an example; False when the set is another by now."""
    same = WorkoutSet.objects.filter(
        pk=row.pk, is_example=True, analysis=row.analysis_id, embedding_model=row.embedding_model
    )
    return bool(same.update(embedding=pack_embedding(embedding), embedding_model=model))


def pack_embedding(values: list[float] | None) -> bytes | None:
    """(D,) as float32, little endian."""
    if values is None:
        return None
    packed = array.array("f", values)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


@transaction.atomic
def forget_all_examples(*, user: User) -> int:
    """Go back to what the recogniser knows without this person; returns how many examples went."""
    taught = WorkoutSet.objects.filter(workout__user=user, is_example=True)
    # Films first, in one order, as all do who write several sets of them.
    films = Clip.objects.filter(pk__in=taught.values("clip")).order_by("pk")
    list(films.select_for_update(of=("self",), no_key=True).only("pk"))
    rows = list(taught.select_for_update(of=("self",), no_key=True).only("provenance"))
    for row in rows:
        mark_forgotten(row=row)
        for name, value in MOVEMENT.items():
            setattr(row, name, value)
    return WorkoutSet.objects.bulk_update(rows, ["provenance", *MOVEMENT], batch_size=200)


def mark_forgotten(*, row: WorkoutSet) -> None:
    """Its name teaches nothing until somebody names it anew. Does not save."""
    row.provenance["exercise"] = {**row.source_of("exercise"), "forgotten": True}


def forget_movements(*, rows: QuerySet[WorkoutSet]) -> int:
    """These sets stay as they are but for how they looked, so that no later correction makes them teach again."""
    return rows.update(**MOVEMENT)
