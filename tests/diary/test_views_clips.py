from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from accounts.models import User
from diary.models import Analysis, Clip, Exercise, WorkoutSet
from diary.services.analyses import fail_analysis, fill_diary, finish_analysis
from diary.services.clips import start_analysis
from diary.services.outcome import Finding
from diary.services.sets import correct_set
from tests.diary.pages import check_door, sign_in
from tests.factories import claim, make_clip, make_exercise, make_finding, make_outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip(user: User, squat: Exercise) -> Clip:
    """A clip with one set, analysed to the end."""
    clip = make_clip(user)
    analysis = claim(clip)
    fill_diary(analysis=analysis, attempt=1, outcome=make_outcome(make_finding()))
    finish_analysis(analysis=analysis, attempt=1)
    return Clip.objects.get(pk=clip.pk)


@pytest.mark.parametrize(
    ("method", "ending"),
    [("get", ""), ("post", "analyse/"), ("post", "move/"), ("get", "delete/"), ("post", "delete/")],
)
def test_a_clip_is_its_owner_s(clip: Clip, stranger: User, method: str, ending: str) -> None:
    check_door(method, f"/clips/{clip.pk}/{ending}", stranger)
    assert Clip.objects.filter(pk=clip.pk).exists()


def test_the_list_holds_only_one_s_own(clip: Clip, user: User, stranger: User) -> None:
    assert str(clip.pk) in sign_in(user).get("/clips/").content.decode()
    assert str(clip.pk) not in sign_in(stranger).get("/clips/").content.decode()


def test_a_waiting_clip_tells_its_stage_and_where_to_listen(user: User) -> None:
    clip = make_clip(user)
    page = sign_in(user).get(f"/clips/{clip.pk}/").content.decode()
    analysis = Analysis.objects.get()
    assert f"/api/v1/analyses/{analysis.pk}/events" in page
    assert "waiting for its turn" in page


def test_reps_can_be_played_one_by_one(clip: Clip, user: User) -> None:
    page = sign_in(user).get(f"/clips/{clip.pk}/").content.decode()
    assert page.count('class="rep num"') == 10
    assert 'data-play="1.00-3.00"' in page


def test_a_film_that_cannot_be_played_is_named_and_its_sets_stand(clip: Clip, user: User) -> None:
    words = "could not be made ready for playing"
    Clip.objects.update(poster="clips/poster.jpg")
    page = sign_in(user).get(f"/clips/{clip.pk}/").content.decode()
    assert words in page
    assert "<video" not in page
    assert 'class="rep num"' in page
    Clip.objects.update(rendition="clips/rendition.mp4")
    assert words not in sign_in(user).get(f"/clips/{clip.pk}/").content.decode()


