"""`peerline explain`: what the rules read in a text, and (from explain_stored) what became of messages and members."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from config.vocabulary import Words
from config.word_files import WordsProblem
from service.cli.explain_stored import member, message
from service.kept_words import read_words
from service.rules.consent_words import read_consent
from service.rules.risk import Lexicon, LexiconProblem, Risk, screen
from service.rules.segments import Segments, count_segments
from service.rules.service_words import read_word

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tell what is read in a text, and why.")
app.command()(message)
app.command()(member)

_CONSENT = {
    "stop": "It says stop: nothing more is sent but one confirmation.",
    "start": "It says start: texts may be sent again.",
    "help": "It asks what this number is: the answer names the way to a person.",
    None: "It says nothing about contact. (YES and SI mean start only from a number that said stop.)",
}
_TIERS = (
    "No words of danger were found. A person reads it all the same.",
    "Tier 1, a concern: a person should read this soon.",
    "Tier 2, high: an escalation is raised and climbs until a person takes it.",
    "Tier 3, emergency: specialist, backup and supervisor are told at once.",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules read in one text."""

    consent: str | None
    word: str | None
    risk: Risk
    segments: Segments


@app.callback()
def explain() -> None:
    """Tell what is read in a text, and why."""


@app.command()
def text(
    words: Annotated[str, typer.Argument(metavar="TEXT", help="The text; without it, standard input is read.")] = "",
    language: Annotated[str, typer.Option(help="The member's language; both are always read.")] = "en",  # noqa: ARG001
    as_json: Annotated[bool, typer.Option("--json", help="Read one JSON object a line, answer one a line.")] = False,
) -> None:
    """Tell what the rules read in a text: consent, command, words of danger, and what it costs to send."""
    loaded, lexicon = _rules()
    if as_json:
        raise typer.Exit(answer_lines(loaded, lexicon, sys.stdin.buffer, sys.stdout.buffer))
    print("\n".join(sentences(read(loaded, lexicon, words or sys.stdin.read().rstrip("\n")))))


def answer_lines(words: Words, lexicon: Lexicon, asked: Iterable[bytes], answers: BinaryIO) -> int:
    """Answer each line of `asked` with one of `answers`; give 1 if a line could not be answered, else 0."""
    status = 0
    for line in asked:
        answer = _answer(words, lexicon, line)
        status = 1 if "error" in answer else status
        answers.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
        answers.flush()
    return status


def read(words: Words, lexicon: Lexicon, said: str) -> Reading:
    """Read `said` with every rule, in every language."""
    consent = read_consent(words, said, stopped=False)
    return Reading(consent, read_word(words, said), screen(lexicon, said), count_segments(said))


def as_data(reading: Reading) -> dict[str, object]:
    """Return a reading in the form that programs are promised (DESIGN.md, What others see)."""
    risk, cost = reading.risk, reading.segments
    return {
        "consent": reading.consent,
        "word": reading.word,
        "risk": {"tier": risk.tier, "categories": list(risk.categories), "matched": list(risk.matched)},
        "segments": {"encoding": cost.encoding, "segments": cost.segments, "units": cost.units},
    }


def sentences(reading: Reading) -> list[str]:
    """Return a reading in sentences, for people."""
    risk, cost = reading.risk, reading.segments
    lines = [_CONSENT[reading.consent]]
    lines.append(f"It is the command {reading.word.upper()}." if reading.word else "It is no command of the service.")
    lines.append(_TIERS[risk.tier])
    if risk.categories:
        lines.append(f"Found: {', '.join(risk.categories)}. Rules: {', '.join(risk.matched) or 'none'}.")
    noun = "segment" if cost.segments == 1 else "segments"
    lines.append(f"Sent as it stands it takes {cost.segments} {noun} ({cost.encoding}, {cost.units} units).")
    return lines


def _rules() -> tuple[Words, Lexicon]:
    try:
        return read_words(Path(os.environ.get("PEERLINE_CONFIG", "config")))
    except (WordsProblem, LexiconProblem) as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from problem


def _answer(words: Words, lexicon: Lexicon, line: bytes) -> dict[str, object]:
    # The standard library reads half a surrogate pair, which phones do send; orjson would refuse the line.
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "this line is not JSON in UTF-8"}
    if not isinstance(asked, Mapping) or not isinstance(asked.get("text"), str):
        return {"error": 'write an object such as {"text": "hello", "language": "en"}; text is a text'}
    if not isinstance(asked.get("language", ""), str | None):
        return {"error": "language is a text such as en or es, or left out"}
    return as_data(read(words, lexicon, asked["text"]))
