"""Whatever a file holds, the import gives flow files that hold up, or a refusal that says why."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.engine.check import check_flows
from flows.engine.effects import Stuck
from flows.engine.problems import FlowProblems
from flows.importing.importer import Imported, import_flows
from service.rules.catalogue import CATALOGUE
from tests.flows.importing.mangling import mangled
from tests.flows.importing.walking import compiled, effects_of

SAMPLES = Path(__file__).parent / "samples"
GARDEN, STUDIO = (json.loads((SAMPLES / name).read_text()) for name in ("garden.rapidpro.json", "garden.studio.json"))
REFUSALS = {"import.json", "import.unknown-format", "import.old-format", "import.empty", "import.too-large"}
# What the words of a flow are like is its authors' matter; how it hangs together is the import's.
OURS = (
    "form.",
    "names.",
    "kinds.",
    "ways.",
    "rest.circle",
    "silence.missing",
    "clash.word",
    "clash.number",
    "language.",
)
# A mangled sample does not get easier to read by being made smaller, and that takes minutes.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
MANY = settings(max_examples=150, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
FEW = settings(MANY, max_examples=40)
SAMPLE = mangled(GARDEN) | mangled(STUDIO)


def _imported(root: object) -> Imported | None:
    """What an import gives; None where it refuses, which it does in words."""
    try:
        return import_flows(json.dumps(root), "mangled.json", CATALOGUE)
    except FlowProblems as refused:
        _is_refusal(refused)
        return None


def _is_refusal(refused: FlowProblems) -> None:
    assert {finding.code for finding in refused.findings} <= REFUSALS
    assert all(finding.message and finding.mend for finding in refused.findings)


@MANY
@given(SAMPLE)
def test_mangled_exports_give_flows_that_can_be_walked(root: object) -> None:
    """Of a mangled export come flows that compile, and that no answer and no silence brings to a halt."""
    imported = _imported(root)
    flows = compiled(imported) if imported else {}
    assert flows or imported is None
    for flow in flows.values():
        values = {name: 3 if kind.name == "number" else "something" for name, kind in flow.takes.items()}
        for answers in ((), ("yes", "2", "what"), (None, None)):
            effects = effects_of(flows, flow.name, answers, data=values)
            assert not [effect for effect in effects if isinstance(effect, Stuck)]


@FEW
@given(SAMPLE)
def test_mangled_exports_give_flows_that_hang_together(root: object) -> None:
    """Of a mangled export come flows without dead ends, rings, clashes, unkept values or questions without an end."""
    imported = _imported(root)
    sources = {f"{file.name}.yaml": file.source for file in imported.files} if imported else {}
    found = [one for one in check_flows(sources, CATALOGUE) if one.severity == "error"]
    assert [str(one) for one in found if one.code.startswith((*OURS, "person."))] == []


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(("flows", "nodes", "states", "name", "uuid", "definition", "type")), inner, max_size=4
            )
        ),
    ).map(json.dumps)
)
def test_any_text_is_taken_or_refused(text: str) -> None:
    """A file that is no export at all is refused in words."""
    try:
        import_flows(text, "odd.json", CATALOGUE)
    except FlowProblems as refused:
        _is_refusal(refused)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 50_000, "9" * 10_000, '{"flows": [{"nodes": [', "", "\ufeff{}", "\x00"]
)
def test_hostile_files_are_refused_with_a_mend(text: str) -> None:
    """Nesting without end, endless numbers and torn files are refused with what to do."""
    with pytest.raises(FlowProblems) as refused:
        import_flows(text, "hostile.json", CATALOGUE)
    assert refused.value.findings[0].code in REFUSALS
    assert refused.value.findings[0].mend
