"""Tests of the ladder: it never goes quiet while it is open, keeps its order, and reaches everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from config.organisation import LadderPolicy
from service.rules.chain import Chain, chain_of_member, chain_of_stranger
from service.rules.ladder import Ladder, Rung, close, first_rungs, lose, next_rung, rise, take

NOW = datetime(2026, 3, 6, 14, tzinfo=UTC)
SPECIALIST, BACKUP, FIRST, SECOND, OTHER = (UUID(int=number) for number in range(1, 6))
NAMES = {
    SPECIALIST: "specialist",
    BACKUP: "backup",
    FIRST: "first supervisor",
    SECOND: "second supervisor",
    OTHER: "other",
}
CHAIN = chain_of_member(SPECIALIST, BACKUP, [FIRST, SECOND])
POLICY = LadderPolicy(tier2_minutes=(0, 5, 7), round_pause_minutes=10, tier3_repeat_minutes=4, outcome_minutes=60)


def test_tier_two_climbs_rung_by_rung_and_goes_round_again() -> None:
    """The specialist at once, the backup after five minutes, both supervisors after seven, a pause of ten, and again."""
    assert told(2, CHAIN, rungs=5) == [
        (0, ["specialist"]),
        (5, ["backup"]),
        (12, ["first supervisor", "second supervisor"]),
        (22, ["specialist"]),
        (27, ["backup"]),
    ]


def test_tier_three_tells_everybody_at_once_and_repeats() -> None:
    """Nobody waits for anybody, and four minutes later all are told again."""
    everybody = ["specialist", "backup", "first supervisor", "second supervisor"]
    assert told(3, CHAIN, rungs=3) == [(0, everybody), (4, everybody), (8, everybody)]


def test_gaps_in_the_chain_are_closed() -> None:
    """Without a backup the supervisors come second; whoever is both specialist and supervisor is told once a round."""
    assert told(2, chain_of_member(SPECIALIST, None, [FIRST]), rungs=3) == [
        (0, ["specialist"]),
        (5, ["first supervisor"]),
        (15, ["specialist"]),
    ]
    assert chain_of_member(FIRST, FIRST, [FIRST, SECOND]).levels == ((FIRST,), (SECOND,))


def test_who_said_stop_or_cannot_be_reached_is_passed_over_and_named() -> None:
    """The chain goes on without them, and says whom a supervisor has to be told of."""
    chain = chain_of_member(SPECIALIST, BACKUP, [FIRST], out={SPECIALIST})
    assert chain == Chain(((BACKUP,), (FIRST,)), (SPECIALIST,))


def test_a_stranger_s_alert_goes_to_all_on_duty_and_then_to_the_supervisors() -> None:
    """A number that is nobody's has no specialist of its own."""
    assert told(2, chain_of_stranger([SPECIALIST, BACKUP], [FIRST]), rungs=2) == [
        (0, ["specialist", "backup"]),
        (5, ["first supervisor"]),
    ]
    assert told(2, chain_of_stranger([], [FIRST]), rungs=2) == [(0, ["first supervisor"]), (10, ["first supervisor"])]


def test_when_nobody_of_the_chain_is_left_the_other_staff_are_told() -> None:
    """Better somebody who does not know the member than nobody."""
    assert chain_of_member(SPECIALIST, None, [], out={SPECIALIST}, others=[SPECIALIST, OTHER]).levels == ((OTHER,),)


def test_with_nobody_at_all_the_ladder_says_so_and_keeps_asking() -> None:
    """The rung says "nobody", the ladder stays open, and who comes on is told."""
    nobody = chain_of_member(None, None, [])
    ladder, rung = first_rungs(2, nobody, POLICY, NOW)
    assert rung == Rung(NOW, (), "nobody")
    assert ladder.next_at == after(10)
    _, rung = next_rung(ladder, CHAIN, POLICY, after(10))
    assert rung == Rung(after(10), (SPECIALIST,), "alert")


