"""Uploads from a phone with bad reception."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.steps import choose_clip, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SLOW_BYTES_S = 400_000


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


def percent(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("[data-percent]").inner_text()) or 0)


def wait_for_percent(page: Page, least: int) -> None:
    page.wait_for_function(
        "least => parseInt(document.querySelector('[data-queue] [data-percent]')?.textContent || '0') >= least",
        arg=least,
    )


def test_goes_on_after_a_restart_of_the_server(site: Site, page: Page, context: BrowserContext, big_clip: Path) -> None:
    sign_up(page, site.url)
    throttle(context, page)
    choose_clip(page, big_clip)
    wait_for_percent(page, 20)
    site.stop()
    page.wait_for_timeout(1500)
    site.start()
    throttle(context, page, up=-1)
    expect(page.get_by_text("This file is not a video.")).to_be_visible(timeout=90_000)
    assert page.problems == []


def test_a_closed_tab_goes_on_when_the_file_is_chosen_again(
    site: Site, page: Page, context: BrowserContext, big_clip: Path
) -> None:
    sign_up(page, site.url)
    throttle(context, page)
    choose_clip(page, big_clip)
    wait_for_percent(page, 30)
    page.close()

    fresh = context.new_page()
    fresh.goto(f"{site.url}/upload/")
    expect(fresh.get_by_role("heading", name="Not finished")).to_be_visible()
    sent: list[int] = []
    fresh.on("request", lambda r: r.method == "PATCH" and sent.append(int(r.headers["upload-offset"])))
    fresh.locator("input[name=clip]").set_input_files(big_clip)
    expect(fresh.get_by_text("This file is not a video.")).to_be_visible(timeout=60_000)
    assert sent and sent[0] > 0  # not from the start
    expect(fresh.get_by_role("link", name="Fill it in yourself")).to_be_visible()


def test_an_empty_file_is_told_at_once(site: Site, page: Page, tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    sign_up(page, site.url)
    choose_clip(page, empty)
    expect(page.get_by_text("The file is empty.")).to_be_visible()
