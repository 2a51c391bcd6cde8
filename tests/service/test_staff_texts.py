"""What a text from a staff phone ends in: sent to the one it is meant for, held and asked back, or kept and said so."""

from dataclasses import replace

import pytest

from service.replies import HELD
from service.store.rows import Escalation, Held, Inbound, Json, Ledger, Number, Outbound, Page, QueueItem, Thread
from tests.house import CORA, DAN, ROSA, SAM, SUE
from tests.scenes import LEE, LUZ, World, heard


def open_both(world: World) -> tuple[str, str]:
    """Sam's and Luz's threads on Rosa's phone, and their tags."""
    world.says(SAM.number_id, "saw a heron today")
    world.says(LUZ.number_id, "hoy llueve mucho")
    return world.tag(ROSA, SAM.number_id), world.tag(ROSA, LUZ.number_id)


def persons_words(texts: list[Outbound]) -> list[tuple[object, str]]:
    """Texts that carry a person's words to a member."""
    return [(text.number_id, text.body) for text in texts if text.kind == "person" and text.state == "queued"]


def last(world: World) -> Json:
    """What the last message ended in."""
    return world.all(Inbound)[-1].ends


def waiting(world: World, number_id: object) -> list[QueueItem]:
    """What waits about a number."""
    return [item for item in world.all(QueueItem) if item.number_id == number_id and item.closed_at is None]


def test_a_reply_goes_to_the_one_open_thread_signed_and_answers_it() -> None:
    """With one thread no tag is needed; the name is added, and what waited is answered by a person."""
    world = World()
    world.says(SAM.number_id, "saw a heron today")
    texts = world.says(ROSA.number_id, "how lovely")
    assert persons_words(texts) == [(SAM.number_id, "how lovely - Rosa")]
    assert waiting(world, SAM.number_id) == []
    [item] = [item for item in world.all(QueueItem) if item.number_id == SAM.number_id]
    assert (item.closed_by, item.closed_how) == (ROSA.id, "a person answered")
    assert last(world) == {"in": ["relay"], "how": "sent"}


@pytest.mark.parametrize("form", ["{} hi", "[{}] hi", "({}) hi", "{}: hi"])
def test_a_tag_in_any_form_goes_where_it_says(form: str) -> None:
    """The tag decides, in any bracket and case."""
    world = World()
    _, luz = open_both(world)
    assert persons_words(world.says(ROSA.number_id, form.format(luz.lower()))) == [(LUZ.number_id, "hi - Rosa")]


def test_words_without_a_tag_between_two_are_held_and_asked_back() -> None:
    """Nobody gets them until the tag alone says who; then exactly those words go there."""
    world = World()
    sam, luz = open_both(world)
    asked = world.says(ROSA.number_id, "thinking of you")
    assert persons_words(asked) == []
    assert sam in asked[0].body
    assert luz in asked[0].body
    assert "held" in last(world)["in"]
    assert persons_words(world.says(ROSA.number_id, luz)) == [(LUZ.number_id, "thinking of you - Rosa")]
    assert world.all(Held)[0].settled_how == f"sent by {luz}"
    assert waiting(world, SAM.number_id)


def test_a_thread_that_closed_a_moment_ago_still_makes_words_ambiguous() -> None:
    """For ten minutes the closed one may be meant; after that the open one is."""
    world = World()
    sam, _ = open_both(world)
    world.says(ROSA.number_id, f"DONE {sam}")
    world.later(9)
    assert persons_words(world.says(ROSA.number_id, "good night")) == []
    world.later(2)
    assert persons_words(world.says(ROSA.number_id, "good night")) == [(LUZ.number_id, "good night - Rosa")]


def test_a_thread_opened_a_moment_ago_makes_words_ambiguous() -> None:
    """Words typed while another member's arrived are asked back."""
    world = World()
    world.says(SAM.number_id, "saw a heron today")
    world.later(60)
    world.says(LUZ.number_id, "hoy llueve mucho")
    assert persons_words(world.says(ROSA.number_id, "how lovely")) == []


def test_of_two_held_replies_a_tag_alone_sends_neither() -> None:
    """Nobody can tell which is meant: both are asked for again."""
    world = World()
    sam, _ = open_both(world)
    world.says(ROSA.number_id, "one")
    world.says(ROSA.number_id, "two")
    texts = world.says(ROSA.number_id, sam)
    assert persons_words(texts) == []
    assert "2" in heard(texts, ROSA.number_id)[0]
    assert persons_words(world.says(ROSA.number_id, sam)) == []