def test_nothing_is_told_before_it_is_due() -> None:
    """Asking too early changes nothing."""
    ladder, _ = first_rungs(2, CHAIN, POLICY, NOW)
    assert next_rung(ladder, CHAIN, POLICY, after(4)) == (ladder, None)


def test_a_first_wait_holds_tier_two_back_and_not_tier_three() -> None:
    """An organisation may wait before the first rung, but not with the gravest words."""
    waits = LadderPolicy(tier2_minutes=(3, 5, 7))
    ladder, rung = first_rungs(2, CHAIN, waits, NOW)
    assert (ladder.next_at, rung) == (after(3), None)
    assert first_rungs(3, CHAIN, waits, NOW)[1] == Rung(NOW, CHAIN.everybody, "alert")


def test_a_failed_delivery_climbs_at_once() -> None:
    """One minute in, the specialist's phone fails: the backup is told that minute, and has five minutes from then."""
    ladder, _ = first_rungs(2, CHAIN, POLICY, NOW)
    ladder, rung = lose(ladder, CHAIN, SPECIALIST, POLICY, after(1))
    assert rung == Rung(after(1), (BACKUP,), "alert")
    assert ladder.next_at == after(8)


def test_a_rung_of_several_climbs_when_the_last_of_them_is_lost() -> None:
    """While one of those on duty may still answer, the next rung keeps its time."""
    chain = chain_of_stranger([SPECIALIST, BACKUP], [FIRST])
    ladder, _ = first_rungs(2, chain, POLICY, NOW)
    ladder, rung = lose(ladder, chain, SPECIALIST, POLICY, after(1))
    assert (ladder.next_at, rung) == (after(5), None)
    ladder, rung = lose(ladder, chain, BACKUP, POLICY, after(2))
    assert rung == Rung(after(2), (FIRST,), "alert")


def test_failures_cannot_drive_the_ladder_in_a_circle() -> None:
    """When all of a round have failed, the next round keeps its pause."""
    ladder, _ = first_rungs(3, CHAIN, POLICY, NOW)
    for staff in CHAIN.everybody:
        ladder, rung = lose(ladder, CHAIN, staff, POLICY, NOW)
        assert rung is None
    assert ladder.next_at == after(4)


def test_the_failure_of_someone_who_was_not_told_changes_nothing() -> None:
    """A late report about another alert does not climb this one."""
    ladder, _ = first_rungs(2, CHAIN, POLICY, NOW)
    assert lose(ladder, CHAIN, OTHER, POLICY, after(1)) == (ladder, None)


def test_taking_it_starts_a_second_clock_that_reminds_and_then_climbs_on() -> None:
    """After an hour the taker is reminded; after another hour it is nobody's, and the others are told first."""
    ladder, _ = first_rungs(2, CHAIN, POLICY, NOW)
    ladder = take(ladder, SPECIALIST, POLICY, after(2))
    assert next_rung(ladder, CHAIN, POLICY, after(61)) == (ladder, None)
    ladder, rung = next_rung(ladder, CHAIN, POLICY, after(62))
    assert rung == Rung(after(62), (SPECIALIST,), "remind")
    ladder, rung = next_rung(ladder, CHAIN, POLICY, after(122))
    assert (ladder.taker, rung) == (None, Rung(after(122), (BACKUP,), "alert"))


def test_taken_twice_it_stays_with_the_first() -> None:
    """The second to take it gets nothing, and the clock of the first goes on."""
    ladder, _ = first_rungs(3, CHAIN, POLICY, NOW)
    ladder = take(ladder, BACKUP, POLICY, after(1))
    assert take(ladder, FIRST, POLICY, after(2)) == ladder


def test_the_taker_may_pass_it_on_and_the_others_are_told_at_once() -> None:
    """A supervisor who took it and passes it on brings it to the specialist, that minute."""
    ladder, _ = first_rungs(2, CHAIN, POLICY, NOW)
    ladder, rung = lose(take(ladder, FIRST, POLICY, after(1)), CHAIN, FIRST, POLICY, after(3))
    assert (ladder.taker, rung) == (None, Rung(after(3), (SPECIALIST,), "alert"))


