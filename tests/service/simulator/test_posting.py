"""Posting to the service: the signature, and Twilio's retries."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from service.simulator.posting import NotOurs, sign
from tests.service.simulator.fake_service import TOKEN
from tests.service.simulator.running import Simulator

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(form=st.dictionaries(TEXT, TEXT, max_size=6), path=st.sampled_from(["", "/twilio/messages", "/a?b=c&d="]))
def test_a_signature_is_the_one_that_twilios_library_computes(form: dict[str, str], path: str) -> None:
    """Two programs written apart agree on every form."""
    url = "https://checkins.example.org" + path
    assert sign(TOKEN, url, form) == RequestValidator(TOKEN).compute_signature(url, form)


@pytest.mark.parametrize(
    ("fragment", "answers", "seen", "status"),
    [
        ("", [500], 1, 500),
        ("#rc=2&rp=5xx", [500, 503], 3, 200),
        ("#rc=1&rp=5xx", [500, 503], 2, 503),
        ("#rc=5&rp=4xx", [500, 503], 1, 500),
        ("#rc=3&rp=all", [404, 500], 3, 200),
    ],
)
def test_a_fragment_sets_what_is_tried_again(
    simulator: Simulator, fragment: str, answers: list[str | int], seen: int, status: int
) -> None:
    """Without one an error is not tried again, as with Twilio; the fragment is neither signed nor sent."""
    simulator.service.answers["/hook"] = list(answers)
    answer = simulator.world.poster.post(f"{simulator.service.public_url}/hook{fragment}", {"CallSid": "CA1"})
    assert answer.status == status
    assert len(simulator.service.forms("/hook")) == seen
    assert simulator.service.refused == 0


def test_a_service_that_is_away_is_no_answer(start: Callable[..., Simulator]) -> None:
    """A refused connection is tried once more and then told as such."""
    simulator = start(service="http://127.0.0.1:9")
    answer = simulator.world.poster.post_path("/hook", {})
    assert (answer.status, answer.failure) == (None, "connect")


@pytest.mark.parametrize("end", [".example.org/hook", "0/hook", "@example.org/"])
def test_an_address_that_only_begins_like_the_service_is_refused(simulator: Simulator, end: str) -> None:
    """The public address ends at a slash, a question mark, or the end."""
    with pytest.raises(NotOurs):
        simulator.world.poster.post(simulator.service.public_url + end, {})
