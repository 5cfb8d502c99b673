"""What a person does, in their words."""

from __future__ import annotations

import uuid
from pathlib import Path

from playwright.sync_api import Page, expect

PASSWORD = "long-enough-for-a-gym-9"
ANALYSED_MS = 240_000  # two busy cores
DRAWN = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(v => v > 0)"


def sign_up(page: Page, url: str) -> str:
    """A new person with a new diary."""
    email = f"lifter-{uuid.uuid4().hex[:8]}@example.com"
    page.goto(url)
    page.get_by_role("link", name="Start your diary").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Start your diary").click()
    expect(page.get_by_role("heading", name="Your first set belongs here")).to_be_visible()
    return email


def choose_clip(page: Page, *paths: Path) -> None:
    """Tap the big key and choose files."""
    page.get_by_role("link", name="Film a set").click()
    page.locator("input[name=clip]").set_input_files(list(paths))


def wait_for_set(page: Page) -> None:
    """Stay on the page until the set is found."""
    expect(page.locator("[data-found]").first).to_be_visible(timeout=ANALYSED_MS)


def count_reps(page: Page) -> int:
    """What the first card says."""
    return int(page.locator("set-card [data-value]").first.inner_text())
