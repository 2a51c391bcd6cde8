"""Segments are counted as Twilio's calculator counts them."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from service.rules.segments import Segments, count_segments, outside_gsm

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
COUPLE = "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468"
FLAG = "\U0001f1fa\U0001f1f8"
THUMB = "\U0001f44d\U0001f3fd"
CALCULATOR = Path("node_modules/sms-segments-calculator")
# Runs the calculator over a JSON list of texts on standard input.
SCRIPT = """
const {SegmentedMessage} = require(process.argv[1]);
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(texts.map(text => {
  const message = new SegmentedMessage(text);
  const gsm = message.encodingName === 'GSM-7';
  return [gsm ? 'gsm7' : 'ucs2', message.segmentsCount, message.messageSize / (gsm ? 7 : 16)];
})));
"""


# Each row was compared with the calculator (version 1.3.0).
@pytest.mark.parametrize(
    ("text", "encoding", "segments", "units"),
    [
        ("", "gsm7", 1, 0),
        ("a" * 160, "gsm7", 1, 160),
        ("a" * 161, "gsm7", 2, 161),
        ("a" * 306, "gsm7", 2, 306),
        ("a" * 307, "gsm7", 3, 307),
        ("€" * 80, "gsm7", 1, 160),
        ("€" * 81, "gsm7", 2, 162),
        ("a" * 152 + "€" + "a" * 152 + "b", "gsm7", 3, 307),
        ("|" * 153, "gsm7", 3, 306),
        ("\f" * 80, "gsm7", 1, 160),
        ("\r\n" * 80, "gsm7", 1, 160),
        ("\r\n" * 81, "gsm7", 2, 162),
        ("ñ¿¡", "gsm7", 1, 3),
        ("`", "ucs2", 1, 1),
        ("’", "ucs2", 1, 1),
        ("\u200b", "ucs2", 1, 1),
        ("á" * 70, "ucs2", 1, 70),
        ("á" * 71, "ucs2", 2, 71),
        ("á" * 134, "ucs2", 2, 134),
        ("á" * 135, "ucs2", 3, 135),
        ("á" + "\r\n" * 35, "ucs2", 2, 71),
        ("á" + "x" * 65 + "\r\n" + "y" * 66, "ucs2", 2, 134),
        ("á|€", "ucs2", 1, 3),
        ("n\u0303o", "ucs2", 1, 3),
        ("e\u0301" * 35, "ucs2", 1, 70),
        ("\U0001f600" * 35, "ucs2", 1, 70),
        ("\U0001f600" * 36, "ucs2", 2, 72),
        ("a" * 66 + "\U0001f600" * 3 + "b", "ucs2", 2, 73),
        ("x" * 66 + FAMILY + "y" * 50, "ucs2", 2, 127),
        (COUPLE * 9, "ucs2", 2, 72),
        (FLAG * 18, "ucs2", 2, 72),
        (THUMB * 18, "ucs2", 2, 72),
        ("x" * 69 + "a" + "\u0301" * 80, "ucs2", 2, 150),
        ("á\ud83d", "ucs2", 1, 2),
        ("각" * 36, "ucs2", 1, 36),
        ("\u0b95\u0bcd\u0bb7\u0bbf" * 20, "ucs2", 2, 80),
    ],
)
def test_a_text_costs_what_twilio_says(text: str, encoding: str, segments: int, units: int) -> None:
    """Encoding, segments and units agree with the calculator at every edge."""
    found = count_segments(text)
    assert (found.encoding, found.segments, found.units) == (encoding, segments, units)


def test_an_escape_is_not_cut() -> None:
    """A two-septet character that would stand across two segments moves to the second as a whole."""
    fits = "a" * 151 + "€" + "a" * 153
    assert count_segments(fits).segments == 2
    assert count_segments("a" + fits).segments == 3


def test_a_grapheme_is_not_cut() -> None:
    """A joined family moves to the next segment as a whole: the same units cost more than letters would."""
    family_at_the_edge = "x" * 60 + FAMILY + "y" * 63
    letters = "x" * 71 + "á" + "y" * 62
    assert count_segments(letters) == Segments("ucs2", 2, 134)
    assert count_segments(family_at_the_edge) == Segments("ucs2", 3, 134)


def test_halves_of_one_character_count_as_that_character() -> None:
    """A surrogate pair that came as two halves costs what the whole character costs."""
    assert count_segments("\ud83d\ude00" * 36) == count_segments("\U0001f600" * 36)


def test_what_forces_the_short_alphabet_is_named() -> None:
    """Every character outside GSM-7 is told with its place."""
    assert outside_gsm("sí, mañana’") == ((1, "í"), (10, "’"))


@pytest.mark.skipif(
    not (CALCULATOR.exists() and shutil.which("node")),
    reason="Twilio's calculator is not here: npm install sms-segments-calculator",
)
def test_random_texts_cost_what_twilio_says() -> None:
    """Random texts of letters, marks, emoji and breaks cost exactly what the calculator says."""
    texts = list(_random_texts(random.Random(20), 2000))  # noqa: S311 - nothing secret
    command = ["node", "-e", SCRIPT, str(CALCULATOR.resolve())]
    answer = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True).stdout
    ours = [[found.encoding, found.segments, found.units] for found in map(count_segments, texts)]
    wrong = [
        (ascii(text), mine, theirs)
        for text, mine, theirs in zip(texts, ours, json.loads(answer), strict=True)
        if mine != theirs
    ]
    assert wrong == []


def _random_texts(chance: random.Random, count: int) -> list[str]:
    pieces = [*"abc ñ|€[\n\r", "\r\n", "á", "í", "e\u0301", "\u0301", FAMILY, COUPLE, FLAG, THUMB, "\u200d", "\ufe0f"]
    pieces += [
        "\U0001f3fd",
        "\U0001f1fa",
        "\ud83d",
        "\ude00",
        "각",
        "\u1100",
        "\u0b95\u0bcd",
        "\u0600",
        "1\ufe0f\u20e3",
    ]
    texts = []
    for _ in range(count):
        chosen = chance.sample(pieces, chance.randint(1, 6))
        start = "a" * chance.choice([0, 1, 60, 65, 66, 67, 69, 70, 130, 150, 152, 153, 159, 160])
        texts.append(start + "".join(chance.choices(chosen, k=chance.randint(0, 80))))
    return texts
