"""Senders: rate and hold of each of our numbers, and indexes that follow how messages are settled.

Revision: 0002; follows: 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_table(
        "senders",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_code", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.drop_index("outbound_number_queued", table_name="outbound")
    op.create_index(
        "outbound_number_queued",
        "outbound",
        ["number_id", "lane", "seq"],
        unique=False,
        postgresql_where=sa.text("state in ('queued', 'sending', 'unsure')"),
    )
    op.drop_index("outbound_unsure", table_name="outbound")
    op.create_index(
        "outbound_unsure", "outbound", ["lease_until"], unique=False, postgresql_where=sa.text("state = 'unsure'")
    )
    op.create_index("outbound_sid", "outbound", ["sid"], unique=False, postgresql_where=sa.text("sid is not null"))


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("outbound_sid", table_name="outbound")
    op.drop_index("outbound_unsure", table_name="outbound")
    op.create_index(
        "outbound_unsure", "outbound", ["claimed_at"], unique=False, postgresql_where=sa.text("state = 'unsure'")
    )
    op.drop_index("outbound_number_queued", table_name="outbound")
    op.create_index(
        "outbound_number_queued",
        "outbound",
        ["number_id", "lane", "seq"],
        unique=False,
        postgresql_where=sa.text("state in ('queued', 'sending')"),
    )
    op.drop_table("senders")
