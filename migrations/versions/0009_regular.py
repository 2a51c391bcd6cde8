"""Which schedule is a member's regular one, that their file and their own choice set; and which ones were removed by hand.

Revision: 0009; follows: 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_FILLED = ("regular", "removed")
# What was added by hand says so in the audit. Of what is left, a file or the member's own choice made it: the one of the
# flow that the last file named, the oldest where there are several (ids are in the order of their making).
_REGULAR = """update schedules s set regular = true from (
    select distinct on (x.member_id) x.id from schedules x join numbers n on n.id = x.number_id
    where x.active and x.date_id is null
      and x.flow = coalesce(n.memory -> 'imported' ->> 'flow', 'check-in')
      and not exists (select 1 from audit a where a.about = x.member_id and a.what = 'schedule added'
          and a.detail ->> 'schedule' = x.id::text)
    order by x.member_id, x.id) found where found.id = s.id"""
_REMOVED = """update schedules s set removed = true from audit a
    where not s.active and a.about = s.member_id
      and ((a.what = 'schedule removed' and a.detail ->> 'schedule' = s.id::text)
        or (a.what = 'date cancelled' and a.detail ->> 'date' = s.date_id::text))"""


def upgrade() -> None:
    """Add the columns, and mark what the audit and the numbers' memory tell."""
    for name in _FILLED:
        op.add_column("schedules", sa.Column(name, sa.Boolean()))
        op.execute(f"update schedules set {name} = false")  # noqa: S608 - constants of this file
        op.alter_column("schedules", name, nullable=False)
    op.execute(_REGULAR)
    op.execute(_REMOVED)


def downgrade() -> None:
    """Take them away again."""
    for name in _FILLED:
        op.drop_column("schedules", name)
