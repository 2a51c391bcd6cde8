"""The first schema.

Revision: 0001; follows nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "consent_ledger",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("inbound_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ledger_number", "consent_ledger", ["number_id", "at"], unique=False, postgresql_where=None)
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "conversations_open", "conversations", ["number_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "escalations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("running", sa.BigInteger(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("inbound_id", sa.Uuid(), nullable=True),
        sa.Column("said_stop", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "escalations_open", "escalations", ["number_id"], unique=False, postgresql_where=sa.text("state <> 'closed'")
    )
    op.create_index("escalations_running", "escalations", ["running"], unique=True, postgresql_where=None)
    op.create_table(
        "flow_versions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process"),
    )
    op.create_table(
        "held",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("staff_number_id", sa.Uuid(), nullable=False),
        sa.Column("inbound_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_how", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "held_open", "held", ["staff_number_id"], unique=False, postgresql_where=sa.text("settled_at is null")
    )
    op.create_table(
        "inbound",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("to_number", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ends", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("inbound_number", "inbound", ["number_id", "received_at"], unique=False, postgresql_where=None)
    op.create_index("inbound_sid", "inbound", ["sid"], unique=True, postgresql_where=None)
    op.create_index(
        "inbound_unsettled", "inbound", ["number_id"], unique=False, postgresql_where=sa.text("state = 'unsettled'")
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("specialist_id", sa.Uuid(), nullable=True),
        sa.Column("window_start", sa.Text(), nullable=False),
        sa.Column("window_end", sa.Text(), nullable=False),
        sa.Column("per_day", sa.BigInteger(), nullable=False),
        sa.Column("per_week", sa.BigInteger(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("welcomed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phone_seen_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("members_number", "members", ["number_id"], unique=True, postgresql_where=None)
    op.create_table(
        "numbers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("memory", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("numbers_blind", "numbers", ["blind"], unique=True, postgresql_where=None)
    op.create_table(
        "outbound",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("escalation_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("segments", sa.BigInteger(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("copies", sa.BigInteger(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("outbound_number", "outbound", ["number_id", "at"], unique=False, postgresql_where=None)
    op.create_index(
        "outbound_number_queued",
        "outbound",
        ["number_id", "lane", "seq"],
        unique=False,
        postgresql_where=sa.text("state in ('queued', 'sending')"),
    )
    op.create_index(
        "outbound_queued", "outbound", ["lane", "seq"], unique=False, postgresql_where=sa.text("state = 'queued'")
    )
    op.create_index(
        "outbound_sending", "outbound", ["lease_until"], unique=False, postgresql_where=sa.text("state = 'sending'")
    )
    op.create_index("outbound_sent", "outbound", ["sent_at"], unique=False, postgresql_where=sa.text("state = 'sent'"))
    op.create_index(
        "outbound_unsure", "outbound", ["claimed_at"], unique=False, postgresql_where=sa.text("state = 'unsure'")
    )
    op.create_table(
        "pages",
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("staff_number_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("escalation_id", "staff_id"),
    )
    op.create_index("pages_number", "pages", ["staff_number_id"], unique=False, postgresql_where=None)
    op.create_table(
        "published",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "queue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("tier", sa.BigInteger(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inbound_id", sa.Uuid(), nullable=True),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("escalation_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_how", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("queue_open", "queue", ["number_id"], unique=False, postgresql_where=sa.text("closed_at is null"))
    op.create_table(
        "schedules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("schedules_number", "schedules", ["number_id"], unique=False, postgresql_where=sa.text("active"))
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("backup_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("staff_number", "staff", ["number_id"], unique=True, postgresql_where=None)
    op.create_index("staff_role", "staff", ["role"], unique=False, postgresql_where=None)
    op.create_table(
        "threads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("staff_number_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_words_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "threads_number", "threads", ["number_id"], unique=False, postgresql_where=sa.text("closed_at is null")
    )
    op.create_index("threads_staff", "threads", ["staff_number_id", "closed_at"], unique=False, postgresql_where=None)
    op.create_index(
        "threads_tag", "threads", ["staff_number_id", "tag"], unique=True, postgresql_where=sa.text("closed_at is null")
    )
    op.create_table(
        "timers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("aside", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_index("timers_due", "timers", ["lane", "due_at"], unique=False, postgresql_where=sa.text("not aside"))
    op.create_index("timers_next", "timers", ["due_at"], unique=False, postgresql_where=sa.text("not aside"))
    op.create_index("timers_number", "timers", ["number_id"], unique=False, postgresql_where=None)
    op.create_table(
        "turns",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "flow"),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("turns")
    op.drop_index("timers_number", table_name="timers", postgresql_where=None)
    op.drop_index("timers_next", table_name="timers", postgresql_where=sa.text("not aside"))
    op.drop_index("timers_due", table_name="timers", postgresql_where=sa.text("not aside"))
    op.drop_table("timers")
    op.drop_index("threads_tag", table_name="threads", postgresql_where=sa.text("closed_at is null"))
    op.drop_index("threads_staff", table_name="threads", postgresql_where=None)
    op.drop_index("threads_number", table_name="threads", postgresql_where=sa.text("closed_at is null"))
    op.drop_table("threads")
    op.drop_index("staff_role", table_name="staff", postgresql_where=None)
    op.drop_index("staff_number", table_name="staff", postgresql_where=None)
    op.drop_table("staff")
    op.drop_index("schedules_number", table_name="schedules", postgresql_where=sa.text("active"))
    op.drop_table("schedules")
    op.drop_index("queue_open", table_name="queue", postgresql_where=sa.text("closed_at is null"))
    op.drop_table("queue")
    op.drop_table("published")
    op.drop_index("pages_number", table_name="pages", postgresql_where=None)
    op.drop_table("pages")
    op.drop_index("outbound_unsure", table_name="outbound", postgresql_where=sa.text("state = 'unsure'"))
    op.drop_index("outbound_sent", table_name="outbound", postgresql_where=sa.text("state = 'sent'"))
    op.drop_index("outbound_sending", table_name="outbound", postgresql_where=sa.text("state = 'sending'"))
    op.drop_index("outbound_queued", table_name="outbound", postgresql_where=sa.text("state = 'queued'"))
    op.drop_index(
        "outbound_number_queued", table_name="outbound", postgresql_where=sa.text("state in ('queued', 'sending')")
    )
    op.drop_index("outbound_number", table_name="outbound", postgresql_where=None)
    op.drop_table("outbound")
    op.drop_index("numbers_blind", table_name="numbers", postgresql_where=None)
    op.drop_table("numbers")
    op.drop_index("members_number", table_name="members", postgresql_where=None)
    op.drop_table("members")
    op.drop_index("inbound_unsettled", table_name="inbound", postgresql_where=sa.text("state = 'unsettled'"))
    op.drop_index("inbound_sid", table_name="inbound", postgresql_where=None)
    op.drop_index("inbound_number", table_name="inbound", postgresql_where=None)
    op.drop_table("inbound")
    op.drop_index("held_open", table_name="held", postgresql_where=sa.text("settled_at is null"))
    op.drop_table("held")
    op.drop_table("heartbeats")
    op.drop_table("flow_versions")
    op.drop_index("escalations_running", table_name="escalations", postgresql_where=None)
    op.drop_index("escalations_open", table_name="escalations", postgresql_where=sa.text("state <> 'closed'"))
    op.drop_table("escalations")
    op.drop_index("conversations_open", table_name="conversations", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("conversations")
    op.drop_index("ledger_number", table_name="consent_ledger", postgresql_where=None)
    op.drop_table("consent_ledger")
    op.drop_table("audit")
