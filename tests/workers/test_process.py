import os
import subprocess
import sys
from pathlib import Path

from tests.service.settings import KEY, ROOT

_ASK = """
import threading
from concurrent.futures import ThreadPoolExecutor
from workers.process import peerline
together = threading.Barrier(8)

def ask(_):
    together.wait()
    return id(peerline())

with ThreadPoolExecutor(8) as threads:
    print(len(set(threads.map(ask, range(8)))))
"""


def test_threads_that_come_together_share_one_peerline(database_url: str, tmp_path: Path) -> None:
    """One process has one set of senders and one pool of connections, however many tasks come first."""
    environ = {
        "DATABASE_URL": database_url, "REDIS_URL": "redis://127.0.0.1:1/0", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "made-up", "PUBLIC_URL": "https://riverbend.example", "PEERLINE_MODE": "test",
        "PEERLINE_KEYS": f"d1:data:{KEY},i1:index:{KEY}", "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"],
    }  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "1", run.stderr
