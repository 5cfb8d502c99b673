"""Somebody else is meant: the tap, and what is said when nobody is there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.steps import ANALYSED_MS, DRAWN, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_tap_beside_everybody_says_so_in_sight_and_changes_nothing(site: Site, page: Page) -> None:
    sign_up(page, site.url)
    page.get_by_role("button", name="Try it with the sample").click()
    expect(page.locator("set-card")).to_have_count(1, timeout=ANALYSED_MS)
    expect(page.locator("video")).to_be_visible(timeout=ANALYSED_MS)
    before = page.locator("set-card [data-value]").first.inner_text()
    assert not page.locator("clip-player canvas").evaluate(DRAWN)  # the still is of another moment
    page.get_by_role("button", name="That is not me").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0")
    page.wait_for_timeout(500)
    corner = page.locator("video").bounding_box()
    assert corner is not None
    page.mouse.click(corner["x"] + 6, corner["y"] + 6)
    alert = page.get_by_role("alert").filter(has_text="Nobody was found where you tapped.")
    expect(alert).to_be_in_viewport(timeout=ANALYSED_MS)
    expect(page.locator("set-card [data-value]").first).to_have_text(before)
    expect(page.get_by_role("link", name="Fill it in yourself")).to_have_count(0)
    assert page.problems == []


@pytest.mark.parametrize("width", [320, 390])
def test_the_profile_is_as_wide_as_the_phone(site: Site, page: Page, width: int) -> None:
    sign_up(page, site.url)
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{site.url}/profile/")
    assert page.evaluate("document.documentElement.scrollWidth") == width
