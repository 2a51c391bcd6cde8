"""Flows for tests: those that are shipped, and small ones written in a test."""

from functools import cache
from pathlib import Path
from textwrap import dedent

from flows.engine.compile import compile_flow
from flows.engine.flow import Flow
from service.rules.catalogue import CATALOGUE

FLOWS = Path(__file__).parents[3] / "flows"


@cache
def shipped_flows() -> dict[str, Flow]:
    """Every shipped flow by name."""
    found = (
        compile_flow(path.read_text(), path.name, CATALOGUE)
        for path in sorted([*FLOWS.glob("*.yaml"), *FLOWS.glob("waiting/*.yaml")])
    )
    return {flow.name: flow for flow in found}


def written(steps: str, header: str = "") -> str:
    """A flow file around some steps, which may be indented as the test has them."""
    head = "flow: made-up\ntitle: Made up\npurpose: A test.\nlanguages: [en]\n"
    body = "\n".join("  " + line for line in dedent(steps).strip("\n").splitlines())
    return f"{head}{dedent(header)}\nsteps:\n{body}\n"


def compiled(steps: str, header: str = "") -> Flow:
    """The flow of `written`, compiled."""
    return compile_flow(written(steps, header), "made-up.yaml", CATALOGUE)
