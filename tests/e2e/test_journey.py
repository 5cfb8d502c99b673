"""The main job: sign up, upload, watch, find the set in the calendar, correct it, see the correction in the API."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import SAMPLE, Site
from tests.e2e.steps import ANALYSED_MS, DRAWN, choose_clip, count_reps, sign_up, wait_for_set

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_film_to_diary(site: Site, page: Page, clip: Path) -> None:
    sign_up(page, site.url)
    choose_clip(page, clip)
    wait_for_set(page)
    page.get_by_role("link", name="Calendar").click()
    trained = page.locator(".cell.trained")
    expect(trained).to_have_count(1)
    expect(trained.locator("img")).to_have_js_property("complete", True)
    assert trained.locator("img").evaluate("image => image.naturalWidth") > 0
    trained.click()

    before = count_reps(page)
    card = page.locator("set-card").first
    with page.expect_response(re.compile("/correct/")) as saved:
        card.get_by_role("button", name="One rep more").click()
    assert saved.value.status == 200
    expect(page.locator("set-card [data-value]").first).to_have_text(str(before + 1))
    expect(card.get_by_text("yours").first).to_be_visible()

    answer = page.request.get(f"{site.url}/api/v1/sets/").json()
    assert [row["reps"] for row in answer["results"]] == [before + 1]
    assert answer["results"][0]["provenance"]["reps"]["locked"] is True

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("set-card [data-value]").first).to_have_text(str(before))
    assert page.problems == []


def test_the_clip_page_plays_one_rep_under_the_skeleton(site: Site, page: Page) -> None:
    sign_up(page, site.url)
    page.get_by_role("button", name="Try it with the sample").click()
    expect(page.locator("set-card")).to_have_count(1, timeout=ANALYSED_MS)
    expect(page.locator("video")).to_be_visible(timeout=ANALYSED_MS)
    reps = page.locator(".rep")
    assert reps.count() >= 8
    reps.nth(3).click()
    start, end = map(float, str(reps.nth(3).get_attribute("data-play")).split("-"))
    page.wait_for_function("() => !document.querySelector('video').paused")
    page.wait_for_timeout(700)
    at = page.locator("video").evaluate("video => video.currentTime")
    assert start - 0.1 <= at <= end + 0.3
    assert page.locator("clip-player canvas").evaluate(DRAWN)
    assert page.problems == []


def test_another_exercise_in_two_taps(site: Site, page: Page) -> None:
    sign_up(page, site.url)
    page.get_by_role("button", name="Try it with the sample").click()
    expect(page.locator("set-card")).to_have_count(1, timeout=ANALYSED_MS)
    page.locator("set-card [data-pick]").click()
    page.get_by_label("Search exercises").fill("ㄷㄷㄹㅍㅌ")  # first sounds of 데드리프트
    page.get_by_role("button", name="Deadlift", exact=True).click()
    expect(page.locator("set-card h3")).to_have_text("Deadlift")
    answer = page.request.get(f"{site.url}/api/v1/sets/").json()
    assert answer["results"][0]["exercise"] == "deadlift"


def test_everything_works_without_scripts(site: Site, browser: Browser) -> None:
    plain = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="en-US")
    page = plain.new_page()
    sign_up(page, site.url)
    page.get_by_role("link", name="Film a set").click()
    page.locator("input[name=clip]").set_input_files(SAMPLE)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Being analysed")).to_be_visible()
    for _ in range(60):
        page.wait_for_timeout(2000)
        page.reload()
        if page.get_by_role("button", name="One rep more").count():
            break
    before = count_reps(page)
    page.get_by_role("button", name="One rep more").click()
    assert count_reps(page) == before + 1
    assert "/clips/" in page.url
    plain.close()
