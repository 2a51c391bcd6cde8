"""Calls out to staff, and what was said in each. The release before knows nothing of them and places none.

Revision: 0008; follows: 0007.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNDER_WAY = sa.text("state in ('queued', 'sending', 'placed')")
REFUSED = sa.text("escalation_id is not null and error_code is not null")


def upgrade() -> None:
    """Make the tables and the indexes."""
    _calls()
    op.create_table(
        "heard",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "step"),
    )
    op.create_index("calls_waiting", "calls", ["number_id"], postgresql_where=UNDER_WAY)
    op.create_index(
        "calls_round", "calls", ["escalation_id", "number_id", "round"],
        unique=True, postgresql_where=sa.text("escalation_id is not null"),
    )  # fmt: skip
    op.create_index("outbound_refused", "outbound", ["escalation_id"], postgresql_where=REFUSED)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("outbound_refused", table_name="outbound")
    op.drop_table("heard")
    op.drop_table("calls")


def _calls() -> None:
    time, number = sa.DateTime(timezone=True), sa.BigInteger()
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("ready_at", time, nullable=False),
        sa.Column("round", number, nullable=False),
        sa.Column("escalation_id", sa.Uuid(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", JSONB(), nullable=False),
        sa.Column("attempts", number, nullable=False),
        sa.Column("copies", number, nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", time, nullable=True),
        sa.Column("lease_until", time, nullable=True),
        sa.Column("placed_at", time, nullable=True),
        sa.Column("final_at", time, nullable=True),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("error_code", number, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
