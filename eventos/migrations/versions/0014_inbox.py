"""What came back by mail: bounces and answers to invites; and events that are put off without a new date."""

import sqlalchemy as sa
from alembic import op

from eventos.kernel.db import UTCDateTime
from eventos.migrations.append_only import guard, release

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# table → the condition (on OLD) under which a row may be removed, and under which it may be changed.
RULES = {
    "inbound_mail": ("EXISTS (SELECT 1 FROM event WHERE event.id = OLD.event_id AND event.demo)", "FALSE"),
    "inbound_decision": (
        "EXISTS (SELECT 1 FROM inbound_mail i JOIN event ON event.id = i.event_id WHERE i.id = OLD.inbound_id AND event.demo)",
        "FALSE",
    ),
}
KINDS = "kind IN ('bounce', 'calendar', 'reply', 'automatic', 'unknown')"
VERDICTS = "verdict IN ('applied', 'doubtful', 'refused', 'foreign', 'noted')"


def upgrade() -> None:
    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("about_message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("says", sa.JSON(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_inbound_mail_kind")),
        sa.CheckConstraint(VERDICTS, name=op.f("ck_inbound_mail_verdict")),
        sa.CheckConstraint("via IN ('folder', 'upload')", name=op.f("ck_inbound_mail_via")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_inbound_mail_event_id_event")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_inbound_mail_registration_id_registration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inbound_mail_public_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_inbound_mail_sha256")),
    )
    op.create_index("ix_inbound_mail_received_at", "inbound_mail", ["received_at"])
    op.create_index(op.f("ix_inbound_mail_event_id"), "inbound_mail", ["event_id"])
    op.create_index(op.f("ix_inbound_mail_registration_id"), "inbound_mail", ["registration_id"])
    op.create_table(
        "inbound_decision",
        sa.Column("inbound_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound_mail.id"], name=op.f("fk_inbound_decision_inbound_id_inbound_mail")),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_inbound_decision")),
    )
    guard(RULES)
    op.add_column("mail_record", sa.Column("bounced_at", UTCDateTime(), nullable=True))
    op.add_column("mail_record", sa.Column("bounce_reason", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_mail_record_bounced_at", "mail_record", ["bounced_at"])
    op.add_column("event", sa.Column("postponed_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "postponed_at")
    op.drop_index("ix_mail_record_bounced_at", "mail_record")
    op.drop_column("mail_record", "bounce_reason")
    op.drop_column("mail_record", "bounced_at")
    release(RULES)
    op.drop_table("inbound_decision")
    op.drop_table("inbound_mail")
