from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from accounts.models import User
from diary.models import Exercise
from diary.views.charts import choose_step, draw_chart
from tests.diary.pages import check_door, sign_in
from tests.factories import make_exercise, make_set

pytestmark = pytest.mark.django_db


def test_charts_follow_the_sets(user: User, stranger: User, squat: Exercise) -> None:
    make_set(user, date(2026, 3, 1), squat, reps=5, weight_kg=100)
    make_set(user, date(2026, 3, 8), squat, reps=5, weight_kg=105)
    page = sign_in(user).get("/progress/squat/")
    titles = {chart.title: [point.value for point in chart.points] for chart in page.context["charts"]}
    assert titles == {"Heaviest set": [100, 105], "Estimated one-rep max": [116.7, 122.5], "Reps a day": [5, 5]}
    assert sign_in(stranger).get("/progress/squat/").context["charts"] == []
    assert Client().get("/progress/squat/").status_code == 302


def test_the_list_holds_what_was_trained(user: User, stranger: User, squat: Exercise) -> None:
    make_set(user, date(2026, 3, 1), squat, reps=5)
    assert "/progress/squat/" in sign_in(user).get("/progress/").content.decode()
    assert "/progress/squat/" not in sign_in(stranger).get("/progress/").content.decode()
    assert Client().get("/progress/").status_code == 302


def test_an_exercise_of_another_person_is_not_there(user: User, stranger: User) -> None:
    make_exercise("own_hook", owner=user)
    check_door("get", "/progress/own_hook/", stranger)


def test_points_lie_within_the_chart_in_the_order_of_days() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21)]
    chart = draw_chart("", "kg", days, [50.0, None, 100.0])
    assert [point.date for point in chart.points] == [days[0], days[2]]
    assert chart.first.x < chart.last.x <= chart.width
    assert 0 <= chart.last.y < chart.first.y <= chart.height
    assert [line.label for line in chart.lines] == ["0", "50", "100"]


def test_nothing_to_draw() -> None:
    assert draw_chart("", "", [date(2026, 1, 1)], [None]).points == []


@pytest.mark.parametrize(("rough", "step"), [(0.3, 0.5), (1, 1), (3, 5), (21, 25), (70, 100)])
def test_levels_are_round_numbers(rough: float, step: float) -> None:
    assert choose_step(rough) == pytest.approx(step)
