"""Flow files as people, and others, may write them."""

from time import process_time

import pytest

from flows.engine.document import Items, Scalar, Table, read_document
from flows.engine.problems import Problems


def findings_of(source: str) -> list[str]:
    """The codes that a file is refused with."""
    problems = Problems("made-up.yaml")
    read_document(source, problems)
    return [finding.code for finding in problems.findings]


def test_text_stays_text_and_has_its_place() -> None:
    """What YAML would make truths, numbers and times of are the words that were typed."""
    table = read_document("a: no\nb:\n  - 9:30\n  - +15551234567\n  - 010\n  - ~\n", Problems("made-up.yaml"))
    assert isinstance(table, Table)
    first, second = table.entries

    assert isinstance(first[1], Scalar)
    assert (first[1].text, first[1].place.line, first[1].place.column) == ("no", 1, 4)
    assert isinstance(second[1], Items)
    assert [item.text for item in second[1].items if isinstance(item, Scalar)] == ["9:30", "+15551234567", "010", "~"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("a: " + "[" * 5000, "form.too-deep"),
        ("a: " + "{b: " * 5000, "form.too-deep"),
        ("a:\n" + "".join(" " * n + "- \n" for n in range(1, 400)), "form.too-deep"),
        ("a: " + "x" * 5000, "form.too-large"),
        ("a: '" + "x " * 200_000 + "'", "form.too-large"),
        ("a: &a [b]\nc: &c [*a,*a,*a]\nd: [*c,*c,*c]", "form.alias"),
        ("a: *b", "form.alias"),
        ("a: !!python/object/apply:os.system [ls]", "form.tag"),
        ("a: b\n---\nc: d", "form.documents"),
        ("a: \x00", "form.character"),
        ("\ufeffa: b", "form.character"),
        ("a: se\ufffdor", "form.character"),
        ("a: \udcff", "form.character"),
        ("a:\n\tb: c", "form.tab"),
        ("{a: b", "form.yaml"),
        ("a: 'b", "form.yaml"),
        ("%YAML 9.9\n---\na: b", "form.yaml"),
        ("? [a]\n: b", "form.key"),
        ("- a\n- b", "form.kind"),
        ("just words", "form.kind"),
        ("", "form.empty"),
        ("a: b\na: c", "form.repeated-key"),
        ("a: [" + "b," * 60_000 + "]", "form.too-many"),
    ],
)
def test_what_no_flow_needs_is_refused_at_once(source: str, code: str) -> None:
    """Each is refused with its place, and none takes the checker's time: reading stops where it stops making sense."""
    began = process_time()
    codes = findings_of(source)

    assert codes == [code]
    assert process_time() - began < 5, "a generous bound that only a hang or an explosion would break"
