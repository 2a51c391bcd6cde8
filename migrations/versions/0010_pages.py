"""Of a phone that is told of an alert: since when nothing has left for it, and when others were told that nothing reaches it.

Revision: 0010; follows: 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two moments. The release before leaves them empty: it tells again, and that is all."""
    for name in ("late_at", "unreached_at"):
        op.add_column("pages", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    for name in ("unreached_at", "late_at"):
        op.drop_column("pages", name)
