"""Whether the parts know each other: schema and migrations, routes and signatures, Procfile and commands, effects and branches."""

import ast
from pathlib import Path
from typing import get_args

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from werkzeug.routing import Rule

from flows.engine.effects import Effect
from service.app import application
from service.assembly import assemble
from service.cli.main import COMMANDS
from service.store.migrations import sqlalchemy_url
from service.store.tables import metadata
from service.store.vitals import expected_revision
from tests.service.settings import made_up_settings

OPEN = {"/", "/health/live", "/health/ready", "/metrics"}


def test_there_is_one_newest_migration() -> None:
    """Two changes of the schema that were made side by side are put in order before they reach a database."""
    assert ScriptDirectory("migrations").get_heads() == [expected_revision()]


def test_the_migrated_schema_is_the_one_in_code(database_url: str) -> None:
    """What the migrations build and what the code expects are the same, to the column."""
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []


def test_every_route_of_the_provider_refuses_what_is_not_signed() -> None:
    """Nobody but the provider can tell us what a member said: not by a form without a signature, and not by JSON."""
    peerline = assemble(made_up_settings())
    app = application(peerline)
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule not in OPEN]
    assert rules
    for rule in rules:
        path = _path(rule)
        assert app.test_client().post(path, data={"From": "+15555550123"}).status_code == 403, path
        assert app.test_client().post(path, json={"From": "+15555550123"}).status_code == 403, path
    peerline.pool.close()


def test_every_process_of_the_procfile_is_a_command() -> None:
    """What a platform starts from the Procfile exists, with migrations before everything else."""
    processes = dict(line.split(": ", 1) for line in Path("Procfile").read_text().splitlines())
    assert list(processes) == ["release", "web", "worker", "clock"]
    started = [command.removeprefix("python -m service.cli ").split()[0] for command in processes.values()]
    assert set(started) <= set(COMMANDS)


@pytest.mark.parametrize("effect", sorted(kind.__name__ for kind in get_args(Effect)))
def test_every_effect_is_carried_out(effect: str) -> None:
    """Whatever the engine may ask for has its branch in the one place that carries it out."""
    tree = ast.parse(Path("service/conversations.py").read_text())
    branches = {ast.unparse(node.cls).rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.MatchClass)}
    assert effect in branches


def _path(rule: Rule) -> str:
    names = dict.fromkeys(rule.arguments, "018f0000-0000-7000-8000-000000000000")
    path = rule.rule
    for name, value in names.items():
        path = path.replace(f"<uuid:{name}>", value).replace(f"<int:{name}>", "1").replace(f"<{name}>", value)
    return path
