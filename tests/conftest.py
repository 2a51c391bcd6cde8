"""What every test may ask for: real servers, a database of its own schema, and no way out of this machine."""

import contextlib
import os
import sys
from collections.abc import Iterator

import hypothesis
import psycopg
import pytest

from tests.emptying import empty
from tests.servers import Servers, fresh_database, running_servers, share, shared_servers

hypothesis.settings.register_profile("peerline", deadline=None, print_blob=True)
hypothesis.settings.load_profile("peerline")

_HERE = ("127.0.0.1", "::1", "localhost")


def _refuse_far_addresses(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] not in _HERE:
        raise RuntimeError(f"A test tried to reach {arguments[1][0]}. Tests talk to this machine alone.")


sys.addaudithook(_refuse_far_addresses)


class _ServersForAll:
    """Starts the servers in the process that starts the test processes, since it outlives them all."""

    def pytest_xdist_setupnodes(self, config: pytest.Config) -> None:
        running = contextlib.ExitStack()
        share(running.enter_context(running_servers()))
        config.add_cleanup(running.close)


def pytest_configure(config: pytest.Config) -> None:
    """With several test processes (`-n`), share one set of servers."""
    if config.pluginmanager.hasplugin("xdist") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_ServersForAll())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end one process would wait for the other's last long test."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey, started once for the whole run."""
    shared = shared_servers()
    if shared is not None:
        yield shared
    else:
        with running_servers() as started:
            yield started


@pytest.fixture(scope="session")
def database_url(servers: Servers) -> str:
    """The address of this process's own database, migrated; see `database` for an empty one."""
    return fresh_database(servers)


@pytest.fixture
def database(database_url: str) -> str:
    """The address of this process's own database, with all tables empty but for published flow versions."""
    with psycopg.connect(database_url) as connection:
        empty(connection)
    return database_url


@pytest.fixture(scope="session")
def redis_url(servers: Servers) -> str:
    """The address of this process's own database in Valkey. What is in it are hints; nobody may count on it being empty."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return servers.redis_url(int(worker.removeprefix("gw")) % 16)
