import socket

import pytest

from service.local.ports import choose_ports
from service.local.problems import LocalProblem


def test_a_taken_port_that_was_asked_for_is_refused() -> None:
    """Whoever names a port learns that it is taken and is not moved elsewhere in silence."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LocalProblem, match="taken"):
        choose_ports(taken.getsockname()[1], 8000)


def test_a_taken_usual_port_is_replaced() -> None:
    """Whoever names no port gets free ones."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        usual = taken.getsockname()[1]
        web, phones = choose_ports(None, usual)
    assert usual not in (web, phones)
    assert web != phones
