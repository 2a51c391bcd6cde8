"""What concerns safety is watched until it has left: when the provider let it go, and when somebody was told that it had not.

Revision: 0007; follows: 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WATCHED = "lane = 0 and left_at is null and state in ('queued', 'sending', 'unsure', 'sent')"


def upgrade() -> None:
    """Add the two moments, and the index of what is watched; what was handed over before counts as gone."""
    op.add_column("outbound", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbound", sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update outbound set left_at = sent_at where lane = 0 and state = 'sent'")
    op.create_index("outbound_watched", "outbound", ["at"], unique=False, postgresql_where=sa.text(WATCHED))


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("outbound_watched", table_name="outbound", postgresql_where=sa.text(WATCHED))
    op.drop_column("outbound", "late_at")
    op.drop_column("outbound", "left_at")
