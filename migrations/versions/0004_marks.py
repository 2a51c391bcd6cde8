"""Marks: what the service remembers of itself; and what each of our numbers has spent today.

Revision: 0004; follows: 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column("senders", sa.Column("day", sa.Text(), nullable=True))
    op.add_column("senders", sa.Column("segments", sa.BigInteger(), nullable=True))
    op.add_column("senders", sa.Column("told_day", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("senders", "told_day")
    op.drop_column("senders", "segments")
    op.drop_column("senders", "day")
    op.drop_table("marks")
