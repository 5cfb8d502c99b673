"""Charts of an exercise."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from diary import access
from diary.calc import from_kg
from diary.models import Exercise
from diary.selectors.progress import DayFigures, list_figures, list_trained
from diary.views.charts import Chart, draw_chart


@login_required
@require_safe
def list_progress(request: HttpRequest) -> HttpResponse:
    """Exercises that the person has trained."""
    return render(request, "diary/progress_list.html", {"exercises": list_trained(request.user)})


@login_required
@require_safe
def show_progress(request: HttpRequest, slug: str) -> HttpResponse:
    """Charts and a table of one exercise."""
    exercise = access.get_exercise(request.user, slug)
    figures = list_figures(request.user, exercise)
    context = {"exercise": exercise, "figures": figures[::-1], "charts": list_charts(request.user, exercise, figures)}
    return render(request, "diary/progress.html", context)


def list_charts(user: User, exercise: Exercise, figures: list[DayFigures]) -> list[Chart]:
    """Charts that have something to show."""
    unit = user.weight_unit
    days = [figure.date for figure in figures]
    heaviest = [_shown(figure.heaviest_kg, unit) for figure in figures]
    strength = [_shown(figure.one_rep_max_kg, unit) for figure in figures]
    charts = [
        draw_chart(_("Most seconds held"), "s", days, [figure.longest_s for figure in figures]),
        draw_chart(_("Heaviest set"), unit, days, heaviest),
        draw_chart(_("Estimated one-rep max"), unit, days, strength),
    ]
    if exercise.kind != Exercise.Kind.HOLD:
        charts.append(draw_chart(_("Reps a day"), "", days, [figure.reps for figure in figures]))
    return [chart for chart in charts if chart.points]


def _shown(weight_kg: object, unit: str) -> float | None:
    return None if weight_kg is None else float(from_kg(weight_kg, unit))
