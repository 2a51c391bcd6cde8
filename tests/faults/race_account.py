"""The account of the races: consent and claims, in the order in which the database committed them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tests.faults.account import Account
from tests.faults.races import Told
from tests.faults.witness import Seen

GONE = ("sent", "delivered", "undelivered")  # the provider has it
Noted = frozenset[tuple[int, UUID]]  # by transaction and number: one transaction may note what became of many texts
CONFIRMATIONS = {"stopped": "stop_confirmed", "given": "start_confirmed"}


@dataclass(slots=True)
class Course:
    """What happened to one number: every change of its consent, and what stands against the promises."""

    decisions: list[tuple[int, str]] = field(
        default_factory=list
    )  # (transaction, consent), in the order of the commits
    consent: str = "unknown"
    waiting: set[str] = field(default_factory=set)
    flying: set[str] = field(default_factory=set)
    crossing: Counter[int] = field(default_factory=Counter)  # by the STOP that they crossed
    counts: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def take(self, seen: Seen, noted: Noted) -> None:
        """One more change; `noted` are the crossings in the ledger."""
        if seen.what == "numbers" and seen.turned("consent"):
            self._decide(seen)
        elif seen.what == "outbound" and seen.turned("state"):
            self._move(seen, noted)

    def _decide(self, seen: Seen) -> None:
        self.consent = seen.row["consent"]
        if seen.was is not None:
            self.decisions.append((seen.xid, self.consent))
        if self.consent == "stopped" and seen.was is not None:
            self.counts["stops"] += 1
            self.counts["stops that met a text on its way"] += bool(self.flying)

    def _move(self, seen: Seen, noted: Noted) -> None:
        name, state, kind = seen.row["id"], seen.row["state"], seen.row["kind"]
        if kind == "consent":
            return
        was = None if seen.was is None else seen.was["state"]
        self._place(name, state)
        if state == "sending":
            self.counts["claims"] += 1
            if self.consent == "stopped":
                self.wrong["claims committed after the STOP"].append(name)
        self.counts["texts withdrawn from the queue"] += (was, state) == ("queued", "withheld")
        if state in GONE and was not in GONE:
            self._gone(seen, noted)

    def _place(self, name: str, state: str) -> None:
        for places, here in ((self.waiting, state == "queued"), (self.flying, state in ("sending", "unsure"))):
            (places.add if here else places.discard)(name)

    def _gone(self, seen: Seen, noted: Noted) -> None:
        """A text went: it crossed if the statement that noted it saw a STOP in force, and then the ledger says so."""
        known = [(xid, consent) for xid, consent in self.decisions if seen.saw(xid)]
        crossed = bool(known) and known[-1][1] == "stopped"
        if crossed:
            self.counts["texts that crossed"] += 1
            self.crossing[known[-1][0]] += 1
        if crossed != ((seen.xid, seen.number) in noted):
            self.wrong["crossings not recorded, or recorded without one"].append(seen.row["id"])


def draw_up(testimony: Iterable[Seen], told: Told, accepted: Counter[UUID]) -> Account:
    """Hold the promises about consent against what the database and the provider tell; `accepted` counts by our own ids."""
    changes = list(testimony)
    account = Account()
    courses = _courses([seen for seen in changes if seen.number in told.races])
    account.counts["races"] = len(told.races)
    account.counts["races in which the commit was held up"] = told.held
    account.counts["races in which nothing was queued any more"] = told.overtaken
    for course in courses.values():
        account.counts.update(course.counts)
    names = ("claims committed after the STOP", "crossings not recorded, or recorded without one")
    for name in names:
        account.check(name, [row for course in courses.values() for row in course.wrong.get(name, ())])
    account.check(
        "more than one text crossed", [n for n, c in courses.items() if any(times > 1 for times in c.crossing.values())]
    )
    account.check("left waiting or on its way", [n for n, c in courses.items() if c.waiting or c.flying])
    _check_confirmations(account, changes, courses, accepted)
    _check_provider(account, changes, told, accepted)
    _check_answers(account, told)
    return account


def _courses(changes: Sequence[Seen]) -> dict[UUID, Course]:
    entries = (seen for seen in changes if seen.what == "consent_ledger" and seen.row["what"] == "crossed")
    noted = frozenset((seen.xid, seen.number) for seen in entries)
    courses: dict[UUID, Course] = {}
    for seen in changes:
        courses.setdefault(seen.number, Course()).take(seen, noted)
    return courses


def _check_confirmations(
    account: Account, changes: Sequence[Seen], courses: dict[UUID, Course], accepted: Counter[UUID]
) -> None:
    """One confirmation for every decision that changed something, handed over once."""
    decisions = [(number, consent) for number, course in courses.items() for _, consent in course.decisions]
    wanted = Counter((number, CONFIRMATIONS[consent]) for number, consent in decisions)
    rows = [s for s in changes if s.what == "outbound" and s.was is None and s.row["kind"] == "consent"]
    made = Counter((seen.number, str(seen.row["reason"]["rule"]).removeprefix("one confirmation: ")) for seen in rows)
    account.counts["confirmations"] = len(rows)
    account.check("decisions without exactly one confirmation", [*(wanted - made), *(made - wanted)])
    account.check(
        "confirmations not handed over exactly once", [s.row["id"] for s in rows if accepted[UUID(s.row["id"])] != 1]
    )


def _check_provider(account: Account, changes: Sequence[Seen], told: Told, accepted: Counter[UUID]) -> None:
    """The provider took what was claimed, and nothing else."""
    ours = [seen for seen in changes if seen.what == "outbound" and seen.number in told.races]
    claimed = {UUID(seen.row["id"]) for seen in ours if seen.row["state"] == "sending"}
    account.counts["texts that the provider took"] = sum(accepted[name] for name in claimed)
    account.check("taken by the provider without a claim", accepted.keys() - claimed)
    account.check("taken twice", [name for name in claimed if accepted[name] > 1])


def _check_answers(account: Account, told: Told) -> None:
    account.counts["texts answered"] = len(told.answered)
    account.check("texts refused", told.refused)
    account.check("answered before the commit", told.early)
    account.check("answered, and not in force in the database", told.hidden)
