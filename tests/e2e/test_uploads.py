"""Uploads from a phone with bad reception."""

from __future__ import annotations

import os
import re
import uuid
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.conftest import Site
from tests.e2e.steps import choose_clip, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SLOW_BYTES_S = 400_000
FIRST_PART_BYTES = 8 * 1024 * 1024  # what the page sends at a time


@pytest.fixture
def big_clip(tmp_path: Path) -> Path:
    """Not a film, so that the end is a known failure; large enough to be interrupted."""
    path = tmp_path / "long set.mp4"
    path.write_bytes(os.urandom(7_000_000))
    return path


def throttle(context: BrowserContext, page: Page, *, offline: bool = False, up: int = SLOW_BYTES_S) -> None:
    session = context.new_cdp_session(page)
    limits = {"offline": offline, "latency": 20, "downloadThroughput": -1, "uploadThroughput": up}
    session.send("Network.emulateNetworkConditions", limits)


def wait_for_percent(page: Page, least: int) -> None:
    page.wait_for_function(
        "least => parseInt(document.querySelector('[data-queue] [data-percent]')?.textContent || '0') >= least",
        arg=least,
    )


def test_goes_on_after_a_restart_of_the_server(site: Site, page: Page, context: BrowserContext, big_clip: Path) -> None:
    sign_up(page, site.url)
    page.goto(f"{site.url}/upload/")
    throttle(context, page)  # of this page only: another one begins without limits
    page.locator("input[name=clip]").set_input_files(big_clip)
    wait_for_percent(page, 20)
    site.stop()
    page.wait_for_timeout(1500)
    site.start()
    throttle(context, page, up=-1)
    expect(page.get_by_text("This file is not a video.")).to_be_visible(timeout=90_000)
    assert page.problems == []


def test_uploads_go_on_after_the_database_was_away(site: Site, page: Page, tmp_path: Path) -> None:
    sign_up(page, site.url)
    page.goto(f"{site.url}/upload/")
    refused: list[str] = []

    def be_away(route: Route) -> None:
        """Twice for each kind of question: the bytes, and what became of the film."""
        kind = route.request.method
        if refused.count(kind) >= 2:
            route.continue_()
            return
        refused.append(kind)
        problem = {"code": "unavailable", "title": "This is not available at the moment.", "status": 503}
        route.fulfill(status=503, json=problem, headers={"Retry-After": "60"})

    page.route("**/api/v1/uploads/**", be_away)
    page.route(re.compile(r"/api/v1/clips/[0-9a-f-]+/$"), be_away)
    films = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for film in films:
        film.write_bytes(os.urandom(200_000))
    page.locator("input[name=clip]").set_input_files(films)
    expect(page.get_by_text("This file is not a video.")).to_have_count(2, timeout=90_000)
    assert page.url.endswith("/upload/")
    assert {"POST", "PATCH", "GET"} <= set(refused)


def test_a_clip_chosen_before_the_script_arrives_is_not_lost(site: Site, page: Page, tmp_path: Path) -> None:
    film = tmp_path / "early.mp4"
    film.write_bytes(os.urandom(200_000))
    sign_up(page, site.url)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/upload-queue*.js", hold)
    page.goto(f"{site.url}/upload/", wait_until="commit")
    page.locator("input[name=clip]").set_input_files(film)
    assert page.locator("[data-queue] li").count() == 0
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_text("This file is not a video.")).to_be_visible(timeout=60_000)
    assert page.problems == []


