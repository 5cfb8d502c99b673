"""Exercises of a person's own; they are added where a set is named."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diary import access
from diary.errors import DiaryError
from diary.messages import describe
from diary.services import exercises


@login_required
@require_POST
def delete_exercise(request: HttpRequest, id: UUID) -> HttpResponse:
    """Only one that no set uses; else the profile says what to do first."""
    exercise = access.get_own_exercise(request.user, id)
    try:
        exercises.delete_exercise(exercise=exercise)
    except DiaryError as error:
        messages.error(request, f"{exercise.name}: {describe(error.code, **error.params)}")
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": exercise.name})
    return redirect("profile")
