"""Ports of this machine."""

import socket

from service.local.problems import LocalProblem

_HERE = "127.0.0.1"


def choose_ports(wanted: int | None, usual: int) -> tuple[int, int]:
    """A port for the service and one for the phones: the wanted or usual one and its neighbour, or others where those are taken.

    Raises LocalProblem where a port was asked for by name and is taken.
    """
    first = wanted or usual
    if wanted and not _is_free(wanted):
        raise LocalProblem(f"Port {wanted} is taken. Choose another with --port.")
    web = first if _is_free(first) else _any_free()
    return web, first + 1 if _is_free(first + 1) else _any_free()


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        # A connection that has just ended may still hold its port for a minute; that is no reason to move.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((_HERE, port))
        except (OSError, OverflowError):
            return False
        return True


def _any_free() -> int:
    with socket.socket() as tried:
        tried.bind((_HERE, 0))
        port: int = tried.getsockname()[1]
        return port
