"""The account after the storm: the provider's ledger against the database, promise by promise."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from service.gateways.keys import KeyRing, read_keys
from service.store.codec import decode
from service.store.rows import Escalation, Inbound, Ledger, Number, Outbound, Row
from tests.faults.house import House
from tests.faults.texting import DANGER, Told

MOST = {"alert": 2, "safety": 2}  # copies of one message (DESIGN.md, the table); of all others one
_OURS = re.compile(r"/twilio/messages/([0-9a-f-]{36})/status$")
_SUCCESS = ("sent", "delivered", "undelivered", "failed")


@dataclass(slots=True)
class Account:
    """What was counted, and every promise that broke, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)  # in seconds; measured, and never a promise that breaks

    def check(self, what: str, wrong: Iterable[object]) -> None:
        """Count what must not be; anything counted breaks a promise."""
        found = list(wrong)
        self.counts[what] = len(found)
        if found:
            self.broken.append(f"{what}: {', '.join(map(str, found[:5]))}{' …' if len(found) > 5 else ''}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both sides: the rows of the database, and what the provider accepted by our own ids."""

    inbound: Mapping[str, Inbound]
    outbound: Mapping[UUID, Outbound]
    numbers: Mapping[UUID, Number]
    escalations: Sequence[Escalation]
    consent: Sequence[Ledger]
    inbound_rows: int
    accepted: Mapping[UUID, Sequence[str]]  # our id -> the provider's ids
    first_accepted: Mapping[UUID, datetime]  # our id -> when the provider first took it
    strange: Sequence[str]  # accepted without an id of ours


def gather_evidence(house: House) -> Evidence:
    """Read both sides."""
    keys = read_keys(house.site.environ["PEERLINE_KEYS"])
    with psycopg.connect(house.site.environ["DATABASE_URL"]) as connection:
        inbound = _rows(connection, Inbound, keys)
        outbound, numbers = _rows(connection, Outbound, keys), _rows(connection, Number, keys)
        escalations, consent = _rows(connection, Escalation, keys), _rows(connection, Ledger, keys)
    accepted: defaultdict[UUID, list[str]] = defaultdict(list)
    first: dict[UUID, datetime] = {}
    strange = []
    for line in house.ledger():
        if line["kind"] == "message" and line["direction"] == "outbound":
            found = _OURS.search(line["StatusCallback"] or "")
            if found:
                accepted[UUID(found[1])].append(line["sid"])
                first.setdefault(UUID(found[1]), datetime.fromisoformat(line["at"]))
            else:
                strange.append(line["sid"])
    return Evidence(
        {row.sid: row for row in inbound}, {row.id: row for row in outbound}, {row.id: row for row in numbers},
        escalations, consent, len(inbound), accepted, first, strange,
    )  # fmt: skip


def missing(house: House, sids: Collection[str]) -> set[str]:
    """Those of the provider's ids that are not stored."""
    with psycopg.connect(house.site.environ["DATABASE_URL"]) as connection:
        return set(sids) - {sid for (sid,) in connection.execute("select sid from inbound")}


def draw_up(evidence: Evidence, told: Told) -> Account:
    """Hold every promise against the evidence."""
    account = Account()
    _count(account, evidence, told)
    _check_inbound(account, evidence, told)
    _check_copies(account, evidence)
    _check_record(account, evidence)
    _check_stops(account, evidence)
    _check_danger(account, evidence, told)
    account.figures |= spread("webhook answered", [answer.seconds for _, answer in told.answers if answer.good])
    account.figures |= spread("alert out", list(alert_delays(evidence, told).values()))
    return account


def alert_delays(evidence: Evidence, told: Told) -> dict[str, float]:
    """By the provider's id of each answered text that raised an alert: seconds until the provider first took a message about it."""
    sids = {row.id: sid for sid, row in evidence.inbound.items()}
    out: dict[UUID, datetime] = {}
    for row in evidence.outbound.values():
        at = evidence.first_accepted.get(row.id)
        if row.kind == "alert" and row.escalation_id is not None and at is not None:
            out[row.escalation_id] = min(at, out.get(row.escalation_id, at))
    found = {}
    for escalation in evidence.escalations:
        sid = sids.get(escalation.inbound_id or escalation.id, "")
        if sid in told.answered and escalation.id in out:
            found[sid] = max(0.0, (out[escalation.id] - told.answered[sid]).total_seconds())
    return found


def spread(what: str, seconds: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and longest of what was measured; nothing where nothing was."""
    found = sorted(seconds)
    places = {"median": 0.5, "p99": 0.99, "longest": 1.0} if found else {}
    return {f"{what}, {name}": round(found[min(len(found) - 1, int(len(found) * p))], 2) for name, p in places.items()}


def _rows(connection: psycopg.Connection[Any], kind: type[Row], keys: KeyRing) -> list[Any]:
    found = connection.execute(f"select row_to_json(x) from {kind.TABLE} x").fetchall()
    return [decode(kind, row[0], keys) for row in found]


def _count(account: Account, evidence: Evidence, told: Told) -> None:
    account.counts["texts"] = len(told.texts)
    account.counts["texts answered"] = len(told.answered)
    account.counts["texts left to the import"] = len(told.left)
    account.counts["webhooks repeated"] = told.repeats
    account.counts["texts stored"] = evidence.inbound_rows
    for kind in sorted({row.kind for row in evidence.outbound.values()}):
        rows = [row for row in evidence.outbound.values() if row.kind == kind]
        account.counts[f"{kind}: messages"] = len(rows)
        account.counts[f"{kind}: accepted"] = sum(len(evidence.accepted.get(row.id, ())) for row in rows)
        held = [str(row.reason.get("withdrawn", row.reason.get("rule"))) for row in rows if row.state == "withheld"]
        account.counts.update({f"{kind}: withheld, {why}": times for why, times in sorted(Counter(held).items())})
        account.counts[f"{kind}: unknown"] = sum(row.state == "unknown" for row in rows)


def _check_inbound(account: Account, evidence: Evidence, told: Told) -> None:
    """Promises 1, 2 and 5: stored for good, ended somewhere, nothing carried out twice."""
    account.check("texts never answered", told.texts.keys() - told.answered.keys() - told.left)
    account.check("texts lost", (told.answered.keys() | told.left) - evidence.inbound.keys())
    account.check("texts stored twice", range(evidence.inbound_rows - len(evidence.inbound)))
    account.check("texts from nowhere", evidence.inbound.keys() - told.texts.keys())
    account.check("texts unsettled", [row.sid for row in evidence.inbound.values() if row.state != "settled"])
    account.check("texts that ended nowhere", [row.sid for row in evidence.inbound.values() if not row.ends])
    effects = Counter(
        (row.cause_id, row.kind, row.number_id, row.body)
        for row in evidence.outbound.values()
        if row.cause_id is not None
    )
    account.check("effects carried out twice", [effect[:2] for effect, times in effects.items() if times > 1])
    slots = Counter(
        (row.number_id, str(row.reason.get("schedule")), str(row.reason.get("due")), row.body)
        for row in evidence.outbound.values() if row.kind == "routine" and "due" in row.reason
    )  # fmt: skip
    account.check("check-ins begun twice", [slot[:3] for slot, times in slots.items() if times > 1])


def _check_copies(account: Account, evidence: Evidence) -> None:
    """Promise 5: no more copies than the table allows for the kind."""
    account.check("sent by nobody", evidence.strange)
    account.check("sent without a row", evidence.accepted.keys() - evidence.outbound.keys())
    for kind in sorted({row.kind for row in evidence.outbound.values()}):
        rows = [row for row in evidence.outbound.values() if row.kind == kind]
        doubled = [row.id for row in rows if len(evidence.accepted.get(row.id, ())) > MOST.get(kind, 1)]
        account.check(f"{kind}: copies too many", doubled)


def _check_record(account: Account, evidence: Evidence) -> None:
    """Delivery truth: the record says what the provider did, and nothing is left over."""
    taken = {name for name, sids in evidence.accepted.items() if sids}
    rows = evidence.outbound.values()
    account.check("still under way", [row.id for row in rows if row.state in ("sending", "unsure")])
    account.check(
        "said to be sent, and was not", [row.id for row in rows if row.state in _SUCCESS[:3] and row.id not in taken]
    )
    account.check(
        "sent, and not known to be",
        [row.id for row in rows if row.state in ("unknown", "withheld", "queued") and row.id in taken],
    )


def _check_stops(account: Account, evidence: Evidence) -> None:
    """Promise 3: after a STOP the one confirmation, and at most one message that crossed it, recorded as such."""
    crossed = Counter(entry.number_id for entry in evidence.consent if entry.what == "crossed")
    stops = {number.id: number.consent_at for number in evidence.numbers.values() if number.consent == "stopped"}
    confirmations: Counter[UUID] = Counter()
    late: Counter[UUID] = Counter()
    for row in evidence.outbound.values():
        stopped_at = stops.get(row.number_id)
        copies = len(evidence.accepted.get(row.id, ()))
        if stopped_at is None or not copies:
            continue
        confirmations[row.number_id] += copies if row.kind == "consent" else 0
        if row.kind != "consent" and row.sent_at is not None and row.sent_at > stopped_at + timedelta(seconds=1):
            late[row.number_id] += 1
    account.counts["people who said stop"] = len(stops)
    account.counts["messages that crossed a stop"] = sum(crossed.values())
    account.check("stops confirmed twice", [number for number, times in confirmations.items() if times > 1])
    account.check(
        "sent after a stop", [number for number, times in late.items() if times > crossed[number] or times > 1]
    )


def _check_danger(account: Account, evidence: Evidence, told: Told) -> None:
    """Promises 7 and 8: every word of danger has an escalation, and of every escalation somebody was told."""
    dangerous = {sid for sid, (_, words) in told.texts.items() if DANGER in words} & evidence.inbound.keys()
    raised = {escalation.number_id for escalation in evidence.escalations}
    account.counts["texts with words of danger"] = len(dangerous)
    account.counts["escalations"] = len(evidence.escalations)
    account.check(
        "danger without an escalation", [sid for sid in dangerous if evidence.inbound[sid].number_id not in raised]
    )
    told_of = {
        row.escalation_id for row in evidence.outbound.values() if row.kind == "alert" and evidence.accepted.get(row.id)
    }
    account.check("escalations nobody was told of", [e.running for e in evidence.escalations if e.id not in told_of])