def test_a_reply_held_long_ago_is_asked_for_again() -> None:
    """A tag alone on another day does not send yesterday's words."""
    world = World()
    sam, _ = open_both(world)
    world.says(ROSA.number_id, "see you at ten")
    world.now += HELD
    assert persons_words(world.says(ROSA.number_id, sam)) == []


def test_held_words_that_were_sent_again_are_settled() -> None:
    """Who repeats the words with the tag does not have them sent twice by a tag alone."""
    world = World()
    sam, _ = open_both(world)
    world.says(ROSA.number_id, "See you")
    world.says(ROSA.number_id, f"{sam} see you")
    assert persons_words(world.says(ROSA.number_id, sam)) == []


def test_a_tag_that_is_not_open_here_sends_nothing_and_keeps_the_words() -> None:
    """A slip is asked back; the right tag alone then sends the words without the wrong one."""
    world = World()
    sam, _ = open_both(world)
    texts = world.says(ROSA.number_id, "Q9 how are you")
    assert persons_words(texts) == []
    assert "Q9" in texts[0].body
    assert sam in texts[0].body
    assert persons_words(world.says(ROSA.number_id, sam)) == [(SAM.number_id, "how are you - Rosa")]


def test_words_that_begin_with_two_tags_are_asked_back() -> None:
    """Two open tags in front leave open who is meant."""
    world = World()
    sam, luz = open_both(world)
    assert persons_words(world.says(ROSA.number_id, f"{sam} {luz} good morning")) == []


def test_one_phones_tag_is_nothing_on_another() -> None:
    """A tag works on the phone that it was given to."""
    world = World()
    sam, _ = open_both(world)
    world.says(LEE.number_id, "hello there")
    world.says(LEE.number_id, "hello again")
    other = "B9" if world.tag(DAN, LEE.number_id) == sam else sam
    assert persons_words(world.says(DAN.number_id, f"{other} hi")) == []


def test_words_that_nobody_waits_for_stand_in_the_coordinators_queue() -> None:
    """With no thread at all they are kept, and the writer is told that they went to nobody."""
    world = World()
    texts = world.says(ROSA.number_id, "is anyone at the office")
    assert "sent to nobody" in heard(texts, ROSA.number_id)[0]
    assert [(item.role, item.why) for item in waiting(world, ROSA.number_id)] == [("coordinator", "from staff")]


def test_done_with_a_tag_closes_the_thread_and_what_waited() -> None:
    """DONE is a person's word that nothing waits any more."""
    world = World()
    sam, luz = open_both(world)
    world.says(ROSA.number_id, f"listo [{sam}]")
    assert [thread.closed_how for thread in world.all(Thread) if thread.tag == sam] == ["done"]
    assert waiting(world, SAM.number_id) == []
    assert waiting(world, LUZ.number_id)
    assert "not open" in heard(world.says(ROSA.number_id, f"{sam} still there?"), ROSA.number_id)[0]
    assert world.tag(ROSA, LUZ.number_id) == luz


def test_a_reply_to_someone_who_said_stop_is_not_sent_and_says_so() -> None:
    """Nothing goes to who said stop; the writer knows, the reason is kept, and what waited still waits."""
    world = World()
    world.says(SAM.number_id, "saw a heron today")
    world.says(SAM.number_id, "stop")
    texts = world.says(ROSA.number_id, "how lovely")
    assert heard(texts, SAM.number_id) == []
    assert [text.reason["rule"] for text in texts if text.state == "withheld"] == ["they said stop"]
    assert "STOP" in heard(texts, ROSA.number_id)[0]
    assert waiting(world, SAM.number_id)


def test_danger_in_a_reply_to_a_thread_is_about_somebody_else() -> None:
    """A specialist may ask about suicide without an alert about herself."""
    world = World()
    world.says(SAM.number_id, "everything is heavy today")
    world.says(ROSA.number_id, "are you thinking of it? i want to kill myself is hard to say")
    assert world.all(Escalation) == []


def test_danger_in_other_words_of_staff_raises_an_alert_about_them() -> None:
    """Words that go to no thread are her own: her backup is told, and never she herself."""
    world = World()
    texts = world.says(ROSA.number_id, "i want to kill myself")
    [alert] = world.all(Escalation)
    assert (alert.number_id, alert.member_id, alert.tier) == (ROSA.number_id, None, 2)
    assert any("urgent alert" in body for body in heard(texts, DAN.number_id))
    world.later(60)
    assert {page.staff_id for page in world.all(Page)} == {DAN.id, SUE.id}


