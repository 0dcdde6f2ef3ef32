"""The convocatoria: who is convened, what was sent, who confirmed."""

import sqlalchemy as sa
from alembic import op

from eventos.kernel.db import UTCDateTime
from eventos.migrations import append_only

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KINDS = (
    "'sent', 'call', 'reminder', 'failed', 'bounced', 'reply', 'confirmed', 'declined', 'designated', 'withdrawn', 'invited', "
    "'changed', 'called_off'"
)
# table → the condition (on OLD) under which a row may be removed, and under which it may be changed: the words of a sent call stay.
RULES = {
    "event_call": (
        "OLD.sent_at IS NULL OR EXISTS (SELECT 1 FROM event WHERE event.id = OLD.event_id AND event.demo)",
        "OLD.sent_at IS NULL OR (NEW.subject = OLD.subject AND NEW.body = OLD.body AND NEW.content_sha256 = OLD.content_sha256 "
        "AND NEW.sent_at = OLD.sent_at)",
    ),
    "event_call_entry": (
        "EXISTS (SELECT 1 FROM event_call JOIN event ON event.id = event_call.event_id WHERE event_call.id = OLD.call_id AND event.demo)",
        "FALSE",
    ),
}


def upgrade() -> None:
    op.create_table(
        "convened",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.Text(), server_default="", nullable=False),
        sa.Column("liaison_name", sa.Text(), server_default="", nullable=False),
        sa.Column("liaison_post", sa.Text(), server_default="", nullable=False),
        sa.Column("liaison_email", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("divipola", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_convened_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_convened_entity_id_entity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_convened")),
        sa.UniqueConstraint("cycle_id", "entity_id", name=op.f("uq_convened_cycle_id_entity_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_convened_public_id")),
    )
    op.create_index(op.f("ix_convened_entity_id"), "convened", ["entity_id"])
    op.create_table(
        "event_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("deadline_at", UTCDateTime(), nullable=True),
        sa.Column("flyer", sa.Text(), server_default="none", nullable=False),
        sa.Column("flyer_version", sa.Integer(), nullable=True),
        sa.Column("flyer_files", sa.JSON(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("sent_by", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("evidence_state", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence_sha256", sa.Text(), nullable=True),
        sa.Column("evidence_at", UTCDateTime(), nullable=True),
        sa.Column("evidence_error", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("state IN ('draft', 'sent')", name=op.f("ck_event_call_state")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_event_call_sent_has_moment")),
        sa.CheckConstraint("flyer IN ('none', 'shown', 'linked')", name=op.f("ck_event_call_flyer")),
        sa.CheckConstraint("evidence_state IN ('', 'pending', 'ready', 'error')", name=op.f("ck_event_call_evidence_state")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_call_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_call")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_call_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_call_event_id"), "event_call", ["event_id"])
    op.create_table(
        "event_call_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("convened_id", sa.Integer(), nullable=False),
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mails", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_post", sa.Text(), server_default="", nullable=False),
        sa.Column("declined_at", UTCDateTime(), nullable=True),
        sa.Column("decline_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed', 'bounced')", name=op.f("ck_event_call_recipient_state")),
        sa.ForeignKeyConstraint(["call_id"], ["event_call.id"], name=op.f("fk_event_call_recipient_call_id_event_call")),
        sa.ForeignKeyConstraint(["convened_id"], ["convened.id"], name=op.f("fk_event_call_recipient_convened_id_convened")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_call_recipient")),
        sa.UniqueConstraint("call_id", "convened_id", name=op.f("uq_event_call_recipient_call_id_convened_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_call_recipient_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_event_call_recipient_token_hash")),
    )
    op.create_index(op.f("ix_event_call_recipient_convened_id"), "event_call_recipient", ["convened_id"])
    op.create_table(
        "event_call_designee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("given_names", sa.Text(), nullable=False),
        sa.Column("family_names", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=True),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("invited_at", UTCDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["event_call_recipient.id"], name=op.f("fk_event_call_designee_recipient_id_event_call_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_call_designee")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_call_designee_public_id")),
        sa.UniqueConstraint("recipient_id", "email_key", "name_key", name=op.f("uq_event_call_designee_recipient_id_email_key_name_key")),
    )
    op.create_table(
        "event_call_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("designee_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_event_call_entry_kind")),
        sa.ForeignKeyConstraint(["call_id"], ["event_call.id"], name=op.f("fk_event_call_entry_call_id_event_call")),
        sa.ForeignKeyConstraint(
            ["designee_id"], ["event_call_designee.id"], name=op.f("fk_event_call_entry_designee_id_event_call_designee")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["event_call_recipient.id"], name=op.f("fk_event_call_entry_recipient_id_event_call_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_call_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_event_call_entry_key")),
    )
    op.create_index("ix_event_call_entry_call", "event_call_entry", ["call_id", "id"])
    op.create_index("ix_event_call_entry_recipient", "event_call_entry", ["recipient_id"])
    op.create_index("ix_event_call_entry_message", "event_call_entry", ["message_id"])
    append_only.guard(RULES)


def downgrade() -> None:
    append_only.release(RULES)
    for table in ("event_call_entry", "event_call_designee", "event_call_recipient", "event_call", "convened"):
        op.drop_table(table)
