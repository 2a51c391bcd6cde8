"""What is decided where an older database was restored: which texts are whose, in which order, and what must not begin again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.conversations import Beginning, begin
from service.gateways.twilio import Known
from service.reconciling import RULE, is_ours, pair, stops_first, take_back, unknown_of
from service.store.outcomes import Handed
from service.store.rows import Outbound, QueueItem, Timer
from service.store.scene import Scene
from tests.house import NOW, RHYTHM, SAM, load_words_once, phone, sams_scene, setting
from tests.stored import a_number, an_outbound

OURS, SAMS = "+15555550100", "+15555550101"
MINUTE = timedelta(minutes=1)


def came(sid: str, body: str, minutes: float, sender: str = SAMS) -> Known:
    """A text that came in some minutes after noon."""
    return Known(sid, sender, OURS, body, "received", NOW + minutes * MINUTE, direction="inbound")


def went(sid: str, body: str, minutes: float = 0, to: str = SAMS, direction: str = "outbound-api") -> Known:
    """A text of ours."""
    return Known(sid, OURS, to, body, "delivered", NOW + minutes * MINUTE, direction=direction)


def test_whoever_last_said_stop_is_heard_before_everybody() -> None:
    """Their stop comes first, even before their own earlier words; whoever came back since is read in order."""
    texts = [
        came("1", "help", 0), came("2", "STOP", 1), came("3", "hello", 0.5, "+15555550102"),
        came("4", "alto", 2, "+15555550102"), came("5", "START", 3), came("6", "basta", 9, "+15555550103"),
    ]  # fmt: skip
    ordered = [known.sid for known in stops_first(texts, load_words_once())]
    assert set(ordered[:2]) == {"4", "6"}
    assert ordered[2:] == ["1", "3", "2", "5"]


def test_the_providers_own_answers_are_not_ours() -> None:
    """Where Twilio confirms a STOP, that is no sign of an older database."""
    assert [is_ours(went("1", "x")), is_ours(went("2", "x", direction="outbound-reply"))] == [True, False]


def test_a_second_copy_of_an_uncertain_text_is_no_sign_of_anything() -> None:
    """Its id is unknown here, but its recipient and words are not."""
    sent = [went("1", "alert 7"), went("2", "alert 7"), went("3", "alert 8")]
    assert [known.sid for known in unknown_of(sent, {"1"}, {(SAMS, "alert 7")})] == ["3"]


def test_each_text_is_paired_with_one_of_the_list() -> None:
    """Two texts with the same words are two; the oldest goes with the oldest, and what is known stays out of it."""
    number = a_number(SAMS)
    rows = [Handed(an_outbound(number, body=body), number) for body in ("hi", "hi", "hi", "yo")]
    pairs = pair(rows, [went("b", "hi", 2), went("a", "hi", 1), went("k", "hi", 0)], {"k"})
    assert [(row_id, known.sid) for row_id, known in pairs] == [(rows[0].outbound.id, "a"), (rows[1].outbound.id, "b")]


def restored(scene: Scene, *sent: Known, came_in: tuple[Known, ...] = (), now: datetime = NOW) -> Scene:
    """Sam's scene with texts recorded that it did not know."""
    return take_back(scene, setting(), sent, came_in, now)


def test_what_nobody_asked_for_counts_for_the_caps() -> None:
    """A text that answered something is an answer; any other counts as unasked, and says why it is here."""
    scene = restored(sams_scene(), went("1", "how are you", -30), went("2", "good", -4), came_in=(came("9", "ok", -5),))
    rows = scene.all(Outbound)
    assert [(row.kind, row.state, row.sid) for row in rows] == [
        ("routine", "delivered", "1"),
        ("answer", "delivered", "2"),
    ]
    assert {row.reason["rule"] for row in rows} == {RULE}
    again = restored(sams_scene(), went("1", "how are you", -30))
    assert again.all(Outbound)[0].id == rows[0].id


def test_a_check_in_that_may_have_gone_out_does_not_go_again() -> None:
    """Its moment is settled with a reason, also where the cap would leave room, and the next one is set."""
    before = sams_scene("given", replace(RHYTHM, next_at=NOW - 20 * MINUTE))
    scene = restored(before.with_rows(replace(SAM, per_day=5)), went("1", "hi", -20, direction=""))
    due = Timer("check-in", RHYTHM.id, SAM.number_id, NOW - 20 * MINUTE, fence="1")
    after = on_check_in(replace(scene, changed={}), setting(), conversation_handlers(), due, NOW)
    [held] = [row for row in after.changed.values() if isinstance(row, Outbound)]
    assert (held.state, "restored" in held.reason["rule"]) == ("withheld", True)
    assert [row for row in after.changed.values() if isinstance(row, Timer)]


def test_a_conversation_that_went_on_without_us_ends() -> None:
    """What it asked last is not known, so nobody's answer is taken for one."""
    scene = begin(sams_scene(), setting(), conversation_handlers(), Beginning("check-in", "schedule", "theirs"), NOW)
    assert restored(scene, went("1", "and then?")).conversation is None


def test_a_welcome_that_may_have_been_sent_is_for_a_person() -> None:
    """Nobody is asked for their consent twice by a machine."""
    scene = restored(sams_scene("unknown"), went("1", "Hi Sam"))
    assert ("welcome", SAM.id) in scene.cancelled
    assert [(item.why, item.role) for item in scene.all(QueueItem)] == [("restored", "coordinator")]
    assert restored(sams_scene(), went("1", "Hi Sam")).all(QueueItem) == ()


def test_a_text_to_staff_is_staffs() -> None:
    """It counts for no cap of a member."""
    scene = replace(sams_scene(), number=phone(21, "staff"))
    assert [row.kind for row in restored(scene, went("1", "[B2] hello")).all(Outbound)] == ["staff"]
