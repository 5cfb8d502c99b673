"""A clip and runs over it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from diary.models import Analysis, Clip, Exercise, WorkoutSet
from diary.services.analyses import fill_diary, finish_analysis
from diary.services.clips import start_analysis
from tests.factories import Analyse, claim, make_clip, make_outcome


@pytest.fixture
def clip(user: User, squat: Exercise, lunge: Exercise) -> Clip:
    return make_clip(user)


@pytest.fixture
def analyse(clip: Clip) -> Analyse:
    """Runs an analysis over the clip that finds these sets; again when there was one."""

    def run(*findings: Any) -> list[WorkoutSet]:
        if not Analysis.objects.filter(clip=clip, status="queued").exists():
            start_analysis(clip=clip)
        analysis = claim(clip)
        rows = fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(*findings))
        finish_analysis(analysis=analysis, attempt=1)
        assert rows is not None
        return rows

    return run
