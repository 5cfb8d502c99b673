"""Quick fingers and slow lines: no tap on a set is lost, and the page never says otherwise than the diary."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.e2e.conftest import Site
from tests.e2e.steps import ANALYSED_MS, count_reps, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
CORRECT = re.compile("/correct/$")
PLUS_AND = "document.querySelector('[data-step=\"1\"]').click();"


@pytest.fixture
def day(site: Site, page: Page) -> str:
    """The address of a day with one set of ten squats."""
    sign_up(page, site.url)
    page.goto(f"{site.url}/sets/new/?date=2026-03-14&exercise=squat&reps=10")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("set-card [data-value]")).to_have_text("10")
    page.wait_for_function("() => customElements.get('set-card')")
    return f"{site.url}/days/2026-03-14/"


def read_set(page: Page, site: Site) -> dict[str, Any]:
    """The only set, as the diary has it."""
    rows = page.request.get(f"{site.url}/api/v1/sets/").json()["results"]
    assert len(rows) == 1
    return rows[0]


def wait_for_reps(page: Page, site: Site, reps: int) -> None:
    """What is sent while a page goes is written a moment later."""
    deadline = time.monotonic() + 10
    while read_set(page, site)["reps"] != reps and time.monotonic() < deadline:
        time.sleep(0.1)
    assert read_set(page, site)["reps"] == reps


def hold(page: Page, address: re.Pattern[str], times: int) -> list[Route]:
    """Keep the next requests from the server until the test lets them go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep, times=times)
    return held


def wait_for_held(page: Page, held: list[Route], number: int) -> None:
    for _ in range(100):
        if len(held) == number:
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{len(held)} requests instead of {number}")


def test_a_name_right_after_a_tap_takes_the_tap_along(site: Site, page: Page, day: str) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if CORRECT.search(request.url) else None)
    page.evaluate(
        PLUS_AND + "document.querySelector('[data-pick]').click();"
        "document.querySelector('.pick[value=\"deadlift\"]').click();"
    )
    expect(page.locator("set-card h3")).to_have_text("Deadlift")
    expect(page.locator("set-card [data-value]")).to_have_text("11")
    expect(page.locator("[data-status]")).to_have_text("Saved")
    row = read_set(page, site)
    assert (row["exercise"], row["reps"], len(sent)) == ("deadlift", 11, 1)
    assert page.problems == []


def test_a_tap_right_before_leaving_is_saved(site: Site, page: Page, day: str) -> None:
    page.evaluate(PLUS_AND + "location.assign('/clips/');")
    page.wait_for_url("**/clips/")
    wait_for_reps(page, site, 11)


def test_a_link_leads_to_a_page_that_knows_of_the_tap(site: Site, page: Page, day: str) -> None:
    page.evaluate(PLUS_AND + "document.querySelector('.set-foot a').click();")
    expect(page.get_by_label("Reps")).to_have_value("11")


def test_a_link_on_a_dead_line_asks_before_it_leaves(site: Site, page: Page, day: str) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.route(CORRECT, lambda route: route.abort("connectionreset"), times=1)
    page.get_by_role("button", name="One rep more").click()
    page.get_by_role("link", name="Edit").click()
    page.wait_for_url("**/sets/**")
    wait_for_reps(page, site, 11)
    assert asked == ["beforeunload"]


def test_without_a_connection_a_tap_is_tried_again(site: Site, page: Page, day: str) -> None:
    page.route(CORRECT, lambda route: route.abort("connectionreset"), times=2)
    page.get_by_role("button", name="One rep more").click()
    expect(page.locator("[data-status]")).to_have_text("⟳")
    expect(page.locator("[data-status]")).to_have_text("Saved")
    assert (count_reps(page), read_set(page, site)["reps"]) == (11, 11)
    assert page.problems == []


def test_a_page_that_is_left_while_there_is_no_answer_sends_once_more(site: Site, page: Page, day: str) -> None:
    held = hold(page, CORRECT, times=1)
    page.evaluate(PLUS_AND)
    wait_for_held(page, held, 1)
    page.evaluate("location.assign('/clips/')")
    page.wait_for_url("**/clips/")
    wait_for_reps(page, site, 11)


