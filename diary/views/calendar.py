"""The month, and what a visitor sees instead."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.views.decorators.http import require_safe

from accounts.models import User
from diary.calc import local_day
from diary.selectors.calendar import read_month
from diary.selectors.overview import has_started, list_running

FIRST_YEAR, LAST_YEAR = 2000, 2100
SUNDAY = 6


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """The present month; visitors get to know the site."""
    if not request.user.is_authenticated:
        return render(request, "diary/landing.html")
    return show_calendar(request, find_today(request.user).replace(day=1))


@login_required
@require_safe
def show_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Any month."""
    if not (FIRST_YEAR <= year < LAST_YEAR and 1 <= month <= 12):
        raise Http404
    return show_calendar(request, date(year, month, 1))


def show_calendar(request: HttpRequest, first: date) -> HttpResponse:
    """A month with its days."""
    user = request.user
    weeks = read_month(user, first.year, first.month, first_weekday=SUNDAY)
    trained = [day for week in weeks for day in week if day.sets and day.date.month == first.month]
    today = find_today(user)
    context = {
        "first": first,
        "today": today,
        "previous": (first - timedelta(days=1)).replace(day=1),
        "following": (first + timedelta(days=32)).replace(day=1),
        "is_present": (first.year, first.month) == (today.year, today.month),
        "weeks": weeks,
        "weekdays": [WEEKDAYS_ABBR[(SUNDAY + place) % 7] for place in range(7)],
        "trained": trained[::-1],
        "set_count": sum(day.sets for day in trained),
        "rep_count": sum(day.reps for day in trained),
        "running": list_running(user),
        "is_new": not trained and not has_started(user),
    }
    return render(request, "diary/calendar.html", context)


def find_today(user: User) -> date:
    """The day it is where the person lives."""
    return local_day(timezone.now(), user.tz)
