"""Sets: typed in, corrected by one tap, taken back, deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diary import access
from diary.errors import Code, DiaryError
from diary.forms.sets import CorrectionForm, SetForm, initial_of
from diary.messages import describe
from diary.models import Clip, WorkoutSet
from diary.selectors.listing import list_exercises
from diary.services import sets, undo
from diary.views.calendar import find_today
from diary.views.cards import build_cards
from diary.views.responses import UNPROCESSABLE, add_refusal, go_back, posted, render_form, wants_fragment

UNDO_SALT = "diary.undo"
UNDO_FOR_S = 24 * 3600
FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def add_set(request: HttpRequest) -> HttpResponse:
    """Type a set in, with or without a clip."""
    clip = find_clip(request)
    day = parse_day(request.GET.get("date", "")) or (clip.day if clip else find_today(request.user))
    initial = {"date": day, **{name: request.GET.get(name, "") for name in ("exercise", "reps", "duration_s")}}
    form = SetForm(posted(request), user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            values = {"date": form.cleaned_data["date"], "own": form.own(), **form.values()}
            row = sets.create_set(user=request.user, clip=clip, **values)
        except DiaryError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("The set is in your diary."))
            return redirect("day", row.workout.date)
    return show_form(request, form, clip=clip, day=day)


@login_required
@require_http_methods(FORM_METHODS)
def edit_set(request: HttpRequest, id: UUID) -> HttpResponse:
    """All values of a set."""
    row = access.get_set(request.user, id)
    form = SetForm(posted(request), user=request.user, initial=initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            row = sets.correct_set(row=row, day=form.changed_day(), own=form.own(), **form.changed_values())
        except DiaryError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("The set is saved."))
            return go_back(request, f"/days/{row.workout.date.isoformat()}/#set-{row.pk}")
    if request.GET.get("to") == "weight":  # "+ weight" on a card: a number pad, not a form to look through
        form.fields["weight_kg"].widget.attrs["autofocus"] = True
    return show_form(request, form, row=row, day=row.workout.date)


@login_required
@require_POST
def correct_set(request: HttpRequest, id: UUID) -> HttpResponse:
    """One tap: what is sent is written and locked."""
    row = access.get_set(request.user, id)
    form = CorrectionForm(request.POST, user=request.user)
    if not form.is_valid():
        return answer_problem(request, row, " ".join(m for errors in form.errors.values() for m in errors))
    before = undo.remember(row=row)
    try:
        fresh = sets.correct_set(row=row, own=form.own(), **form.values())
    except DiaryError as error:
        return answer_problem(request, row, str(describe(error.code, **error.params)))
    token = {"set": str(fresh.pk), "before": before, "version": undo.version_of(fresh)}
    return answer_card(request, fresh, undo=signing.dumps(token, salt=UNDO_SALT, compress=True))


@login_required
@require_POST
def undo_correction(request: HttpRequest, id: UUID) -> HttpResponse:
    """Put back what was there before the last tap."""
    row = access.get_set(request.user, id)
    try:
        token = signing.loads(request.POST.get("undo", ""), salt=UNDO_SALT, max_age=UNDO_FOR_S)
        if token["set"] != str(row.pk):
            raise DiaryError(Code.CONFLICT)
        fresh = undo.restore(row=row, before=token["before"], version=token["version"])
    except (signing.BadSignature, DiaryError):
        return answer_problem(request, row, str(describe(Code.CONFLICT)))
    return answer_card(request, fresh)


@login_required
@require_POST
def answer_proposal(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take what a newer analysis proposes, or keep one's own values."""
    return answer_offer(request, id, take=sets.accept_proposal, keep=sets.dismiss_proposal)


@login_required
@require_POST
def answer_earlier(request: HttpRequest, id: UUID) -> HttpResponse:
    """Have back what stood here before the newest analysis, or keep what it wrote."""
    return answer_offer(request, id, take=sets.take_back, keep=sets.dismiss_earlier)


def answer_offer(
    request: HttpRequest, id: UUID, *, take: Callable[..., WorkoutSet], keep: Callable[..., WorkoutSet]
) -> HttpResponse:
    """Take the values that a set offers, or keep those it has."""
    row = access.get_set(request.user, id)
    try:
        fresh = (take if request.POST.get("answer") == "take" else keep)(row=row)
    except DiaryError as error:
        return answer_problem(request, row, str(describe(error.code, **error.params)))
    return answer_card(request, fresh)


@login_required
@require_http_methods(FORM_METHODS)
def delete_set(request: HttpRequest, id: UUID) -> HttpResponse:
    """Delete a set after a question."""
    row = access.get_set(request.user, id)
    if request.method == "POST":
        day = row.workout.date
        sets.delete_set(row=row)
        messages.success(request, _("The set is deleted."))
        return redirect("day", day)
    return render(request, "diary/set_delete.html", {"row": row})


def answer_card(request: HttpRequest, row: WorkoutSet, status: int = 200, **extra: Any) -> HttpResponse:
    """The card as it is now; without scripts, the page where it stands."""
    if not wants_fragment(request):
        return go_back(request, f"/days/{row.workout.date.isoformat()}/#set-{row.pk}")
    card = build_cards(request.user, [row], **extra)[0]
    context = {"card": card, "place": request.POST.get("place", "day"), "here": request.POST.get("next", "")}
    return render(request, "diary/_set_card.html", context, status=status)


def answer_problem(request: HttpRequest, row: WorkoutSet, sentence: str) -> HttpResponse:
    """The card with a sentence on it; without scripts, the form with it."""
    if wants_fragment(request):
        return answer_card(request, access.get_set(request.user, row.pk), UNPROCESSABLE, problem=sentence)
    form = SetForm(user=request.user, initial=initial_of(row))
    return show_form(request, form, UNPROCESSABLE, row=row, day=row.workout.date, problem=sentence)


def show_form(request: HttpRequest, form: SetForm, status: int | None = None, **context: Any) -> HttpResponse:
    """All values of a set to be typed, and the list of exercises to be searched."""
    context["exercises"] = list_exercises(request.user)
    return render_form(request, "diary/set_form.html", context, form, status)


def find_clip(request: HttpRequest) -> Clip | None:
    """The clip that the address names, if any."""
    id = request.GET.get("clip", "")
    return access.get_clip(request.user, id) if id else None


def parse_day(text: str) -> date | None:
    """A day from an address; what is no day is not there."""
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError as error:
        raise Http404 from error
    if day is None:
        raise Http404
    return day
