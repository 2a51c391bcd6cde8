"""Alembic's entry: the database comes from `-x url=…` or from the connection that `service.store.migrations` hands in."""

from alembic import context
from sqlalchemy import Connection, create_engine

from service.store.tables import metadata

target_metadata = metadata


def _run(connection: Connection) -> None:
    # Short waits: a migration that cannot get its lock soon must not stop the service behind it.
    connection.exec_driver_sql("set lock_timeout = '4s'")
    context.configure(connection=connection, target_metadata=target_metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as connection:
        _run(connection)
        connection.commit()
