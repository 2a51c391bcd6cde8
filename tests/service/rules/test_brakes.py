"""How many automatic answers a number gets."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.rules.brakes import MOST, PER_HOUR, SAME, Brake, answered, freed, heard, is_loop, read_brake, room

NOW = datetime(2027, 3, 2, 15, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEPS = st.lists(st.tuples(st.integers(0, 600), st.booleans(), st.booleans(), st.integers(0, 4)), max_size=120)


@given(STEPS)
def test_a_machine_gets_five_answers_an_hour_and_anybody_thirty(steps: list[tuple[int, bool, bool, int]]) -> None:
    """Over any history: never more than thirty within an hour, nor five since the last thing asked for by name."""
    brake, now, sent, acted = Brake(), NOW, list[datetime](), NOW - timedelta(days=1)
    for seconds, same, act, wanted in steps:
        now += timedelta(seconds=seconds)
        brake = read_brake(heard(brake, now, same=same, act=act).kept)
        acted = now if act and not same else acted
        may = min(wanted, room(brake, now))
        brake = answered(brake, may, now)
        sent += [now] * may
        lately = [at for at in sent if now - at < timedelta(hours=1)]
        assert len(lately) <= MOST
        assert sum(at >= acted for at in lately) <= PER_HOUR


def test_an_hour_later_there_is_room_again() -> None:
    """The cap is of one hour, not for ever."""
    brake = answered(Brake(), PER_HOUR, NOW)
    assert (room(brake, NOW + 59 * MINUTE), room(brake, NOW + 60 * MINUTE)) == (0, PER_HOUR)


def test_a_persons_word_and_something_asked_for_make_room() -> None:
    """Where somebody is really there, nothing is held."""
    full = answered(Brake(), PER_HOUR, NOW)
    assert room(freed(full, NOW + MINUTE), NOW + MINUTE) == PER_HOUR
    assert room(heard(full, NOW + MINUTE, same=False, act=True), NOW + MINUTE) == PER_HOUR
    assert room(heard(full, NOW + MINUTE, same=True, act=True), NOW + MINUTE) == 0


def test_twenty_same_texts_in_five_minutes_are_a_loop() -> None:
    """Nineteen are not, and twenty over a longer time are not."""
    quick = slow = Brake()
    for place in range(SAME - 1):
        quick = heard(quick, NOW + place * MINUTE / 4, same=place > 0, act=False)
        slow = heard(slow, NOW + place * MINUTE, same=place > 0, act=False)
    assert not is_loop(quick)
    assert is_loop(heard(quick, NOW + SAME * MINUTE / 4 - MINUTE / 4, same=True, act=False))
    assert not is_loop(heard(slow, NOW + SAME * MINUTE, same=True, act=False))
    assert not is_loop(heard(quick, NOW + 5 * MINUTE, same=False, act=False))
