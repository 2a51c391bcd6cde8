from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from config.field_kinds import time_after
from config.organisation import Caps, CheckIns, LadderPolicy, Later, OrganisationProblem, Price, load_organisation
from service.rules.relative import read_relative

SHIPPED = Path("config/organisation.yaml")


def _load(folder: Path, *changes: tuple[str, str]) -> None:
    text = SHIPPED.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / "organisation.yaml").write_text(text)
    load_organisation(folder)


def _line(part: str) -> int:
    lines = SHIPPED.read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if part in line)


def test_the_shipped_file_is_read() -> None:
    """The organisation that comes with Peerline has hours, words for them, and the two numbers of last resort."""
    organisation = load_organisation(SHIPPED.parent)
    assert organisation.hours[0] == ((time(9), time(17)),)
    assert organisation.hours[6] == ()
    assert date(2026, 12, 25) in organisation.holidays
    assert {line.number for line in organisation.helplines} == {"988", "911"}
    assert set(organisation.hours_text) == set(organisation.languages) == {"en", "es"}


def test_what_is_left_away_has_the_usual_value(tmp_path: Path) -> None:
    """Only who you are and when you are there must be said; everything else has a careful default."""
    text = SHIPPED.read_text()
    (tmp_path / "organisation.yaml").write_text(text[: text.index("# Nothing automatic goes out")])
    organisation = load_organisation(tmp_path)
    assert (organisation.window, organisation.caps, organisation.ladder) == (
        (time(9), time(20)),
        Caps(),
        LadderPolicy(),
    )
    assert (organisation.opt_out, organisation.promise_minutes, organisation.late_minutes) == ("own", 15, 60)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('main_number: "+15555550100"', "main_number: 555-0100"),
        ("zone: America/New_York", "zone: America/Riverbend"),
        ("zone: America/New_York", "zone: ../etc"),
        ("languages: [en, es]", "languages: [en, es, xx]"),
        ("  monday: [09:00-17:00]", "  monday: [9-5]"),
        ("  monday: [09:00-17:00]", "  monday: [09:00-09:00]"),
        ("  sunday: []", "  someday: []\n  sunday: []"),
        ("  - 2026-11-26", "  - 2026-11-31"),
        ('    number: "988"', '    number: "nine eight eight"'),
        ("window: 09:00-20:00", "window: 09:00-25:00"),
        ("  per_day: 1", "  per_day: none"),
        ("  round_pause_minutes: 5", "  round_pause_minutes: 0"),
        ("opt_out: own", "opt_out: nobody"),
        ("sender_rate: 1.0", "sender_rate: -1"),
        ("sender_rate: 1.0", "sender_rate: nan"),
        ("late_minutes: 60", "late_minutes: an hour"),
        ("name: Riverbend Peers", f"name: {'long' * 20}"),
        ("name: Riverbend Peers", "name: [Riverbend, Peers]"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(tmp_path: Path, before: str, after: str) -> None:
    """A mistake is named once, at its own line, with a mend."""
    with pytest.raises(OrganisationProblem) as caught:
        _load(tmp_path, (before, after))
    assert [mistake.line for mistake in caught.value.mistakes] == [_line(before)]
    assert caught.value.mistakes[0].mend


@pytest.mark.parametrize(
    "key", ["name", "main_number", "zone", "languages", "hours", "hours_text", "helplines", "friday"]
)
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    """What must be there and is not is asked for by its name."""
    with pytest.raises(OrganisationProblem) as caught:
        _load(tmp_path, (f"{key}:", f"other_{key}:"))
    assert f"'{key}' is missing." in str(caught.value)


def test_a_text_in_one_language_alone_is_refused(tmp_path: Path) -> None:
    """Every language that members may choose has its words."""
    with pytest.raises(OrganisationProblem, match="'es' is missing"):
        _load(tmp_path, ("      es: llama al 911\n", ""))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody mends a file one mistake at a time; they come in the order of the lines."""
    with pytest.raises(OrganisationProblem) as caught:
        _load(
            tmp_path,
            ("opt_out: own", "opt_out: x"),
            ("zone: America/New_York", "zone: x"),
            ("per_week: 4", "per_week: x"),
        )
    lines = [mistake.line for mistake in caught.value.mistakes]
    assert lines == sorted(lines)
    assert len(lines) == 3


def test_an_organisation_without_a_helpline_is_refused(tmp_path: Path) -> None:
    """A safety text always has a number to call."""
    text = SHIPPED.read_text()
    begin, end = text.index("helplines:"), text.index("# Nothing automatic goes out")
    (tmp_path / "organisation.yaml").write_text(f"{text[:begin]}helplines: []\n{text[end:]}")
    with pytest.raises(OrganisationProblem, match="no helpline"):
        load_organisation(tmp_path)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    """Without the file there is one mistake: that it is missing."""
    with pytest.raises(OrganisationProblem, match="missing"):
        load_organisation(tmp_path)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("22:00-06:00", (time(22), time(6))), ("00:00-24:00", (time(0), time(0))), ("13:00 - 24:00", (time(13), time(0)))],
)
def test_hours_may_go_over_midnight_or_hold_the_whole_day(
    tmp_path: Path, written: str, meant: tuple[time, time]
) -> None:
    """A night shift is one span; the whole day is told as two equal times."""
    (tmp_path / "organisation.yaml").write_text(SHIPPED.read_text().replace("sunday: []", f"sunday: [{written}]"))
    assert load_organisation(tmp_path).hours[6] == (meant,)


def test_a_price_and_phones_for_trying_are_read(tmp_path: Path) -> None:
    """Both may be left out; a price has its currency, and a phone is a whole number."""
    text = SHIPPED.read_text().replace("# segment_price", "segment_price").replace("# test_phones", "test_phones")
    (tmp_path / "organisation.yaml").write_text(text)
    organisation = load_organisation(tmp_path)
    assert organisation.segment_price == Price(Decimal("0.0083"), "USD")
    assert organisation.test_phones == ("+15555550190",)
    shipped = load_organisation(SHIPPED.parent)
    assert (shipped.segment_price, shipped.test_phones) == (None, ())


@pytest.mark.parametrize("price", ["0.0083", "cheap", "USD 0.01", "-1 USD"])
def test_a_price_without_amount_or_currency_is_refused(tmp_path: Path, price: str) -> None:
    """The line and how to write it."""
    with pytest.raises(OrganisationProblem, match=r"0\.0083 USD"):
        _load(tmp_path, ("# segment_price: 0.0083 USD", f"segment_price: {price}"))


def test_what_begins_after_joining_is_read(tmp_path: Path) -> None:
    """A flow and how long after the yes; other words are refused with their line."""
    text = SHIPPED.read_text() + "joining:\n  - {flow: feedback, when: 4 weeks after at 15:30}\n"
    (tmp_path / "organisation.yaml").write_text(text)
    assert load_organisation(tmp_path).joining == (Later("feedback", "4 weeks after at 15:30"),)
    (tmp_path / "organisation.yaml").write_text(text.replace("4 weeks after at 15:30}", "soon}"))
    with pytest.raises(OrganisationProblem, match="1 week after at 15:30"):
        load_organisation(tmp_path)


@pytest.mark.parametrize("when", ["1 day after at 9:00", "99 weeks after at 23:59", "2 Days after at 09:05"])
def test_every_time_after_joining_is_one_that_schedules_understand(when: str) -> None:
    """What the file may say and what is read of it later are the same words."""
    assert time_after(when) == when
    assert read_relative(when).distance > timedelta()


def test_how_regular_check_ins_treat_a_day_is_read(tmp_path: Path) -> None:
    """Both are no where nothing is said; what is neither yes nor no is refused."""
    text = SHIPPED.read_text() + "check_ins:\n  unless_heard: yes\n"
    (tmp_path / "organisation.yaml").write_text(text)
    assert load_organisation(tmp_path).check_ins == CheckIns(unless_heard=True, skip_holidays=False)
    (tmp_path / "organisation.yaml").write_text(text.replace("yes", "sometimes"))
    with pytest.raises(OrganisationProblem, match="Write yes or no"):
        load_organisation(tmp_path)
