"""What is proved of flows before anyone gets a text from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.engine.catalogue import Catalogue
from flows.engine.check.clashes import check_clashes
from flows.engine.check.cost import Cost, check_cost
from flows.engine.check.kept import check_kept
from flows.engine.check.languages import check_languages
from flows.engine.check.length import check_length
from flows.engine.check.links import check_links, in_running_order
from flows.engine.check.names import check_names
from flows.engine.check.person import check_person
from flows.engine.check.rest import Rest, check_rest
from flows.engine.check.silence import check_silence
from flows.engine.check.tests import check_tests
from flows.engine.check.voice import check_voice
from flows.engine.check.ways import check_ways
from flows.engine.check.words import check_words
from flows.engine.flow import Flow
from flows.engine.parse.flow import parse_flow
from flows.engine.problems import Finding, Problems, in_order


@dataclass(frozen=True, slots=True)
class Known:
    """What was proved of flows so far, for those that run them."""

    flows: Mapping[str, Flow]
    rests: dict[str, Rest] = field(default_factory=dict)
    costs: dict[str, Mapping[str, Cost]] = field(default_factory=dict)


def check_flows(sources: Mapping[str, str], catalogue: Catalogue) -> tuple[Finding, ...]:
    """Check flow files (by file name) together, and give every finding in the order of files and places.

    A file whose form is broken is judged by its form alone: its ways and words would only repeat the mistake.
    """
    read = [_read(file, source, catalogue) for file, source in sources.items()]
    files = [(flow, problems) for flow, problems in read if flow is not None]
    check_links(files)
    sound = {flow.name: (flow, problems) for flow, problems in files if not problems.errors}
    known = Known({flow.name: flow for flow, _ in files})
    for name in in_running_order({name: flow for name, (flow, _) in sound.items()}):
        _prove(*sound[name], known, catalogue)
    return in_order(finding for _, problems in read for finding in problems.findings)


def _read(file: str, source: str, catalogue: Catalogue) -> tuple[Flow | None, Problems]:
    problems = Problems(file)
    flow = parse_flow(source, problems, catalogue)
    if flow is not None:
        check_names(flow, problems)
        check_languages(flow, problems)
    return flow, problems


def _prove(flow: Flow, problems: Problems, known: Known, catalogue: Catalogue) -> None:
    """Every proof that needs a flow whose form holds, after the flows that it runs."""
    check_kept(flow, problems)
    check_ways(flow, problems)
    known.rests[flow.name] = check_rest(flow, known.rests, problems)
    check_silence(flow, problems)
    check_person(flow, catalogue, problems)
    check_clashes(flow, catalogue, problems)
    check_length(flow, catalogue, problems)
    check_words(flow, catalogue, problems)
    check_voice(flow, problems)
    known.costs[flow.name] = check_cost(flow, known.costs, catalogue, problems)
    check_tests(flow, known.flows, catalogue, problems)
