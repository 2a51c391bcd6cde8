"""Schedules that hang on a date, speak within some minutes, or rest on a day; hours by weekday; what began a conversation.

Revision: 0005; follows: 0004.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FILLED: tuple[tuple[str, sa.Column[Any], str], ...] = (
    ("members", sa.Column("windows", JSONB()), "'{}'"),
    ("schedules", sa.Column("kind", sa.Text()), "'routine'"),
    ("schedules", sa.Column("spread", sa.BigInteger()), "0"),
    ("schedules", sa.Column("unless_heard", sa.Boolean()), "false"),
    ("schedules", sa.Column("skip_holidays", sa.Boolean()), "false"),
    ("conversations", sa.Column("kind", sa.Text()), "'routine'"),
)
_EMPTY: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("schedules", sa.Column("date_id", sa.Uuid(), nullable=True)),
    ("schedules", sa.Column("date_at", sa.Text(), nullable=True)),
    ("schedules", sa.Column("relative", sa.Text(), nullable=True)),
    ("schedules", sa.Column("last_at", sa.DateTime(timezone=True), nullable=True)),
    ("conversations", sa.Column("until_at", sa.DateTime(timezone=True), nullable=True)),
    ("conversations", sa.Column("schedule_id", sa.Uuid(), nullable=True)),
)


def upgrade() -> None:
    """Add the columns; rows that exist get what they had until now."""
    for table, column, value in _FILLED:
        op.add_column(table, column.copy())
        op.execute(f"update {table} set {column.name} = {value}")  # noqa: S608 - constants of this file
        op.alter_column(table, column.name, nullable=False)
    for table, column in _EMPTY:
        op.add_column(table, column.copy())


def downgrade() -> None:
    """Take them away again."""
    for table, column in _EMPTY:
        op.drop_column(table, column.name)
    for table, column, _ in _FILLED:
        op.drop_column(table, column.name)
