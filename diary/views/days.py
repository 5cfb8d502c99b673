"""One day of the diary."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diary.errors import DiaryError
from diary.forms.clips import DayNoteForm
from diary.selectors.days import read_day
from diary.selectors.listing import list_exercises
from diary.services import workouts
from diary.views.calendar import find_today
from diary.views.cards import build_cards
from diary.views.responses import UNPROCESSABLE, add_refusal


@login_required
@require_safe
def show_day(request: HttpRequest, day: date) -> HttpResponse:
    """Sets of a day, grouped by exercise."""
    return render_day(request, day)


@login_required
@require_POST
def save_note(request: HttpRequest, day: date) -> HttpResponse:
    """Write the note of a day; an empty one takes it away."""
    form = DayNoteForm(request.POST)
    if not form.is_valid():
        return render_day(request, day, form)
    try:
        workouts.note_day(user=request.user, date=day, note=form.cleaned_data["note"].strip())
    except DiaryError as error:
        add_refusal(form, error)
        return render_day(request, day, form)
    messages.success(request, _("The note is saved."))
    return redirect("day", day)


def render_day(request: HttpRequest, day: date, form: DayNoteForm | None = None) -> HttpResponse:
    """The page of a day."""
    shown = read_day(request.user, day)
    cards = iter(build_cards(request.user, shown.sets))  # all at once: the names they offer are one query
    groups = [{"exercise": group.exercise, "cards": list(islice(cards, len(group.sets)))} for group in shown.blocks]
    note = shown.workout.note if shown.workout else ""
    context = {
        "day": shown,
        "groups": groups,
        "note_form": form or DayNoteForm(initial={"note": note}),
        "exercises": list_exercises(request.user),
        "today": find_today(request.user),
        "previous": day - timedelta(days=1) if day > date.min else day,
        "following": day + timedelta(days=1) if day < date.max else day,
    }
    return render(request, "diary/day.html", context, status=UNPROCESSABLE if form else 200)