def test_danger_about_the_only_supervisor_still_reaches_somebody() -> None:
    """An alert about the supervisor goes to whoever else works here."""
    world = World()
    world.says(SUE.number_id, "i want to kill myself")
    assert world.all(Page)
    assert SUE.id not in {page.staff_id for page in world.all(Page)}


def test_how_an_alert_went_is_not_read_as_danger() -> None:
    """The words of an outcome are about the member."""
    world = World()
    world.says(SAM.number_id, "i want to kill myself")
    world.says(ROSA.number_id, f"DONE {world.code(ROSA)} she said i want to kill myself, hospital now")
    assert [alert.state for alert in world.all(Escalation)] == ["closed"]


def test_stop_from_a_staff_phone_is_confirmed_once_told_on_and_passes_the_ladder_over() -> None:
    """STOP is honoured like anyone's; the supervisor knows, and the alert goes on to the next."""
    world = World()
    world.says(SAM.number_id, "i want to kill myself")
    texts = world.says(ROSA.number_id, "STOP")
    assert [text.kind for text in texts if text.number_id == ROSA.number_id] == ["consent"]
    assert any("said STOP" in body for body in heard(texts, SUE.number_id))
    assert any("urgent alert" in body for body in heard(world.later(0), DAN.number_id))
    assert [entry.what for entry in world.all(Ledger)] == ["stopped"]
    again = world.says(ROSA.number_id, "stop")
    assert again == []


def test_stop_from_the_taker_leaves_the_alert_to_others() -> None:
    """Whoever took an alert and says stop does not keep it."""
    world = World()
    world.says(SAM.number_id, "i want to kill myself")
    world.says(ROSA.number_id, world.code(ROSA))
    world.says(ROSA.number_id, "STOP")
    world.later(0)
    [alert] = world.all(Escalation)
    assert (alert.state, alert.taken_by) == ("open", None)
    assert DAN.id in {page.staff_id for page in world.all(Page)}


def test_nothing_at_all_goes_to_a_staff_phone_that_said_stop() -> None:
    """No alert, no relay, no answer: only START brings texts back."""
    world = World()
    world.says(ROSA.number_id, "STOP")
    said = [world.says(SAM.number_id, "i want to kill myself"), world.says(ROSA.number_id, "hello"), world.later(120)]
    assert [heard(texts, ROSA.number_id) for texts in said] == [[], [], []]
    assert len(heard(world.says(ROSA.number_id, "START"), ROSA.number_id)) == 1


def test_help_from_a_staff_phone_says_how_it_works() -> None:
    """HELP is answered with what staff can type."""
    world = World()
    assert "tag in front" in heard(world.says(ROSA.number_id, "HELP"), ROSA.number_id)[0]


@pytest.mark.parametrize("word", ["TALK", "PAUSE", "NOW", "yes", "si"])
def test_the_members_words_are_not_read_from_staff(word: str) -> None:
    """Service words from a specialist are a reply like any other."""
    world = World()
    world.says(SAM.number_id, "saw a heron today")
    assert persons_words(world.says(ROSA.number_id, word)) == [(SAM.number_id, f"{word} - Rosa")]
    assert world.all(Escalation) == []


def test_a_member_hears_their_own_language_and_the_staff_theirs() -> None:
    """The service's texts to staff are in the language of each."""
    world = World()
    world.put([replace(ROSA, language="es")])
    assert "nadie" in heard(world.says(ROSA.number_id, "anybody"), ROSA.number_id)[0]


@pytest.mark.parametrize("body", ["", "   ", "\n", "👍", "\x00", "a" * 5000])
def test_no_text_of_staff_is_lost(body: str) -> None:
    """Empty, odd and enormous texts end somewhere, and are settled."""
    world = World()
    world.says(CORA.number_id, body)
    assert world.all(Inbound)[-1].state == "settled"
    assert last(world)["in"]


def test_the_numbers_of_both_sides_keep_their_consent_and_owner() -> None:
    """A talk changes nothing about whose numbers they are."""
    world = World()
    before = {number.id: (number.owner, number.consent) for number in world.all(Number)}
    open_both(world)
    world.says(ROSA.number_id, "hi")
    assert {number.id: (number.owner, number.consent) for number in world.all(Number)} == before
