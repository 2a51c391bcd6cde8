"""Promise 10 over random histories: nobody's words reach anybody they were not meant for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from service.store.rows import Held, Outbound, QueueItem, Thread
from tests.house import ROSA, SAM
from tests.scenes import LUZ, World

MEMBERS = (SAM.number_id, LUZ.number_id)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["member", "tagged", "untagged", "tag alone", "done"]), st.integers(0, 1)),
        st.tuples(st.just("later"), st.sampled_from([0, 1, 9, 11, 60, 800])),
    ),
    max_size=40,
)  # fmt: skip


@dataclass
class Rosa:
    """A specialist who always knows whom she means, and does not always say."""

    world: World = field(default_factory=World)
    meant: dict[str, UUID] = field(default_factory=dict)  # words -> the number they are meant for
    asked: list[str] = field(default_factory=list)  # words she was asked back about, still unsaid
    sent: list[Outbound] = field(default_factory=list)

    def tag(self, number_id: UUID) -> str | None:
        """The tag of somebody's open thread on her phone."""
        open_ones = [t for t in self.world.all(Thread) if t.staff_id == ROSA.id and t.closed_at is None]
        return next((thread.tag for thread in open_ones if thread.number_id == number_id), None)

    def types(self, words: str, text: str, number_id: UUID) -> None:
        """Send a text whose words are meant for one number."""
        self.meant[words] = number_id
        held = len(self.world.all(Held))
        self.sent += self.world.says(ROSA.number_id, text)
        self.asked += [words] * (len(self.world.all(Held)) - held)

    def step(self, place: int, what: str, given_: int) -> None:
        """Let one thing happen."""
        number_id = MEMBERS[given_ % 2]
        tag, words = self.tag(number_id), f"words {place}"
        if what == "later":
            self.sent += self.world.later(given_)
        elif what == "member":
            self.sent += self.world.says(number_id, f"hello number {place}")
        elif what == "done" and tag:
            self.world.says(ROSA.number_id, f"DONE {tag}")
        elif what == "tagged" and tag:
            self.types(words, f"[{tag}] {words}", number_id)
        elif what == "untagged":
            self.types(words, words, self.only_one() or number_id)
        elif what == "tag alone" and self.asked:
            self.answer()

    def only_one(self) -> UUID | None:
        """Whom untagged words are plainly for: the one thread on this phone in the last ten minutes."""
        lately = self.world.now - timedelta(minutes=10)
        threads = [
            t for t in self.world.all(Thread) if t.staff_id == ROSA.id and (t.closed_at is None or t.closed_at > lately)
        ]
        return threads[0].number_id if len(threads) == 1 else None

    def answer(self) -> None:
        """Answer what she was asked with the tag alone: it can only be about the last words."""
        tag = self.tag(self.meant[self.asked[-1]])
        if tag is not None:
            self.sent += self.world.says(ROSA.number_id, tag)
            self.asked.clear()


def to_members(sent: list[Outbound]) -> list[Outbound]:
    """A person's words that went to a member."""
    return [text for text in sent if text.kind == "person"]


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_words_reach_only_whom_they_are_meant_for(steps: list[tuple[str, int]]) -> None:
    """With tags, without, with a tag afterwards: what is delivered is delivered to the right one, once."""
    rosa = Rosa()
    for place, (what, given_) in enumerate(steps):
        rosa.step(place, what, given_)
    delivered = to_members(rosa.sent)
    assert len({text.body for text in delivered}) == len(delivered)
    for text in delivered:
        assert rosa.meant[text.body.removesuffix(" - Rosa")] == text.number_id


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_no_two_open_threads_of_a_phone_have_one_tag_and_none_comes_back_in_a_week(
    steps: list[tuple[str, int]],
) -> None:
    """A tag is one thread's for as long as it is open, and for seven days after."""
    rosa = Rosa()
    for place, (what, given_) in enumerate(steps):
        rosa.step(place, what, given_)
    threads = [thread for thread in rosa.world.all(Thread) if thread.staff_id == ROSA.id]
    for one in threads:
        for other in threads:
            if one.id != other.id and one.tag == other.tag:
                first, second = sorted((one, other), key=lambda thread: thread.opened_at)
                assert first.closed_at is not None
                assert second.opened_at >= first.closed_at + timedelta(days=7)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_what_a_member_wrote_waits_until_a_person_answers(steps: list[tuple[str, int]]) -> None:
    """Promise 2: a member whose last message nobody answered stands in the queue, whatever time does."""
    rosa = Rosa()
    unanswered: dict[UUID, bool] = {}
    for place, (what, given_) in enumerate(steps):
        before = len(rosa.sent)
        tag = rosa.tag(MEMBERS[given_ % 2])
        rosa.step(place, what, given_)
        answered = {text.number_id for text in to_members(rosa.sent[before:])}
        unanswered |= dict.fromkeys(answered, False)
        if what == "member" or (what == "done" and tag):
            unanswered[MEMBERS[given_ % 2]] = what == "member"
    waiting = {item.number_id for item in rosa.world.all(QueueItem) if item.closed_at is None}
    assert {number_id for number_id, waits in unanswered.items() if waits} <= waiting