def test_while_somebody_has_it_the_failure_of_another_tells_nobody() -> None:
    """The backup's phone fails after the specialist took it: the specialist keeps it, and no further phone rings."""
    ladder, _ = first_rungs(2, CHAIN, POLICY, NOW)
    ladder, _ = next_rung(ladder, CHAIN, POLICY, after(5))
    ladder = take(ladder, SPECIALIST, POLICY, after(6))
    lost, rung = lose(ladder, CHAIN, BACKUP, POLICY, after(7))
    assert (lost.taker, lost.next_at, rung) == (SPECIALIST, after(66), None)


def test_who_is_alone_and_passes_it_on_is_told_again_after_a_pause() -> None:
    """There is nobody else; it stays open and comes back."""
    alone = chain_of_member(SPECIALIST, None, [])
    ladder, _ = first_rungs(2, alone, POLICY, NOW)
    ladder, rung = lose(take(ladder, SPECIALIST, POLICY, NOW), alone, SPECIALIST, POLICY, after(3))
    assert (ladder.taker, ladder.next_at, rung) == (None, after(13), None)
    assert next_rung(ladder, alone, POLICY, after(13))[1] == Rung(after(13), (SPECIALIST,), "alert")


def test_graver_words_tell_everybody_at_once() -> None:
    """A tier 2 that rises to 3 does not wait for its next rung; a lower tier changes nothing."""
    ladder, _ = first_rungs(2, CHAIN, POLICY, NOW)
    assert rise(ladder, 2, CHAIN, POLICY, after(1)) == (ladder, None)
    higher, rung = rise(ladder, 3, CHAIN, POLICY, after(1))
    assert rung == Rung(after(1), CHAIN.everybody, "alert")
    assert (higher.tier, higher.next_at) == (3, after(5))


def test_graver_words_leave_it_with_whoever_took_it() -> None:
    """Everybody is told, and the taker's own clock goes on."""
    ladder = take(first_rungs(2, CHAIN, POLICY, NOW)[0], BACKUP, POLICY, after(1))
    higher, rung = rise(ladder, 3, CHAIN, POLICY, after(2))
    assert rung == Rung(after(2), CHAIN.everybody, "alert")
    assert (higher.taker, higher.next_at) == (BACKUP, ladder.next_at)


def test_a_closed_ladder_is_still() -> None:
    """After an outcome nothing is told any more, whatever comes in late."""
    ladder = close(take(first_rungs(3, CHAIN, POLICY, NOW)[0], BACKUP, POLICY, after(1)))
    assert next_rung(ladder, CHAIN, POLICY, after(999)) == (ladder, None)
    assert lose(ladder, CHAIN, BACKUP, POLICY, after(9)) == (ladder, None)
    assert rise(ladder, 4, CHAIN, POLICY, after(9)) == (ladder, None)
    assert take(ladder, FIRST, POLICY, after(9)) == ladder


CHAINS = st.builds(
    chain_of_member,
    st.sampled_from([None, SPECIALIST]),
    st.sampled_from([None, BACKUP]),
    st.lists(st.sampled_from([FIRST, SECOND]), unique=True),
    out=st.sets(st.sampled_from([*NAMES])),
    others=st.just([OTHER]),
)
POLICIES = st.builds(
    LadderPolicy,
    st.lists(st.integers(0, 20), min_size=1, max_size=4).map(tuple),
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(1, 90),
)
# What may happen: time passes (in parts of the wait, 1.0 is when it is due), somebody fails or passes, takes it, the staff change.
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([0.3, 1.0, 1.0, 1.0, 3.0])),
        st.tuples(st.just("lose"), st.sampled_from([*NAMES])),
        st.tuples(st.just("take"), st.sampled_from([*NAMES])),
        st.tuples(st.just("rise"), st.just(3)),
        st.tuples(st.just("chain"), CHAINS),
    ),
    max_size=25,
)