def test_pictures_of_another_run_have_other_addresses(user: User, squat: Exercise, tmp_path: Path) -> None:
    """The page swaps its inner part at the end of a run, and a browser keeps pictures for as long as a page lives."""
    clip = make_clip(user)
    addresses = set()
    for _ in range(2):
        fill_diary(analysis=(run := claim(clip)), attempt=1, outcome=make_outcome(make_finding(), folder=tmp_path))
        finish_analysis(analysis=run, attempt=1)
        page = sign_in(user).get(f"/clips/{clip.pk}/").content.decode()
        addresses |= set(re.findall(r'"/media/[^"]+"', page))
        start_analysis(clip=clip)
    assert len(addresses) == 4  # poster and thumbnail of each run


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_failure_says_what_to_do_and_leaves_a_row(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
    clip = make_clip(user)
    fail_analysis(analysis=claim(clip), attempt=1, code="no_person")
    page = sign_in(user).get(f"/clips/{clip.pk}/").content.decode()
    sentence = {"en": "Nobody was found in the clip.", "ko": "영상에서 사람을 찾지 못했어요."}
    assert sentence[language] in page
    assert f"/sets/{WorkoutSet.objects.get().pk}/" in page


def test_a_tap_on_another_person_starts_another_run(clip: Clip, user: User) -> None:
    sign_in(user).post(f"/clips/{clip.pk}/analyse/", {"time_s": "1.5", "x": "0.25", "y": "0.5"})
    assert clip.analyses.filter(status="queued").get().options == {"person_hint": [1.5, 0.25, 0.5]}


def test_the_tapped_person_stays_until_the_choice_is_left_to_the_program(clip: Clip, user: User) -> None:
    client, address = sign_in(user), f"/clips/{clip.pk}/"
    Clip.objects.update(poster="poster.jpg")
    assert "Choose automatically" not in client.get(address).content.decode()
    tap, point = {"time_s": "1.5", "x": "0.25", "y": "0.5"}, [1.5, 0.25, 0.5]
    for sent, hint in [(tap, point), ({}, point), ({"automatic": "1"}, None)]:
        client.post(f"{address}analyse/", sent)
        assert clip.analyses.filter(status="queued").get().options == {"person_hint": hint}
        Analysis.objects.filter(status="queued").update(status="done")
        assert ("Choose automatically" in client.get(address).content.decode()) is (hint is not None)


def test_a_tap_after_the_end_of_the_film_is_refused(clip: Clip, user: User) -> None:
    values = {"time_s": "1000", "x": "0.25", "y": "0.5"}
    page = sign_in(user).post(f"/clips/{clip.pk}/analyse/", values, follow=True).content.decode()
    assert "person.time_s" in page
    assert clip.analyses.count() == 1


def test_a_tap_beside_leaves_the_sets_in_the_list(clip: Clip, user: User) -> None:
    analysis = start_analysis(clip=clip, options={"person_hint": [0.0, 0.0, 0.0]})
    fail_analysis(analysis=claim(clip), attempt=1, code="nobody_tapped")
    assert Analysis.objects.get(pk=analysis.pk).status == "failed"
    client = sign_in(user)
    assert "Could not be analysed" not in client.get("/clips/").content.decode()
    page = client.get(f"/clips/{clip.pk}/").content.decode()
    assert "Nobody was found where you tapped." in page
    assert "Fill it in yourself" not in page  # the set is filled in


@pytest.mark.parametrize(
    ("people", "shows_person", "told"), [(2, False, True), (2, True, False), (2, None, False), (1, False, False)]
)
def test_a_picture_that_could_not_help_is_told_where_several_people_are(
    clip: Clip, user: User, people: int, shows_person: bool | None, told: bool
) -> None:
    Clip.objects.update(poster="poster.jpg")
    analysis = clip.analyses.get()
    analysis.result["people"] = people
    analysis.save()
    User.objects.filter(pk=user.pk).update(portrait="people/me.jpg", portrait_shows_person=shows_person)
    page = sign_in(user).get(f"/clips/{clip.pk}/").content.decode()
    assert ("Nobody is seen in the picture in your profile" in page) == told


@pytest.mark.parametrize(("people", "told"), [(1, True), (2, False)])
def test_that_nobody_else_is_in_the_film_is_told(clip: Clip, user: User, people: int, told: bool) -> None:
    Clip.objects.update(poster="poster.jpg")
    analysis = clip.analyses.get()
    analysis.result["people"] = people
    analysis.save()
    page = sign_in(user).get(f"/clips/{clip.pk}/").content.decode()
    assert ("One person was followed in this film." in page) is told


def analyse_again(clip: Clip, *findings: Finding) -> None:
    analysis = start_analysis(clip=clip)
    fill_diary(analysis=claim(clip), attempt=1, outcome=make_outcome(*findings))
    finish_analysis(analysis=analysis, attempt=1)


@pytest.mark.parametrize(("language", "line"), [("en", "Squat, 10 reps"), ("ko", ", 10회<")])
def test_the_page_says_what_stood_there_before(clip: Clip, user: User, language: str, line: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
    analyse_again(clip, make_finding("lunge", reps=3))
    assert line in sign_in(user).get(f"/clips/{clip.pk}/").content.decode()


GONE = [make_finding("squat", reps=2, start_s=22), make_finding("plank", reps=0, start_s=27, end_s=29, hold_s=2.0)]


@pytest.fixture
def removals(clip: Clip) -> list[str]:
    """Where sets can be had again that a run took away: two reps, and two seconds held."""
    make_exercise("plank")
    analyse_again(clip, make_finding(), *GONE)
    analyse_again(clip, make_finding())
    run = clip.analyses.first()
    start_analysis(clip=clip)
    fail_analysis(analysis=claim(clip), attempt=1, code="internal")  # it changed nothing
    return [f"/analyses/{run.pk}/removed/{place}/" for place in range(len(GONE))]


def test_sets_that_are_gone_are_there_again_by_one_tap(clip: Clip, user: User, removals: list[str]) -> None:
    client, page = sign_in(user), f"/clips/{clip.pk}/"
    lines = ["Before there was also: Squat, 2 reps", "Before there was also: Plank, 2 s"]
    shown = client.get(page).content.decode()
    assert all(line in shown for line in lines) and all(f'action="{address}"' in shown for address in removals)
    for address, line in zip(removals, lines, strict=True):
        for _ in range(2):  # a second tap before the page is there
            answer = client.post(address)
        row = clip.sets.latest("created_at")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{page}#set-{row.pk}")
        assert line not in client.get(page).content.decode()
    squat, plank = clip.sets.filter(start_s__gte=22).order_by("start_s")
    assert (squat.exercise.slug, squat.reps, squat.start_s, squat.end_s) == ("squat", 2, 22, 26)
    assert (plank.exercise.slug, plank.duration_s, plank.start_s, plank.end_s) == ("plank", 2, 27, 29)
    assert all(squat.is_locked(name) for name in ("exercise", "reps", "start_s", "end_s"))
    correct_set(row=squat, reps=4)
    assert lines[0] not in client.get(page).content.decode()
    analyse_again(clip, make_finding(), *GONE)
    assert clip.sets.count() == 3


def test_a_set_that_is_gone_and_typed_in_is_not_offered(clip: Clip, user: User, removals: list[str]) -> None:
    client = sign_in(user)
    values = {"exercise": "squat", "reps": "2", "date": clip.day.isoformat()}
    client.post(f"/sets/new/?clip={clip.pk}", values)
    page = client.get(f"/clips/{clip.pk}/").content.decode()
    assert (removals[0] in page, removals[1] in page) == (False, True)


def test_nothing_is_added_where_nothing_was_taken_away(
    clip: Clip, user: User, stranger: User, removals: list[str]
) -> None:
    check_door("post", removals[0], stranger)
    answer = sign_in(user).post(removals[0].replace("/0/", "/2/"), follow=True)
    assert "This is not here." in answer.content.decode()
    assert clip.sets.count() == 1


def test_one_run_at_a_time(clip: Clip, user: User) -> None:
    client = sign_in(user)
    client.post(f"/clips/{clip.pk}/analyse/")
    page = client.post(f"/clips/{clip.pk}/analyse/", follow=True).content.decode()
    assert "already being analysed" in page
    assert clip.analyses.count() == 2


def test_a_point_outside_the_picture_answers_422(clip: Clip, user: User) -> None:
    answer = sign_in(user).post(f"/clips/{clip.pk}/analyse/", {"time_s": "1", "x": "1.5", "y": "0"})
    assert answer.status_code == 422
    assert clip.analyses.count() == 1


def test_a_clip_moves_with_its_sets(clip: Clip, user: User) -> None:
    client = sign_in(user)
    client.post(f"/clips/{clip.pk}/move/", {"date": "2026-03-14"})
    clip.refresh_from_db()
    assert clip.day == clip.sets.get().workout.date == date(2026, 3, 14)
    for day in ("soon", "0001-01-01", "9999-12-31"):
        assert client.post(f"/clips/{clip.pk}/move/", {"date": day}).status_code == 422


@pytest.mark.parametrize(("with_sets", "left"), [("", 1), ("on", 0)])
def test_deleting_with_or_without_the_sets(clip: Clip, user: User, with_sets: str, left: int) -> None:
    client = sign_in(user)
    assert client.get(f"/clips/{clip.pk}/delete/").status_code == 200
    data = {"confirm": "1"} | ({"with_sets": with_sets} if with_sets else {})
    assert client.post(f"/clips/{clip.pk}/delete/", data).status_code == 302
    assert not Clip.objects.exists()
    assert WorkoutSet.objects.count() == left
