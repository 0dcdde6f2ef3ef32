"""Mails as each cycle words them, reminders and thanks."""

import sqlalchemy as sa
from alembic import op

from eventos.kernel.db import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_mail_wording_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_wording")),
        sa.UniqueConstraint("cycle_id", "kind", "version", name=op.f("uq_mail_wording_cycle_id_kind_version")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.Column("minutes_before", sa.Integer(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("sent_to", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("(at IS NULL) != (minutes_before IS NULL)", name=op.f("ck_reminder_one_moment")),
        sa.CheckConstraint("minutes_before IS NULL OR minutes_before BETWEEN 10 AND 86400", name=op.f("ck_reminder_minutes_before")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_reminder_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reminder_public_id")),
    )
    op.create_index("ix_reminder_event", "reminder", ["event_id"])
    op.create_table(
        "after_plan",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("thanks_on_close", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_after_plan_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_after_plan")),
    )
    op.create_table(
        "after_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("promised_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("dropped", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('thanks', 'absent')", name=op.f("ck_after_mail_kind")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_after_mail_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_after_mail_person_id_person")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_after_mail_registration_id_registration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_mail")),
        sa.UniqueConstraint("event_id", "person_id", "kind", name=op.f("uq_after_mail_event_id_person_id_kind")),
    )
    op.create_index("ix_after_mail_registration", "after_mail", ["registration_id"])


def downgrade() -> None:
    for name in ("after_mail", "after_plan", "reminder", "mail_wording"):
        op.drop_table(name)