def test_taps_during_a_save_follow_it_one_after_the_other(site: Site, page: Page, day: str) -> None:
    held = hold(page, CORRECT, times=2)
    plus = page.get_by_role("button", name="One rep more")
    plus.click()
    wait_for_held(page, held, 1)
    plus.click()
    page.wait_for_timeout(700)  # long enough to have been sent beside the first
    assert len(held) == 1
    held[0].continue_()
    wait_for_held(page, held, 2)
    assert count_reps(page) == 12
    held[1].continue_()
    expect(page.locator("[data-status]")).to_have_text("Saved")
    assert (count_reps(page), read_set(page, site)["reps"]) == (12, 12)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("set-card [data-value]")).to_have_text("11")
    assert read_set(page, site)["reps"] == 11
    assert page.problems == []


def test_undo_right_after_a_tap_takes_back_that_tap(site: Site, page: Page, day: str) -> None:
    page.get_by_role("button", name="One rep more").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.evaluate(PLUS_AND + "document.querySelector('[data-undo] button').click();")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert (count_reps(page), read_set(page, site)["reps"]) == (11, 11)
    assert page.problems == []


def test_the_end_of_a_run_does_not_put_an_older_card_in_place_of_a_correction(site: Site, page: Page) -> None:
    sign_up(page, site.url)
    page.get_by_role("button", name="Try it with the sample").click()
    expect(page.locator("set-card")).to_have_count(1, timeout=ANALYSED_MS)
    expect(page.locator("analysis-progress")).to_have_count(0, timeout=ANALYSED_MS)
    before = count_reps(page)
    page.get_by_role("button", name="More about this clip").click()
    page.get_by_role("button", name="Analyse again").click()
    expect(page.locator("analysis-progress")).to_have_count(1)
    held = hold(page, re.compile(r"/clips/[0-9a-f-]+/$"), times=1)
    page.evaluate("void document.querySelector('analysis-progress').refresh()")
    wait_for_held(page, held, 1)
    older = held[0].fetch()
    with page.expect_response(CORRECT):
        page.get_by_role("button", name="One rep more").click()
    held[0].fulfill(response=older)
    page.wait_for_timeout(500)
    assert count_reps(page) == before + 1
    expect(page.locator("analysis-progress")).to_have_count(0, timeout=ANALYSED_MS)
    assert (count_reps(page), read_set(page, site)["reps"]) == (before + 1, before + 1)
    assert page.problems == []


def test_a_page_asks_again_while_the_site_is_away_and_shows_that_it_is_broken(site: Site, page: Page) -> None:
    sign_up(page, site.url)
    page.get_by_role("button", name="Try it with the sample").click()
    expect(page.locator("analysis-progress")).to_have_count(1)
    answers, asked = [503, 503], []

    def refuse(route: Route) -> None:
        status = answers.pop(0) if answers else 500
        asked.append((status, route.request.resource_type))
        route.fulfill(status=status, body="<h1>Broken</h1>", content_type="text/html")

    page.route(re.compile(r"/clips/[0-9a-f-]+/$"), refuse)
    expect(page.get_by_role("heading", name="Broken")).to_be_visible(timeout=ANALYSED_MS)
    assert asked == [(503, "fetch"), (503, "fetch"), (500, "fetch"), (500, "document")]


def test_the_page_of_a_clip_is_called_as_its_set_is(site: Site, page: Page) -> None:
    sign_up(page, site.url)
    page.get_by_role("button", name="Try it with the sample").click()
    expect(page.locator("set-card")).to_have_count(1, timeout=ANALYSED_MS)
    expect(page.locator("analysis-progress")).to_have_count(0, timeout=ANALYSED_MS)
    page.locator("set-card [data-pick]").click()
    page.locator('.pick[value="deadlift"]').click()
    expect(page.locator("set-card h3")).to_have_text("Deadlift")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deadlift")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("set-card h3")).not_to_have_text("Deadlift")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Deadlift")
    assert page.problems == []


