"""The ledger: what was accepted is on disk before anybody is told, and outlives the simulator."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.service.simulator.running import ANA, OURS, Simulator


def _file(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "ledger.ndjson").read_text().splitlines()]


def test_everything_accepted_is_one_line_on_disk_and_over_http(simulator: Simulator, tmp_path: Path) -> None:
    """Both directions, with sid, time, ends, words and callback; refused messages are not there."""
    sid = simulator.text("I am\u2028here")["sid"]
    simulator.create(Body="Hello", StatusCallback=f"{simulator.service.public_url}/x")
    simulator.create(Body="")
    inbound, outbound = simulator.ledger()
    assert (inbound["sid"], inbound["direction"], inbound["body"]) == (sid, "inbound", "I am\u2028here")
    assert (outbound["from"], outbound["to"], outbound["body"], outbound["kind"]) == (OURS, ANA, "Hello", "message")
    assert outbound["StatusCallback"].endswith("/x")
    assert _file(tmp_path) == [inbound, outbound]


def test_times_in_the_ledger_are_moved_times(simulator: Simulator) -> None:
    """What is accepted is stamped with the clock that the service reads."""
    simulator.create()
    simulator.ask("POST", "/clock", fields={"advance": str(3 * 86400)})
    simulator.create()
    first, second = (line["at"][:10] for line in simulator.ledger())
    assert first < second


def test_phones_and_the_providers_list_outlive_a_restart(start: Callable[..., Simulator]) -> None:
    """A second simulator over the same folder has the messages, without what was redacted or deleted."""
    first = start()
    kept, redacted, deleted = (first.create(Body=body).json()["sid"] for body in ("kept", "redacted", "deleted"))
    first.until(lambda: {m["status"] for m in first.phone()["messages"]} == {"delivered"})
    first.rest("POST", f"/Messages/{redacted}.json", fields={"Body": ""})
    first.rest("DELETE", f"/Messages/{deleted}.json")
    first.ask("POST", f"/phones/{ANA}/calls")
    second = start()
    messages = second.phone()["messages"]
    assert [(message["sid"], message["body"]) for message in messages] == [(kept, "kept"), (redacted, "")]
    assert second.phone()["calls"] == first.phone()["calls"]
    assert second.ledger() == first.ledger()


def test_a_line_cut_in_half_by_a_kill_does_not_spoil_the_rest(start: Callable[..., Simulator], tmp_path: Path) -> None:
    """The half line is passed over, and what comes after it stands on a line of its own."""
    (tmp_path / "ledger.ndjson").write_text('{"kind": "mess')
    start().create(Body="after the kill")
    assert [message["body"] for message in start().phone()["messages"]] == ["after the kill"]


def test_a_reset_empties_the_phones_and_keeps_the_file(start: Callable[..., Simulator], tmp_path: Path) -> None:
    """After POST /reset everything is empty, here and after a restart; the file still has what happened."""
    simulator = start()
    simulator.create(Body="before")
    simulator.ask("POST", "/faults", json={"kind": "429"})
    assert simulator.ask("POST", "/reset").status == 204
    assert (simulator.ledger(), simulator.phone()["messages"]) == ([], [])
    assert simulator.create(Body="after").status == 201
    assert [line.get("body") for line in _file(tmp_path)] == ["before", None, "after"]
    assert [message["body"] for message in start().phone()["messages"]] == ["after"]