def test_a_closed_tab_goes_on_when_the_file_is_chosen_again(
    site: Site, page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    film = tmp_path / "two parts.mp4"
    film.write_bytes(os.urandom(FIRST_PART_BYTES + 2_000_000))
    sign_up(page, site.url)
    page.goto(f"{site.url}/upload/")
    dead = cut_after_first_part(page)
    page.locator("input[name=clip]").set_input_files(film)
    expect(page.locator("[data-percent]")).to_have_text(re.compile("^(8|9)"), timeout=60_000)
    page.wait_for_timeout(1000)
    assert dead, "the second part was never sent"
    page.close()

    fresh = context.new_page()
    fresh.goto(f"{site.url}/upload/")
    expect(fresh.get_by_role("heading", name="Not finished")).to_be_visible()
    sent: list[int] = []
    fresh.on("request", lambda r: r.method == "PATCH" and sent.append(int(r.headers["upload-offset"])))
    fresh.locator("input[name=clip]").set_input_files(film)
    expect(fresh.get_by_text("This file is not a video.")).to_be_visible(timeout=90_000)
    assert sent == [FIRST_PART_BYTES]  # the rest only
    expect(fresh.get_by_role("link", name="Fill it in yourself")).to_be_visible()


def cut_after_first_part(page: Page) -> list[str]:
    """Let one PATCH through, then let the connection die each time; returns what died."""
    seen: list[str] = []
    dead: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method == "PATCH" and seen:
            dead.append(route.request.url)
            route.abort("connectionreset")
            return
        if route.request.method == "PATCH":
            seen.append(route.request.url)
        route.continue_()

    page.route("**/api/v1/uploads/**", answer)
    return dead


def test_what_was_stopped_is_not_called_unfinished(site: Site, page: Page, big_clip: Path) -> None:
    sign_up(page, site.url)
    page.goto(f"{site.url}/upload/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            route.continue_()
        else:
            held.append(route)  # bytes, and later the word that the upload is over

    page.route("**/api/v1/uploads/**", hold)
    page.locator("input[name=clip]").set_input_files(big_clip)
    page.wait_for_function("() => Object.keys(localStorage).length > 0")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-queue] li")).to_have_count(0)
    expect(page.get_by_role("heading", name="Not finished")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="Not finished")).to_be_hidden()
    assert page.problems == []


def remember_upload(page: Page, name: str, created: str, upload: str) -> None:
    """As the script that resumes uploads does it, for a film of three bytes."""
    page.evaluate(
        """([filename, creationTime, upload]) => {
            const row = { size: 3, metadata: { filename }, creationTime, uploadUrl: `/api/v1/uploads/${upload}/` };
            localStorage.setItem(`tus::deukgeun-upload-${filename}-video/mp4-3-1::${upload}`, JSON.stringify(row));
        }""",
        [name, created, upload],
    )


def test_only_what_the_server_still_has_is_unfinished_and_the_newest_goes_on(site: Site, page: Page) -> None:
    sign_up(page, site.url)
    page.clock.set_fixed_time(datetime(2026, 11, 27, 12, tzinfo=ZoneInfo("Asia/Seoul")))  # a Friday
    page.goto(f"{site.url}/upload/")
    old, earlier, newest = (str(uuid.uuid4()) for _ in range(3))
    remember_upload(page, "gone.mp4", "Thu Nov 26 2026 11:00:00 GMT+0900 (Korean Standard Time)", old)
    remember_upload(page, "here.mp4", "Thu Nov 26 2026 20:00:00 GMT+0900 (Korean Standard Time)", earlier)
    remember_upload(page, "here.mp4", "Fri Nov 27 2026 10:00:00 GMT+0900 (Korean Standard Time)", newest)
    page.reload()
    expect(page.locator("[data-unfinished-list] li")).to_have_text(["here.mp4"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "HEAD" else None)
    page.evaluate(
        "document.querySelector('upload-queue').add("
        "[new File(['abc'], 'here.mp4', {type: 'video/mp4', lastModified: 1})])"
    )
    expect(page.get_by_text("This file is not a video.")).to_be_visible(timeout=60_000)
    assert asked == [f"{site.url}/api/v1/uploads/{newest}/"]  # by the time, not by the name of the day


def test_an_empty_file_is_told_at_once(site: Site, page: Page, tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    sign_up(page, site.url)
    choose_clip(page, empty)
    expect(page.get_by_text("The file is empty.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)  # there is nothing to stop
    page.get_by_role("button", name="Close").click()
    expect(page.locator("li.upload")).to_have_count(0)


def test_a_lost_line_is_told_at_once(site: Site, page: Page, context: BrowserContext, big_clip: Path) -> None:
    sign_up(page, site.url)
    page.goto(f"{site.url}/upload/")
    throttle(context, page)
    page.locator("[data-choose]").first.set_input_files(big_clip)
    expect(page.locator("li.upload [data-text]")).to_have_text("Uploading")
    context.set_offline(True)
    expect(page.locator("li.upload [data-text]")).to_contain_text("No connection")
    context.set_offline(False)
    expect(page.locator("li.upload [data-text]")).to_have_text("Uploading")


def test_several_clips_at_once(site: Site, page: Page, tmp_path: Path) -> None:
    films = [tmp_path / name for name in ("one.mp4", "two.mp4")]
    for film in films:
        film.touch()
    sign_up(page, site.url)
    page.goto(f"{site.url}/upload/")
    expect(page.get_by_text("Several at once are fine.")).to_be_visible()
    page.locator("input[name=clip]").set_input_files(films)
    expect(page.get_by_text("The file is empty.")).to_have_count(2)
