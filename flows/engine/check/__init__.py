"""What is proved of flows before anyone gets a text from them."""

from collections.abc import Mapping

from flows.engine.catalogue import Catalogue
from flows.engine.check.clashes import check_clashes
from flows.engine.check.cost import check_cost
from flows.engine.check.kept import check_kept
from flows.engine.check.languages import check_languages
from flows.engine.check.length import check_length
from flows.engine.check.links import check_links
from flows.engine.check.names import check_names
from flows.engine.check.person import check_person
from flows.engine.check.rest import check_rest
from flows.engine.check.silence import check_silence
from flows.engine.check.tests import check_tests
from flows.engine.check.voice import check_voice
from flows.engine.check.ways import check_ways
from flows.engine.check.words import check_words
from flows.engine.flow import Flow
from flows.engine.parse.flow import parse_flow
from flows.engine.problems import Finding, Problems, in_order


def check_flows(sources: Mapping[str, str], catalogue: Catalogue) -> tuple[Finding, ...]:
    """Check flow files (by file name) together, and give every finding in the order of files and places.

    A file whose form is broken is judged by its form alone: its ways and words would only repeat the mistake.
    """
    read = {file: _read(file, source, catalogue) for file, source in sources.items()}
    flows = {flow.name: flow for flow, _ in read.values() if flow is not None}
    for flow, problems in read.values():
        if flow is not None and not problems.errors:
            _prove(flow, flows, catalogue, problems)
    check_links([(flow, problems) for flow, problems in read.values() if flow is not None])
    return in_order(finding for _, problems in read.values() for finding in problems.findings)


def _read(file: str, source: str, catalogue: Catalogue) -> tuple[Flow | None, Problems]:
    problems = Problems(file)
    flow = parse_flow(source, problems, catalogue)
    if flow is not None:
        check_names(flow, problems)
        check_languages(flow, problems)
    return flow, problems


def _prove(flow: Flow, flows: Mapping[str, Flow], catalogue: Catalogue, problems: Problems) -> None:
    """Every proof that needs a flow whose form holds."""
    check_kept(flow, problems)
    check_ways(flow, problems)
    check_rest(flow, flows, problems)
    check_silence(flow, problems)
    check_person(flow, catalogue, problems)
    check_clashes(flow, catalogue, problems)
    check_length(flow, catalogue, problems)
    check_words(flow, catalogue, problems)
    check_voice(flow, problems)
    check_cost(flow, flows, catalogue, problems)
    check_tests(flow, flows, catalogue, problems)
