"""Every message sent, held or withheld has its reason, and it can be told (promise 13)."""

import re

from hypothesis import given
from hypothesis import strategies as st

from service.assembly import conversation_handlers
from service.explained_words import say_ends, say_outbound, say_reading
from service.member_texts import decide_text
from service.staff_texts import decide_staff
from service.store.rows import Inbound, Outbound
from service.store.scene import Scene, scene_of
from tests.house import NIGHT, NOW, ROSA, phone, sams_scene, setting, staff_rows, strangers_scene

WORDS = [
    *("STOP", "start", "HELP", "ayuda", "TALK", "NOW", "PAUSE", "BACK", "SKIP", "CALL", "LANGUAGE ES", "MENU", "WHY"),
    *("", "\ufffd", "hello", "3", "I want to die", "took all my pills", "quiero morirme", "thank you"),
    *("B2 hello", "1000001", "PASS 1000001", "DONE B2", "4444444", "FREE Rosa"),
]
HANDLERS = conversation_handlers()
TEXT_NAMED = re.compile(r"(is|:) [a-z_]+( \(|\.$)")  # the name of a text, which may end a reason


def staffs_scene() -> Scene:
    """Rosa's own phone, as gathered."""
    number = phone(21, "staff")
    facts = {"published": {}, "tags": [], "running": 0, "routine_at": [], "last_in_at": None}
    return scene_of(number, [row for row in staff_rows() if row.key != number.key], facts)


def after(scene: Scene, texts: list[str], *, night: bool) -> Scene:
    """The scene after a number of texts, one after the other."""
    consulted, now = setting(), NIGHT if night else NOW
    for place, text in enumerate(texts):
        inbound = Inbound(consulted.new_id(), f"SM{place}", scene.number.id, "+15555550100", text, now)
        if scene.staff is not None:
            scene = decide_staff(scene.with_rows(inbound), consulted, inbound, now)
        else:
            scene = decide_text(scene, consulted, HANDLERS, inbound, now)
    return scene


@given(
    st.sampled_from(["given", "unknown", "stopped", "stranger", "staff"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5),
    st.booleans(),
)
def test_every_message_tells_why_it_went_or_did_not(who: str, texts: list[str], night: bool) -> None:  # noqa: FBT001
    """Whatever is written by whomever: each text of ours tells a rule, each of theirs what it ended in."""
    scenes = {"stranger": strangers_scene, "staff": staffs_scene}
    scene = after(scenes[who]() if who in scenes else sams_scene(who), texts, night=night)
    for message in scene.all(Outbound):
        _, why, *_ = say_outbound(message, "somebody", "UTC")
        assert message.reason["rule"]
        assert "fault" not in why
        assert not {"told:", "answer:"} & set(why.split())  # what a program calls things
        assert "_" not in TEXT_NAMED.sub("", why)
    for inbound in scene.all(Inbound):
        assert "fault" not in say_ends(inbound)[0]
        assert say_reading(inbound)


def test_the_staffs_scene_is_rosas() -> None:
    """The scene of this file is what it says."""
    assert staffs_scene().staff == ROSA
