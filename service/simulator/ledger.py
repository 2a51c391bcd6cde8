"""The ledger: everything accepted, one JSON object a line, on disk before anybody is told. The truth of fault tests."""

import json
import os
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from service.simulator.memory import Memory
from service.simulator.records import Call, Message, Said

Line = Mapping[str, Any]


class Ledger:
    """Append-only lines, in memory and, when a folder is given, fsynced in `ledger.ndjson` there."""

    def __init__(self, folder: Path | None) -> None:
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._file = _open(folder) if folder else None
        self.path = folder / "ledger.ndjson" if folder else None

    def append(self, line: Line) -> None:
        """Write one line; it is on disk when this returns."""
        # ASCII alone: a body may hold a line separator or a lone surrogate, and neither may break a line in two.
        text = json.dumps(line, ensure_ascii=True) + "\n"
        with self._lock:
            if self._file is not None:
                os.write(self._file, text.encode("ascii"))
                os.fsync(self._file)
            self._lines.append(text)

    def text(self) -> str:
        """Give all lines since start or reset as NDJSON."""
        with self._lock:
            return "".join(self._lines)

    def clear(self) -> None:
        """Forget the lines in memory; the file keeps them, and a line that says so."""
        self.append({"kind": "reset"})
        with self._lock:
            self._lines.clear()

    def restore(self, memory: Memory) -> None:
        """Bring back what an earlier run left on disk, so that phones and the provider's list outlive a restart."""
        if self.path is None:
            return
        kept = [line for line in self.path.read_text("ascii").splitlines(keepends=True) if _is_whole(line)]
        for text in kept:
            _replay(json.loads(text), memory)
        begin = max((at + 1 for at, text in enumerate(kept) if json.loads(text)["kind"] == "reset"), default=0)
        self._lines[:] = kept[begin:]

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def message_line(message: Message) -> Line:
    """The ledger's line for an accepted message; `at` is moved time in ISO form."""
    return {
        "kind": "message",
        "sid": message.sid,
        "at": message.at.isoformat(),
        "direction": "inbound" if message.origin == "phone" else "outbound",
        "origin": message.origin,
        "from": message.sender,
        "to": message.recipient,
        "body": message.body,
        "segments": message.segments,
        "StatusCallback": message.callback,
        "fault": message.fault,
    }


def call_line(call: Call) -> Line:
    """The ledger's line for a call that was made or taken, when its words are known."""
    return {
        "kind": "call",
        "sid": call.sid,
        "at": call.at.isoformat(),
        "direction": "inbound" if call.inbound else "outbound",
        "from": call.sender,
        "to": call.recipient,
        "status": call.status,
        "said": [{"text": said.text, "language": said.language} for said in call.said],
        "fault": call.fault,
    }


def _open(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / "ledger.ndjson", os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
    _end_last_line(file)
    return file


def _end_last_line(file: int) -> None:
    """Close a line that a killed process left half-written, so that the next one starts clean."""
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.write(file, b"\n")


def _is_whole(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _replay(line: Line, memory: Memory) -> None:
    match line["kind"]:
        case "message":
            memory.keep_message(_message(line))
        case "call" | "call-ended":
            memory.keep_call(_call(line))
        case "redacted":
            memory.change_message(line["sid"], body="")
        case "deleted":
            memory.delete_message(line["sid"])
        case "reset":
            memory.clear()


def _message(line: Line) -> Message:
    at = datetime.fromisoformat(line["at"])
    return Message(
        sid=line["sid"],
        origin=line["origin"],
        sender=line["from"],
        recipient=line["to"],
        body=line["body"],
        status="received" if line["origin"] == "phone" else "delivered",
        segments=line["segments"],
        at=at,
        updated=at,
        sent=at,
        callback=line["StatusCallback"],
        fault=line["fault"],
    )


def _call(line: Line) -> Call:
    at = datetime.fromisoformat(line["at"])
    said = tuple(Said(heard["text"], heard["language"]) for heard in line["said"])
    inbound = line["direction"] == "inbound"
    return Call(line["sid"], inbound, line["from"], line["to"], line["status"], at, at, said, line["fault"])