def test_a_name_that_the_list_does_not_have_is_added_and_can_be_chosen_again(site: Site, page: Page, day: str) -> None:
    page.goto(day)
    page.get_by_role("link", name="Change exercise").click()
    search = page.get_by_label("Search exercises")
    search.fill("squat")
    new = page.get_by_role("button", name="New exercise, counted in reps")
    expect(new).to_be_hidden()  # it is in the list
    search.fill("Zercher squat")
    expect(new).to_be_in_viewport()
    new.click()
    expect(page.locator("set-card h3")).to_have_text("Zercher squat")
    expect(page.locator("set-card [data-status]")).to_have_text("Saved")
    assert read_set(page, site)["exercise_name"] == "Zercher squat"

    page.get_by_role("link", name="Change exercise").click()
    page.locator('.pick[value="deadlift"]').click()
    expect(page.locator("set-card h3")).to_have_text("Deadlift")
    page.get_by_role("link", name="Change exercise").click()
    search.fill("zercher")
    page.locator(".picks").get_by_role("button", name="Zercher squat").click()
    expect(page.locator("set-card h3")).to_have_text("Zercher squat")
    assert read_set(page, site)["exercise_name"] == "Zercher squat"
    assert page.problems == []


def test_words_of_a_gym_find_exercises_and_enter_takes_what_was_named(site: Site, page: Page, day: str) -> None:
    page.goto(day)
    title, search = page.locator("set-card h3"), page.get_by_label("Search exercises")
    shown = page.locator(".picks .pick:visible")

    def look_for(words: str) -> None:
        page.get_by_role("link", name="Change exercise").click()
        search.fill(words)

    for words, name in [
        ("push-up", "Push-up"),
        ("RDL", "Romanian deadlift"),
        ("squats", "Squat"),
        ("ohp", "Overhead press"),
    ]:
        look_for(words)
        search.press("Enter")
        expect(title).to_have_text(name)
    look_for("biceps curl")
    expect(shown).to_have_text(["Barbell curl", "Dumbbell curl"])
    search.press("Enter")  # which of them? Nothing is chosen
    expect(shown).to_have_count(2)
    search.fill("ㅅㅋㅌ")
    expect(shown.first).to_have_text("Squat")
    search.fill("press shoulder")
    expect(shown).to_contain_text(["Machine shoulder press", "Overhead press"])
    assert page.problems == []


def test_a_slip_of_the_finger_finds_what_was_meant(site: Site, page: Page, day: str) -> None:
    page.goto(day)
    shown, search = page.locator(".picks .pick:visible"), page.get_by_label("Search exercises")
    near, new = page.get_by_text("Did you mean one of these?"), page.get_by_role("button", name="New exercise, counted")
    page.get_by_role("link", name="Change exercise").click()
    slips = {"sqaut": "Squat", "benhc press": "Bench press", "deadlfit": "Deadlift", "스콰트": "Squat"}
    for typed, meant in slips.items():
        search.fill(typed)
        expect(shown.first).to_have_text(meant)
        expect(near).to_be_visible()
        expect(new).to_be_in_viewport()  # it may be one of the person's own
    search.press("Enter")  # a guess is not taken without a look
    expect(shown.first).to_be_visible()
    search.fill("squat")
    expect(near).to_be_hidden()
    search.fill("qqq")
    expect(page.get_by_text("Try a shorter word")).to_be_visible()
    expect(shown).to_have_count(0)
    search.fill("sqaut")
    shown.first.click()
    expect(page.locator("set-card h3")).to_have_text("Squat")
    assert page.problems == []


def test_plus_weight_leads_to_the_weight(site: Site, page: Page, day: str) -> None:
    page.goto(day)
    page.get_by_role("link", name="+ weight").click()
    expect(page.get_by_label("Weight (kg)")).to_be_focused()
    page.keyboard.type("62.5")
    page.keyboard.press("Enter")
    expect(page.locator("set-card .load")).to_have_text("× 62.5 kg")
    assert read_set(page, site)["weight_kg"] == 62.5


def test_the_form_s_list_is_searched_too(site: Site, page: Page, day: str) -> None:
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("button", name="Search exercises").click()
    page.get_by_role("searchbox").fill("rdl")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_label("Exercise", exact=True)).to_have_value("romanian_deadlift")
    page.get_by_role("button", name="Search exercises").click()
    page.get_by_role("searchbox").fill("Sandbag hold")
    page.get_by_role("button", name="seconds held").click()
    expect(page.get_by_label("Exercise", exact=True)).to_have_value("")
    expect(page.get_by_label("Counted in")).to_have_value("hold")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("set-card h3")).to_have_text("Sandbag hold")
    assert page.problems == []
