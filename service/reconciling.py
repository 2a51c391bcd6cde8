"""Making good an older database, as pure decisions: in which order what came in is read, and what our own texts tell.

Whatever the provider has was sent. What it was is no longer known: a text of which the member wrote something just before
counts as an answer, any other as one that nobody asked for, so that no cap is passed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from config.vocabulary import Words
from service.conversations import end
from service.deliveries.outcomes import read_report
from service.gateways.twilio import Known
from service.handoffs import Passing
from service.queues import wait_for_person
from service.rules.consent_words import read_consent
from service.rules.kinds import KINDS
from service.rules.segments import count_segments
from service.rules.setting import Setting
from service.store.outcomes import Handed
from service.store.rows import Outbound
from service.store.scene import Scene
from service.timers import cancel_timer

ANSWERED_WITHIN = timedelta(minutes=10)
RULE = "it went out before an older database was restored; what it was is no longer known"
ENDED = "an older database was restored, and what was said since is not known"


def stops_first(found: Sequence[Known], words: Words) -> list[Known]:
    """Texts that came in, oldest first, but before all of them the last word of everybody who last said stop."""
    ordered = sorted(found, key=lambda known: known.created)
    last: dict[str, Known] = {
        known.sender: known for known in ordered if read_consent(words, known.body, stopped=True) in ("stop", "start")
    }
    stops = [known for known in last.values() if read_consent(words, known.body, stopped=True) == "stop"]
    return [*stops, *(known for known in ordered if known not in stops)]


def is_ours(known: Known) -> bool:
    """Whether we asked for a text; the provider's own answers to consent words are not ours."""
    return known.direction in ("", "outbound-api")


def unknown_of(sent: Iterable[Known], sids: Collection[str], written: Collection[tuple[str, str]]) -> list[Known]:
    """Texts of ours in the provider's list that this database knows neither by their id nor by recipient and words.

    A text may have gone out twice where it was uncertain, and then one of its ids is not known: that is no sign of anything.
    """
    return [
        known for known in sent if is_ours(known) and known.sid not in sids and (known.to, known.body) not in written
    ]


def pair(rows: Sequence[Handed], sent: Iterable[Known], sids: Collection[str]) -> list[tuple[UUID, Known]]:
    """Each text of ours without an id with one in the provider's list to the same number in the same words, oldest first."""
    free: dict[tuple[str, str], list[Known]] = {}
    for known in sorted(sent, key=lambda known: known.created):
        if known.sid not in sids:
            free.setdefault((known.to, known.body), []).append(known)
    pairs = ((row, free.get((row.number.number, row.outbound.body), [])) for row in rows)
    return [(row.outbound.id, fitting.pop(0)) for row, fitting in pairs if fitting]


def take_back(scene: Scene, setting: Setting, sent: Sequence[Known], came: Sequence[Known], now: datetime) -> Scene:
    """The scene with texts to its number recorded that this database did not know, and nothing begun that they may have been.

    The open conversation ends quietly, since it went on without us; moments of schedules until now count as spoken; a welcome
    that may have been sent is for a person, who can ask.
    """
    rows = [_row(scene, known, came, now) for known in sent]
    memory = {**scene.number.memory, "restored_at": now.isoformat()}
    scene = end(scene.with_rows(*rows, replace(scene.number, memory=memory)), now, ENDED)
    member = scene.member
    if member is None or scene.number.consent != "unknown":
        return scene
    scene = cancel_timer(scene, "welcome", member.id)
    return wait_for_person(scene, setting, Passing("restored", "coordinator"), now, staff_id=None, thread_id=None)


def by_number(sent: Iterable[Known]) -> Mapping[str, list[Known]]:
    """Texts by the number that they went to, oldest first."""
    found: dict[str, list[Known]] = {}
    for known in sorted(sent, key=lambda known: known.created):
        found.setdefault(known.to, []).append(known)
    return found


def _row(scene: Scene, known: Known, came: Sequence[Known], now: datetime) -> Outbound:
    kind, size = _kind(scene, known, came), count_segments(known.body)
    report = read_report(known.sid, known.status, known.error_code)
    state = "unknown" if report is None else report.state
    return Outbound(
        # The same id whoever finds it, so that it is recorded once.
        uuid5(NAMESPACE_URL, known.sid), scene.number.id, kind, KINDS[kind].lane, known.body, "en", known.created,
        known.created, state=state, reason={"rule": RULE}, segments=size.segments, encoding=size.encoding, sid=known.sid,
        sent_at=known.created, final_at=None if state == "sent" else now, error_code=known.error_code,
    )  # fmt: skip


def _kind(scene: Scene, known: Known, came: Sequence[Known]) -> str:
    if scene.number.owner == "staff":
        return "staff"
    asked = any(
        text.sender == known.to and timedelta(0) <= known.created - text.created <= ANSWERED_WITHIN for text in came
    )
    return "answer" if asked or scene.member is None else "routine"
