"""The phones page as HTML: what it shows and what its forms do without a script."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.service.simulator.running import ANA, BEN, Simulator

PEOPLE = [
    {"number": BEN, "name": "Ben <b>", "role": "specialist", "language": "en"},
    {"number": ANA, "name": "Ana", "role": "member", "language": "es", "zone": "America/Chicago"},
]


@pytest.fixture
def peopled(start: Callable[..., Simulator]) -> Simulator:
    """A simulator whose service names a member and a specialist, at nine in the morning in New York."""
    simulator = start(start=datetime(2026, 3, 6, 14, 5, tzinfo=UTC), zone=ZoneInfo("America/New_York"))
    simulator.service.state["people"] = PEOPLE
    return simulator


def _page(simulator: Simulator, query: str = "") -> str:
    answer = simulator.ask("GET", f"/{query}")
    assert answer.status == 200
    return re.sub(r"\s+", " ", answer.data.decode())


def _press(simulator: Simulator, key: str, **fields: str) -> str:
    """Press a button and follow the redirect to the page, as a browser without a script does."""
    answer = simulator.ask("POST", f"/press/{key}", fields=fields)
    assert answer.status == 303, answer.data
    return _page(simulator, answer.headers["Location"].lstrip("/"))


def test_a_member_and_a_specialist_stand_side_by_side_and_it_is_said_to_be_a_simulator(peopled: Simulator) -> None:
    """Names are escaped, and the page says in words that nothing here is real."""
    page = _page(peopled)
    assert "This is a simulator. The people and numbers are made up" in page
    assert page.index(f'data-side="left" data-number="{ANA}"') < page.index(f'data-side="right" data-number="{BEN}"')
    assert "Ben &lt;b&gt;" in page


def test_any_phone_can_be_chosen_even_a_strangers(peopled: Simulator) -> None:
    """The address says whose phones are shown."""
    page = _page(peopled, f"?left=%2B12025550199&right={ANA.replace('+', '%2B')}")
    assert 'data-side="left" data-number="+12025550199"' in page
    assert f'data-side="right" data-number="{ANA}"' in page


def test_times_are_those_of_the_phones_owner(peopled: Simulator) -> None:
    """Ana is an hour behind the organisation."""
    page = _page(peopled)
    assert '<span id="now">Fri 6 Mar, 9:05 am</span>' in page
    assert '<span class="time-here">Fri 6 Mar, 8:05 am</span>' in page


def test_a_text_shows_its_words_language_state_and_segments(peopled: Simulator) -> None:
    """Words are escaped and marked with the language of the phone's owner."""
    peopled.create(Body="Hola & <buenas>")
    peopled.until(lambda: peopled.phone()["messages"][0]["status"] == "delivered")
    page = _page(peopled)
    assert '<p class="words" lang="es" dir="auto">Hola &amp; &lt;buenas&gt;</p>' in page
    assert '<span class="state">arrived, 1 segment</span>' in page


def test_without_a_script_a_form_sends_and_shows_the_same_phones(peopled: Simulator) -> None:
    """The text is posted to the service and stands on the phone; the other phone is still the one that was chosen."""
    page = _press(peopled, "text", number=ANA, text="Hola", left=ANA, right="+12025550199")
    assert 'role="status">Sent.</p>' in page
    assert 'data-number="+12025550199"' in page
    assert peopled.service.forms("/twilio/messages")[0]["Body"] == "Hola"


def test_an_empty_text_is_not_sent_and_the_page_says_why(peopled: Simulator) -> None:
    """A slip of the finger sends nothing."""
    assert "write a text first" in _press(peopled, "text", number=ANA, text="  ")
    assert peopled.service.forms("/twilio/messages") == []


def test_a_service_that_fails_is_told_in_words(peopled: Simulator) -> None:
    """The status the service answered with is on the page, and among what it got wrong."""
    peopled.service.answers["/twilio/messages"] = [500]
    page = _press(peopled, "text", number=ANA, text="Hola")
    assert "the service answered 500" in page
    assert '<span id="problems">1</span>' in page


def test_a_call_is_shown_with_what_was_said(peopled: Simulator) -> None:
    """Each sentence has its language."""
    peopled.service.answers["/twilio/calls"] = ['<Response><Say language="es-US">Hola.</Say></Response>']
    page = _press(peopled, "call", number=ANA, left=ANA)
    assert '<p class="words" lang="es-US">Hola.</p>' in page


@pytest.mark.parametrize(
    ("wish", "now"),
    [
        ({"advance": "600"}, "Fri 6 Mar, 9:15 am"),
        ({"advance": "3600"}, "Fri 6 Mar, 10:05 am"),
        ({"to": "morning"}, "Sat 7 Mar, 9:00 am"),
    ],
)
def test_time_is_moved_by_the_buttons(peopled: Simulator, wish: dict[str, str], now: str) -> None:
    """The page then tells the new time."""
    assert f"It is now {now}." in _press(peopled, "time", **wish)


def test_a_service_that_does_not_rest_is_told_on_the_page(start: Callable[..., Simulator]) -> None:
    """The page says that time was not moved all the way."""
    simulator = start(patience=0.1)
    simulator.service.state["idle"] = False
    assert "not moved all the way" in _press(simulator, "time", advance="600")


def test_the_script_is_told_only_what_is_new_to_show(peopled: Simulator) -> None:
    """One small request gives the time and the lines of both phones."""
    peopled.create(Body="Hola")
    told: dict[str, Any] = peopled.ask("GET", "/screens").json()
    assert told.keys() == {"now", "problems", "phones"}
    assert "Hola" in told["phones"]["left"]["lines"]
    assert "Hola" not in told["phones"]["right"]["lines"]


def test_no_other_site_may_act_and_nothing_is_loaded_from_outside(peopled: Simulator) -> None:
    """A post with another origin is refused; the page may load from itself alone."""
    refused = peopled.ask(
        "POST", f"/phones/{ANA}/texts", fields={"text": "hi"}, headers={"Origin": "http://elsewhere.example"}
    )
    assert refused.status == 403
    policy = peopled.ask("GET", "/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r'(src|href)="(https?:)?//', _page(peopled))


def test_the_page_works_while_the_service_is_away(start: Callable[..., Simulator]) -> None:
    """With nobody named, a stranger's phone is there to try."""
    assert "A stranger" in _page(start(service="http://127.0.0.1:9"))