@given(tier=st.sampled_from([2, 3]), chain=CHAINS, policy=POLICIES, events=EVENTS)
@settings(max_examples=300, deadline=None)
def test_it_never_goes_quiet_and_reaches_everybody(
    tier: int, chain: Chain, policy: LadderPolicy, events: Sequence[tuple[str, object]]
) -> None:
    """After any history the next moment is set and near, and from there everybody of the chain is told in bounded time."""
    ladder, chain, now = history(tier, chain, policy, events)
    longest = max(
        *policy.tier2_minutes, policy.round_pause_minutes, policy.tier3_repeat_minutes, policy.outcome_minutes, 1
    )
    assert ladder.next_at is not None
    assert ladder.next_at <= now + timedelta(minutes=longest)

    reached: set[UUID] = set()
    begin = now
    while not set(chain.everybody) <= reached:
        assert ladder.next_at is not None
        now = max(now, ladder.next_at)
        ladder, rung = next_rung(ladder, chain, policy, now)
        assert rung is not None
        reached |= set(rung.staff)
        # Two waits for an outcome, what is left of this round, and a whole round.
        assert now - begin <= timedelta(minutes=2 * policy.outcome_minutes + 2 * (longest + 4 * longest))


@given(chain=CHAINS, policy=POLICIES, events=EVENTS)
@settings(max_examples=300, deadline=None)
def test_the_order_is_kept_and_no_step_is_lost(
    chain: Chain, policy: LadderPolicy, events: Sequence[tuple[str, object]]
) -> None:
    """Within a round nobody is told before somebody of an earlier level; each new moment has a higher fence."""
    ladder, rung = first_rungs(2, chain, policy, NOW)
    now = NOW
    for event in events:
        before = ladder
        ladder, rung, chain, now = step(ladder, chain, policy, now, event)
        assert ladder.fence >= before.fence
        assert ladder.next_at == before.next_at or ladder.fence > before.fence
        if rung and rung.kind == "alert" and ladder.tier == 2:
            place = next(place for place, level in enumerate(chain.levels) if rung.staff[0] in level)
            assert all(staff in ladder.told for level in chain.levels[: place + 1] for staff in level)


def told(tier: int, chain: Chain, rungs: int) -> list[tuple[int, list[str]]]:
    """Give who is told in the first rungs when nobody does anything, with the minutes from the beginning."""
    ladder, rung = first_rungs(tier, chain, POLICY, NOW)
    found = [rung]
    while len(found) < rungs:
        assert ladder.next_at is not None
        ladder, rung = next_rung(ladder, chain, POLICY, ladder.next_at)
        found.append(rung)
    return [((rung.at - NOW) // timedelta(minutes=1), [NAMES[staff] for staff in rung.staff]) for rung in found if rung]


def history(
    tier: int, chain: Chain, policy: LadderPolicy, events: Sequence[tuple[str, object]]
) -> tuple[Ladder, Chain, datetime]:
    """Play events on a new ladder."""
    ladder, _ = first_rungs(tier, chain, policy, NOW)
    now = NOW
    for event in events:
        ladder, _, chain, now = step(ladder, chain, policy, now, event)
    if ladder.next_at is not None and ladder.next_at < now:
        ladder, _ = next_rung(ladder, chain, policy, now)
    return ladder, chain, now


def step(
    ladder: Ladder, chain: Chain, policy: LadderPolicy, now: datetime, event: tuple[str, object]
) -> tuple[Ladder, Rung | None, Chain, datetime]:
    """Play one event: the ladder after it, what is told, the chain and the time."""
    match event:
        case ("wait", float(part)):
            now += (max((ladder.next_at or now) - now, timedelta())) * part
            return *next_rung(ladder, chain, policy, now), chain, now
        case ("lose", UUID() as staff):
            return *lose(ladder, chain, staff, policy, now), chain, now
        case ("take", UUID() as staff):
            return take(ladder, staff, policy, now), None, chain, now
        case ("rise", int(tier)):
            return *rise(ladder, tier, chain, policy, now), chain, now
        case (_, Chain() as other):
            return ladder, None, other, now
    raise AssertionError(event)


def after(minutes: int) -> datetime:
    """Give a time some minutes after the beginning."""
    return NOW + timedelta(minutes=minutes)
