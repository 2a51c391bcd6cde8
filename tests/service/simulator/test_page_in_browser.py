"""The phones page in a real browser: live without reloading, with the keyboard alone, and without barriers."""

import os
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.service.simulator.running import ANA, BEN, Simulator

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
# Without the last four a Chromium looks for hosts of its maker at start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; CHROMIUM names one"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this module."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, simulator: Simulator) -> Iterator[Page]:
    """The phones page with a member and a specialist, and some texts and a call on it; no script may fail."""
    simulator.service.state["people"] = [
        {"number": ANA, "name": "Ana", "role": "member", "language": "es"},
        {"number": BEN, "name": "Ben", "role": "specialist", "language": "en"},
    ]
    simulator.create(Body="Buenos dias, Ana.")
    simulator.text("hola")
    simulator.ask("POST", f"/phones/{ANA}/calls")
    opened = browser.new_page()
    failures: list[str] = []
    opened.on("pageerror", lambda problem: failures.append(str(problem)))
    opened.goto(simulator.url)
    yield opened
    opened.close()
    assert failures == []


def test_a_text_typed_and_sent_with_the_keyboard_appears_without_reloading(page: Page, simulator: Simulator) -> None:
    """Enter sends, the line appears in the log, and the entry is empty again with the focus in it."""
    entry = page.get_by_label("Text from Ana")
    entry.focus()
    page.keyboard.type("estoy aqui")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").first).to_contain_text("estoy aqui")
    expect(entry).to_have_value("")
    expect(entry).to_be_focused()
    assert simulator.service.forms("/twilio/messages")[-1]["Body"] == "estoy aqui"


def test_what_arrives_is_added_once_and_its_state_follows(page: Page, simulator: Simulator) -> None:
    """A line that was there is not put there again, so that a screen reader says it once."""
    lines = page.get_by_role("log").first.locator("li")
    expect(lines).to_have_count(3)
    lines.first.evaluate("line => { line.dataset.marked = 'yes'; }")
    simulator.create(Body="Una cosa mas")
    expect(lines).to_have_count(4)
    expect(lines.last).to_contain_text("arrived")
    expect(lines.first).to_have_attribute("data-marked", "yes")


def test_time_buttons_tell_the_new_time(page: Page) -> None:
    """The words are in a status, which a screen reader says by itself."""
    page.get_by_role("button", name="+1 hour").click()
    expect(page.get_by_role("status")).to_contain_text("It is now")


def test_the_first_tabs_are_links_past_the_controls(page: Page) -> None:
    """A keyboard reaches the first phone in two strokes."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the first phone")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#phone-left")).to_be_focused()


@pytest.mark.parametrize("width", [1100, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_is_no_serious_barrier_at_any_width_or_colour(page: Page, scheme: str, width: int) -> None:
    """Axe finds nothing serious, and nothing runs over the side at 320 pixels."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["help"]) for each in found if each["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
