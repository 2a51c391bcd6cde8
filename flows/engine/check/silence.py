"""Proof 6, silence: every question has an answer to silence, and none nags."""

from datetime import timedelta

from flows.engine.flow import Ask, Flow
from flows.engine.moments import Length
from flows.engine.outline import rungs_of, verbs_of
from flows.engine.problems import Place, Problems

SOONEST_REMINDER = timedelta(hours=3)
MOST_REMINDERS = 1


def check_silence(flow: Flow, problems: Problems) -> None:
    """Note questions that nobody's silence ever ends, and ladders that ask more than once again or too soon."""
    for verb in verbs_of(flow):
        if isinstance(verb, Ask):
            _check_ladder(verb, problems)
    for rung in rungs_of(flow):
        says = rung.text is not None or rung.repeat
        if says and isinstance(rung.when, Length) and rung.when.shortest < SOONEST_REMINDER:
            message = "This asks again after less than three hours."
            problems.warning("silence.nagging", rung.place, message, "Wait three hours at least, or say nothing.")


def _check_ladder(ask: Ask, problems: Problems) -> None:
    if not ask.silence:
        mend = "Add silence: [{after: 24 hours, go: STEP}] here, or for the whole flow."
        problems.error("silence.missing", ask.place, "This question has no answer to silence.", mend)
        return
    if ask.silence[-1].go is None:
        message = "The last rung of this silence leads nowhere, so the question would stay open."
        problems.error("silence.missing", ask.silence[-1].place, message, "Add go: with the name of a step.")
    _check_order(ask, problems)
    reminders = sum(1 for rung in ask.silence if rung.text or rung.repeat)
    if reminders > MOST_REMINDERS:
        place = ask.silence[0].place
        message = f"Silence is met with {reminders} texts here; {MOST_REMINDERS} is the most."
        problems.error("silence.nagging", place, message, "Let a person look in instead.")


def _check_order(ask: Ask, problems: Problems) -> None:
    """Note rungs after one that already leads away."""
    first = next((at for at, rung in enumerate(ask.silence) if rung.go), len(ask.silence))
    later: list[Place] = [rung.place for rung in ask.silence[first + 1 :]]
    for place in later:
        problems.error("ways.unreachable", place, "This rung comes after one that leads away.", "Take one of them out.")
