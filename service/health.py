"""How the service is, told within two seconds whatever is away: the database, its schema, the broker, and what waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from service.store.vitals import Vitals

DATABASE_WAIT = 1.0  # seconds for a connection, so that the whole answer stays under two seconds
ANSWER_WAIT = 1.5  # seconds for the whole look, also where a server accepts and then says nothing
SILENT_CLOCK = 30  # seconds; a clock process shows a sign of life every few
LATE = 60  # seconds that something due may wait before it is worth saying
FAILED = 10  # texts of the last hour that may fail or not arrive before their share is worth saying
SHARE = 0.25  # of the texts of the last hour
NEVER = 600  # seconds after the first canary was sent off in which one should have come through: two rounds
MISSING = 900  # seconds after which what happens every few minutes is missed: three canaries did not come

Status = Literal["ready", "degraded", "down"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    """One look. None stands for "cannot be told now"; seconds of something that does not wait are 0."""

    database: bool
    broker: bool
    schema_current: bool | None = None
    oldest_due_seconds: float | None = None
    oldest_unsent_seconds: float | None = None
    oldest_safety_seconds: float | None = None  # since the oldest alert or safety text was written that has not left
    sent_seconds: float | None = None  # since the provider last took a message; None: never
    clock_seconds: float | None = None  # since the last sign of life of a clock; None: there never was one
    canary_seconds: float | None = None  # since a canary last came all the way; None: none ever flew
    canaries_seconds: float | None = None  # since the first canary was sent off; None: never
    unsure_seconds: float | None = (
        None  # since the oldest message was tried of which nobody knows whether the provider has it
    )
    looked_seconds: float | None = None  # since the provider's list of what came in was last read; None: never
    quiet_seconds: float | None = None  # for how long nothing unasked has gone out; None: all goes as it should
    vitals: Vitals | None = None

    @property
    def status(self) -> Status:
        """`down` where a text could not be taken; `degraded` where people may notice delays."""
        if not self.database or not self.schema_current:
            return "down"
        return "degraded" if self.troubles else "ready"

    @property
    def canary_missing(self) -> bool:
        """Whether none came through lately, or none ever did though they are sent off."""
        if self.canary_seconds is not None:
            return self.canary_seconds > MISSING
        return self.canaries_seconds is not None and self.canaries_seconds > NEVER

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is not as it should be, one sentence each with what to look at."""
        found = () if self.broker else (NO_BROKER,)
        return (NO_DATABASE, *found) if self.vitals is None else (*_troubles(self, self.vitals), *found)


NO_DATABASE = "The database does not answer: start it, or mend DATABASE_URL."
QUIET = "An older database was restored: nothing unasked goes out until the provider's lists were compared with it."
UNSAFE = "An alert or safety text has not left for over a minute: look at peerline queue, the workers, and Twilio."
UNTOLD = (
    "An alert has reached nobody, by text or call: look at peerline queue, and reach the person on duty another way."
)
UNSURE = "Twilio does not say whether it has some of our texts: look at its status page and at our log."
FAILING = "look at the errors in Twilio's console."
NO_BROKER = "The broker does not answer: texts still go, by the clock process, a little later."


def _troubles(health: Health, vitals: Vitals) -> tuple[str, ...]:
    clock = health.clock_seconds
    if not vitals.schema_current:
        return ("The schema is older than this release: run peerline migrate.",)
    told = (
        (clock is None or clock > SILENT_CLOCK, "No clock process shows a sign of life: start peerline clock."),
        (_late(health.oldest_due_seconds), "Something due waits too long: look at the worker and clock processes."),
        (_late(health.oldest_safety_seconds), UNSAFE),
        (vitals.unreached > 0, UNTOLD),
        (vitals.stuck > 0, "Twilio refuses texts again and again for now: look at its status page and at our log."),
        (_late(health.oldest_unsent_seconds), "A message waits too long to be sent: look at the worker processes."),
        (
            vitals.held_code is not None,
            f"The provider refuses the account (error {vitals.held_code}): routine texts wait.",
        ),
        (_late(health.unsure_seconds), UNSURE),
        (_many_fail(vitals), f"Of {vitals.ended_lately} texts lately {vitals.failed_lately} did not arrive: {FAILING}"),
        (health.canary_missing, "No canary came through lately: peerline canary --once tells where it stops."),
        (_old(health.looked_seconds), "The provider's list was not read lately: look at the log of the clock process."),
        (health.quiet_seconds is not None, QUIET),
        (vitals.aside > 0, "Timers were set aside after failing: look at the log of the workers."),
        (vitals.unsettled > 0, "Texts that came in wait to be decided: look at the log of the web process."),
    )
    return tuple(text for holds, text in told if holds)


def _many_fail(vitals: Vitals) -> bool:
    return vitals.failed_lately >= FAILED and vitals.failed_lately >= SHARE * vitals.ended_lately


def _old(seconds: float | None) -> bool:
    return seconds is not None and seconds > MISSING


def _late(seconds: float | None) -> bool:
    return seconds is not None and seconds > LATE


@dataclass
class Looking:
    """Looks at the database and the broker side by side, and gives up on whatever hangs.

    `vitals` takes the time that people experience and the machine's; `broker` says whether it answers. Both may raise or hang.
    """

    vitals: Callable[[datetime, datetime], Vitals]
    broker: Callable[[], bool]
    _hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "health"))

    def look(self, now: datetime, machine: datetime) -> Health:
        """One look, within two seconds. A look that hung before may still hold its thread; then this one says "away"."""
        vitals, broker = self._hands.submit(self.vitals, now, machine), self._hands.submit(self.broker)
        asked: list[Future[Any]] = [vitals, broker]
        wait(asked, timeout=ANSWER_WAIT)
        return health_of(_answer(vitals), broker=_answer(broker) is True, now=now, machine=machine)


def _answer(asked: Future[T]) -> T | None:
    """What a look found, or None where it failed or is not done."""
    if asked.cancel() or not asked.done() or asked.exception() is not None:
        return None
    return asked.result()


def health_of(vitals: Vitals | None, *, broker: bool, now: datetime, machine: datetime) -> Health:
    """What was seen, as seconds."""
    if vitals is None:
        return Health(database=False, broker=broker)
    return Health(
        database=True,
        broker=broker,
        schema_current=vitals.schema_current,
        oldest_due_seconds=_seconds(vitals.due_since or now, now),
        oldest_unsent_seconds=_seconds(vitals.unsent_since or now, now),
        oldest_safety_seconds=_seconds(vitals.safety_since or now, now),
        sent_seconds=_ago(vitals.sent_at, now),
        clock_seconds=_ago(vitals.clock_at, machine),
        canary_seconds=_ago(vitals.canary_at, machine),
        canaries_seconds=_ago(vitals.canaries_since, machine),
        unsure_seconds=_seconds(vitals.unsure_since or machine, machine),
        looked_seconds=_ago(vitals.looked_at, machine),
        quiet_seconds=_ago(vitals.quiet_at, machine),
        vitals=vitals,
    )


def _ago(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else _seconds(at, now)


def _seconds(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
