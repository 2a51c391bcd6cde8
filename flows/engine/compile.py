"""From a flow file to a flow that can be walked, or every mistake at once."""

from flows.engine.catalogue import Catalogue
from flows.engine.check.languages import check_languages
from flows.engine.check.names import check_names
from flows.engine.flow import Flow
from flows.engine.parse.flow import parse_flow
from flows.engine.problems import FlowProblems, Problems


def compile_flow(source: str, file: str, catalogue: Catalogue) -> Flow:
    """Compile a flow from the text of its file.

    Raises FlowProblems with all mistakes of form, names, kinds and languages that would keep it from being walked;
    what is judged beyond that is for `flows.engine.check`.
    """
    problems = Problems(file)
    flow = parse_flow(source, problems, catalogue)
    if flow is not None:
        check_names(flow, problems)
        check_languages(flow, problems)
    if flow is None or problems.errors:
        raise FlowProblems(problems.findings)
    return flow
