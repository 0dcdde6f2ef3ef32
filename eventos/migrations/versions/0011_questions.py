"""Own questions of each event, with their answers."""

import sqlalchemy as sa
from alembic import op

from eventos.kernel.db import UTCDateTime
from eventos.migrations import append_only

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OF_DEMO = "EXISTS (SELECT 1 FROM form_question q JOIN event e ON e.id = q.event_id WHERE q.id = OLD.question_id AND e.demo)"
RULES = {"form_question_version": (OF_DEMO, "FALSE")}


def upgrade() -> None:
    op.create_table(
        "form_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_form_question_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_question")),
        sa.UniqueConstraint("key", name=op.f("uq_form_question_key")),
    )
    op.create_index("ix_form_question_event", "form_question", ["event_id", "position"])
    op.create_table(
        "form_question_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), server_default="", nullable=False),
        sa.Column("required", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("sensitive", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("shown_if", sa.JSON(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["form_question.id"], name=op.f("fk_form_question_version_question_id_form_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_question_version")),
        sa.UniqueConstraint("question_id", "version", name=op.f("uq_form_question_version_question_id_version")),
    )
    _answers("answer")
    _answers("sensitive_answer", sa.Column("consent_id", sa.Integer(), nullable=False), sa.ForeignKeyConstraint(
        ["consent_id"], ["consent.id"], name=op.f("fk_sensitive_answer_consent_id_consent")
    ))  # fmt: skip
    op.create_table(
        "option_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("seat_pool_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_option_seat_registration_id_registration")),
        sa.ForeignKeyConstraint(["question_id"], ["form_question.id"], name=op.f("fk_option_seat_question_id_form_question")),
        sa.ForeignKeyConstraint(["seat_pool_id"], ["seat_pool.id"], name=op.f("fk_option_seat_seat_pool_id_seat_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_seat")),
        sa.UniqueConstraint("registration_id", "seat_pool_id", name=op.f("uq_option_seat_registration_id_seat_pool_id")),
    )
    op.create_index("ix_option_seat_pool", "option_seat", ["seat_pool_id"])
    append_only.guard(RULES)


def _answers(table: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f(f"fk_{table}_registration_id_registration")),
        sa.ForeignKeyConstraint(["question_id"], ["form_question.id"], name=op.f(f"fk_{table}_question_id_form_question")),
        sa.ForeignKeyConstraint(["version_id"], ["form_question_version.id"], name=op.f(f"fk_{table}_version_id_form_question_version")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("registration_id", "question_id", name=op.f(f"uq_{table}_registration_id_question_id")),
    )
    op.create_index(f"ix_{table}_question", table, ["question_id"])


def downgrade() -> None:
    append_only.release(RULES)
    op.execute("DELETE FROM option_seat")
    for table in ("option_seat", "sensitive_answer", "answer", "form_question_version", "form_question"):
        op.drop_table(table)
    op.execute("DELETE FROM seat_pool WHERE kind <> 'modality'")
