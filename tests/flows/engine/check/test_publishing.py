"""What is asked when a flow is to be published: whether the service can do it all, and who stands where."""

from flows.engine.check import check_flows
from flows.engine.check.people import Standing, check_people, standings
from flows.engine.check.ready import check_ready
from flows.engine.problems import Problems
from service.rules.catalogue import CATALOGUE
from tests.flows.engine.flow_files import FLOWS, compiled, shipped_flows

NEW = compiled("hello: {end: yes}\nbye: {end: yes}", "renamed: {goodbye: bye}\nstart: hello")


def test_people_keep_their_step_or_move_by_its_new_name() -> None:
    """Who stands on a step that is gone has nowhere to go; steps on which nobody stands do not matter."""
    assert standings(NEW, {"hello": 2, "goodbye": 1, "gone": 3, "empty": 0}) == (
        Standing("gone", 3, None),
        Standing("goodbye", 1, "bye"),
        Standing("hello", 2, "hello"),
    )


def test_stranding_somebody_is_said() -> None:
    """With how many, where, and what would take them over."""
    problems = Problems("made-up.yaml")
    check_people(NEW, {"gone": 3, "hello": 1}, problems)

    assert [(finding.code, finding.message) for finding in problems.findings] == [
        ("people.stranded", '3 people stand on the step "gone", which this version does not have.')
    ]
    assert "renamed: {gone: STEP}" in problems.findings[0].mend


def unready(name: str) -> list[str]:
    """What keeps a shipped flow from being published."""
    problems = Problems(name)
    check_ready(shipped_flows()[name], shipped_flows(), CATALOGUE, problems)
    return [finding.message for finding in problems.findings]


def test_flows_that_wait_for_an_action_are_refused_and_all_others_are_not() -> None:
    """The folder they stand in says what the catalogue says."""
    waiting = {path.stem for path in FLOWS.glob("waiting/*.yaml")}

    assert {name for name in shipped_flows() if unready(name)} == waiting
    assert unready("finder")[0] == 'The service cannot do "find_resource" yet.'


def test_an_action_is_found_in_a_flow_that_is_run() -> None:
    """What a flow runs is part of what it does."""
    outer = compiled("first: {run: finder, end: yes}")
    problems = Problems("made-up.yaml")
    check_ready(outer, shipped_flows(), CATALOGUE, problems)

    assert 'in the flow "finder", which it runs' in problems.findings[0].message


def test_the_library_has_no_findings_at_all() -> None:
    """Seventeen flows in two languages, without an error or a warning."""
    paths = [*FLOWS.glob("*.yaml"), *FLOWS.glob("waiting/*.yaml")]

    assert check_flows({path.name: path.read_text() for path in paths}, CATALOGUE) == ()


def test_a_flow_of_two_hundred_steps_is_checked_whole() -> None:
    """Two hundred questions in a row, each with replies, silence and two languages, are judged to the last."""
    steps = "".join(
        f'  s{n}:\n    ask: {{en: "How is it, {{me}}? Part {n}.", es: "¿Qué tal, {{me}}? Parte {n}."}}\n'
        f"    replies:\n      low: {{number: 1 to 2, words: {{en: [bad], es: [mal]}}, go: s{n + 1}}}\n"
        f"      anything: {{go: s{n + 1}}}\n"
        for n in range(200)
    )
    head = (
        "flow: long\ntitle: Long\npurpose: To be long.\nlanguages: [en, es]\nsilence: [{after: 24 hours, go: s200}]\n"
    )
    findings = check_flows({"long.yaml": f"{head}steps:\n{steps}  s200: {{end: yes}}\n"}, CATALOGUE)

    assert {finding.code for finding in findings} == {"tests.gap"}
    assert len(findings) == 801
