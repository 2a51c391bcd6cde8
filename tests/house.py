"""The made-up organisation of the tests: real files, real flows, ids and codes that count up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from uuid import UUID

from config.organisation import Organisation, load_organisation
from config.texts import Texts, load_texts
from config.twilio_errors import TwilioErrors, load_twilio_errors
from config.vocabulary import Words
from flows.engine.compile import compile_flow
from flows.engine.flow import Flow
from service.kept_words import read_words
from service.rules.catalogue import CATALOGUE
from service.rules.risk import Lexicon
from service.rules.setting import Setting
from service.store.rows import Member, Number, Row, Schedule, Staff
from service.store.scene import Scene, scene_of

ROOT = Path(__file__).parents[1]
NOW = datetime(2027, 3, 2, 15, 30, tzinfo=UTC)  # Tuesday 10:30 in New York: somebody is on duty
NIGHT = datetime(2027, 3, 3, 7, 0, tzinfo=UTC)  # Wednesday 2:00 in New York: nobody is
PUBLISHED = {"welcome": 1, "check-in": 1, "rough-day": 1}


def setting() -> Setting:
    """What decisions consult, with fresh counters."""
    ids, codes = count(1), count(1_000_001)
    organisation, texts, errors = _files()
    words, lexicon = _words()
    return Setting(
        organisation, texts, words, lexicon, shelf, lambda: UUID(int=next(ids)), lambda: str(next(codes)), errors
    )


def load_words_once() -> Words:
    """The word files, read once for all tests."""
    return _words()[0]


@cache
def _files() -> tuple[Organisation, Texts, TwilioErrors]:
    # Frozen, so that all tests may share them: to read them again for each was half of what most tests cost.
    folder = ROOT / "config"
    return load_organisation(folder), load_texts(folder), load_twilio_errors(folder)


@cache
def _words() -> tuple[Words, Lexicon]:
    return read_words(ROOT / "config")


def shelf(versions: Mapping[str, int]) -> Mapping[str, Flow]:
    """The shipped flows of these names, whatever their version."""
    return {name: _flow(name) for name in versions}


@cache
def _flow(name: str) -> Flow:
    return compile_flow((ROOT / "flows" / f"{name}.yaml").read_text(), f"{name}.yaml", CATALOGUE)


def identity(place: int) -> UUID:
    """An id that cannot be one of the counted ones."""
    return UUID(int=(1 << 100) + place)


def phone(place: int, owner: str | None = None, consent: str = "unknown", now: datetime = NOW) -> Number:
    """The number +1 555 555 01xx of a place from 0 to 99, already in the database."""
    owned = None if owner is None else identity(200 + place)
    return Number(identity(place), bytes([place]) * 32, f"+155555501{place:02d}", now, 1, owner, owned, consent)


ROSA = Staff(identity(221), identity(21), "Rosa", "specialist", "en", "America/New_York", NOW, identity(222))
DAN = Staff(identity(222), identity(22), "Dan", "specialist", "en", "America/New_York", NOW)
SUE = Staff(identity(223), identity(23), "Sue", "supervisor", "en", "America/New_York", NOW)
CORA = Staff(identity(224), identity(24), "Cora", "coordinator", "en", "America/New_York", NOW)
STAFF = (ROSA, DAN, SUE, CORA)
SAM = Member(identity(201), identity(1), "Sam", "en", "America/New_York", NOW, ROSA.id)
RHYTHM = Schedule(identity(301), SAM.id, SAM.number_id, "check-in", "FREQ=DAILY", "2027-03-01T10:00:00")


def staff_rows() -> tuple[Row, ...]:
    """Everybody who works here, with their phones."""
    return (*STAFF, *(phone(place, "staff") for place in (21, 22, 23, 24)))


def sams_scene(consent: str = "given", *more: Row) -> Scene:
    """Sam, who is walked beside by Rosa, as gathered."""
    facts = {"published": PUBLISHED, "tags": [], "running": 0, "routine_at": [], "last_in_at": None}
    return scene_of(phone(1, "member", consent), (SAM, *staff_rows(), *more), facts)


def strangers_scene(number: str = "+15555550177") -> Scene:
    """A number that nobody knows, as gathered."""
    facts = {"published": PUBLISHED, "tags": [], "running": 0, "routine_at": [], "last_in_at": None}
    return scene_of(Number(identity(77), b"z" * 32, number, NOW), staff_rows(), facts)
