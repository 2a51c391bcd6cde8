"""What is in flight is found by an index, so that a claim costs the same however many messages there ever were.

Revision: 0006; follows: 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IN_FLIGHT = sa.text("state in ('sending', 'unsure')")


def upgrade() -> None:
    """Make the two indexes of what is in flight, in place of those of each state."""
    op.create_index("outbound_in_flight", "outbound", ["number_id"], postgresql_where=IN_FLIGHT)
    op.create_index("outbound_leases", "outbound", ["lease_until"], postgresql_where=IN_FLIGHT)
    op.drop_index("outbound_sending", table_name="outbound")
    op.drop_index("outbound_unsure", table_name="outbound")


def downgrade() -> None:
    """Make the indexes of each state again."""
    op.create_index("outbound_unsure", "outbound", ["lease_until"], postgresql_where=sa.text("state = 'unsure'"))
    op.create_index("outbound_sending", "outbound", ["lease_until"], postgresql_where=sa.text("state = 'sending'"))
    op.drop_index("outbound_leases", table_name="outbound")
    op.drop_index("outbound_in_flight", table_name="outbound")
