"""Published versions of flows: a note on why, and no way to change one that exists.

Revision: 0003; follows: 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REFUSE = """
create function flow_version_stays() returns trigger language plpgsql as $$
begin
    raise exception 'a published version of a flow never changes; publish another';
end $$
"""
_TRIGGER = """
create trigger flow_versions_stay before update on flow_versions
for each row execute function flow_version_stays()
"""


def upgrade() -> None:
    """Add the column and the guard."""
    op.add_column("flow_versions", sa.Column("note", sa.Text(), nullable=True))
    op.execute(_REFUSE)
    op.execute(_TRIGGER)


def downgrade() -> None:
    """Take them away again."""
    op.execute("drop trigger flow_versions_stay on flow_versions")
    op.execute("drop function flow_version_stays()")
    op.drop_column("flow_versions", "note")
