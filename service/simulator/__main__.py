"""Run the simulator: python -m service.simulator --help."""

import signal
import sys
from types import FrameType

from service.simulator.app import start_server
from service.simulator.options import read_options


def main() -> None:
    """Serve until SIGTERM or Ctrl-C; prints the address when it answers."""
    for number in (signal.SIGTERM, signal.SIGINT):  # by name: who starts us in the background has SIGINT ignored
        signal.signal(number, _stop)
    server, world = start_server(read_options(sys.argv[1:]))
    print(f"Phones are at http://{server.host}:{server.port}", flush=True)  # noqa: T201 - this is its output
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        world.reports.release()
        server.server_close()
        world.ledger.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
