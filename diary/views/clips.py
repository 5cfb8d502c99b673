"""Clips: the list, the player, another run, the end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from diary import access
from diary.api.serializers.analyses import limits_of
from diary.calc import is_among
from diary.errors import Code, DiaryError
from diary.forms.clips import AnalyseForm, DeleteClipForm, MoveClipForm
from diary.messages import Message, describe
from diary.models import Analysis, Clip, WorkoutSet
from diary.selectors.analyses import latest_analysis, latest_found
from diary.selectors.listing import list_clips as select_clips
from diary.selectors.listing import list_exercises, list_sets
from diary.services import clips, sets
from diary.services.exercises import find_by_slug
from diary.views.cards import Card, build_cards, describe_values
from diary.views.responses import UNPROCESSABLE, posted
from workers import queue

PAGE = 24


@login_required
@require_safe
def list_clips(request: HttpRequest) -> HttpResponse:
    """All clips, the newest first."""
    page = Paginator(select_clips(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "diary/clips.html", {"page": page})


@login_required
@require_safe
def show_clip(request: HttpRequest, id: UUID) -> HttpResponse:
    """The player, the sets, or how far the analysis is."""
    return render_clip(request, access.get_clip(request.user, id))


@login_required
@require_POST
def analyse_clip(request: HttpRequest, id: UUID) -> HttpResponse:
    """Another run, for another person in the picture if one was tapped."""
    clip = access.get_clip(request.user, id)
    form = AnalyseForm(request.POST)
    if not form.is_valid():
        return render_clip(request, clip, UNPROCESSABLE)
    try:
        queue.wake(clips.start_analysis(clip=clip, options=form.options()).pk)
    except DiaryError as error:
        messages.error(request, str(describe(error.code, **error.params)))
    return redirect("clip", clip.pk)


@login_required
@require_POST
def move_clip(request: HttpRequest, id: UUID) -> HttpResponse:
    """Say on which day it was filmed."""
    clip = access.get_clip(request.user, id)
    form = MoveClipForm(request.POST, user=request.user)
    if not form.is_valid():
        return render_clip(request, clip, UNPROCESSABLE, move_form=form)
    clips.move_clip(clip=clip, date=form.cleaned_data["date"])
    messages.success(request, _("The clip and its sets are on the new day."))
    return redirect("clip", clip.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_clip(request: HttpRequest, id: UUID) -> HttpResponse:
    """Delete a clip after a question."""
    clip = access.get_clip(request.user, id)
    form = DeleteClipForm(posted(request))
    if request.method == "POST" and form.is_valid():
        day = clip.day
        clips.delete_clip(clip=clip, with_sets=form.cleaned_data["with_sets"])
        messages.success(request, _("The clip and all its files are deleted."))
        return redirect("day", day)
    return render(
        request,
        "diary/clip_delete.html",
        {"clip": clip, "form": form, "sets": sum(not row.is_blank for row in clip.sets.all())},
    )


@login_required
@require_POST
def add_removed(request: HttpRequest, id: UUID, place: int) -> HttpResponse:
    """One tap: a set that a run took away is there again."""
    run = access.get_analysis(request.user, id)
    page = resolve_url("clip", run.clip_id)
    try:
        row = sets.add_removed(run=run, place=place)
    except DiaryError as error:
        messages.error(request, str(describe(error.code, **error.params)))
        return redirect(page)
    messages.success(request, _("The set is in your diary."))
    return redirect(f"{page}#set-{row.pk}")


def render_clip(request: HttpRequest, clip: Clip, status: int = 200, **extra: Any) -> HttpResponse:
    """The page of a clip."""
    rows = list_sets(request.user).filter(clip=clip).order_by("start_s", "position", "created_at")
    analysis, found = latest_analysis(clip), latest_found(clip)
    context = {
        "clip": clip,
        "analysis": analysis,
        "steps": list_steps(analysis) if analysis else [],
        "failure": describe_failure(analysis),
        "cards": (cards := build_cards(request.user, rows)),
        "sets_stand": bool(cards and analysis and analysis.error_code == Code.NOBODY_TAPPED),
        "people": found and found.result.get("people"),
        "removed": list_removed(request.user, found, cards) if found else [],
        "exercises": list_exercises(request.user),
        "move_form": MoveClipForm(user=request.user, initial={"date": clip.day}),
        **extra,
    }
    return render(request, "diary/clip.html", context, status=status)


def list_removed(user: User, run: Analysis, cards: list[Card]) -> list[dict[str, Any]]:
    """Sets that a run took away and that nobody has added again: where to have each, and a line about it."""
    typed = [card.row for card in cards if card.row.analysis_id is None]
    facts = enumerate(run.result.get("removed", []))
    missing = [(place, fact) for place, fact in facts if not any(is_again(row, fact) for row in typed)]
    named = find_by_slug(user=user, slugs=[fact["exercise"] for _, fact in missing if fact["exercise"]])
    return [{"run": run.pk, "place": place, "line": describe_values(fact, named)} for place, fact in missing]


def is_again(row: WorkoutSet, fact: dict[str, Any]) -> bool:
    """Whether a set that somebody added is one that was taken away: at its place in the film, or saying the same."""
    span = [fact["start_s"], fact["end_s"]]
    if row.told_span and None not in span:
        return is_among(row.told_span, [span])
    return (row.exercise.slug if row.exercise else None, row.reps) == (fact["exercise"], fact["reps"])


def list_steps(analysis: Analysis) -> list[dict[str, Any]]:
    """Stages of a run that a person waits for, and where it stands."""
    stages = [stage for stage in Analysis.Stage if stage not in (Analysis.Stage.QUEUED, Analysis.Stage.DONE)]
    names = [str(stage) for stage in stages]
    at = names.index(analysis.stage) if analysis.stage in names else -1 if analysis.is_active else len(names)
    return [
        {"stage": str(stage), "label": stage.label, "state": "done" if i < at else "now" if i == at else "next"}
        for i, stage in enumerate(stages)
    ]


def describe_failure(analysis: Analysis | None) -> Message | None:
    """What a person is told about a run that failed."""
    if analysis is None or analysis.status != Analysis.Status.FAILED:
        return None
    return describe(analysis.error_code, **limits_of(analysis.error_code))
