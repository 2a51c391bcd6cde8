"""Bring a database to the newest schema, or say how far behind it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url

FOLDER = Path(__file__).parents[2] / "migrations"


def migrate(database_url: str) -> str:
    """Upgrade to the newest revision under a lock, so that two that start together do not meet; returns the revision."""
    with create_engine(sqlalchemy_url(database_url)).begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(72701)")
        command.upgrade(_config(connection), "head")
        return str(MigrationContext.configure(connection).get_current_revision())


def is_current(database_url: str) -> bool:
    """Whether the database has the schema that this code expects."""
    with create_engine(sqlalchemy_url(database_url)).connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory(str(FOLDER)).get_current_head()


def sqlalchemy_url(database_url: str) -> str:
    """The same database for SQLAlchemy, which wants the driver named."""
    url = make_url(database_url.replace("postgres://", "postgresql://", 1))
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
