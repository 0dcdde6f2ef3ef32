"""Saved views, bulk actions and merged people."""

import sqlalchemy as sa
from alembic import op

from eventos.kernel.db import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STANDING = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("merged_at", UTCDateTime(), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_person_merge_two_people")),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_person_merge_kept_id_person")),
        sa.ForeignKeyConstraint(["gone_id"], ["person.id"], name=op.f("fk_person_merge_gone_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_merge_public_id")),
    )
    op.create_index("uq_person_merge_standing", "person_merge", ["gone_id"], unique=True, sqlite_where=STANDING, postgresql_where=STANDING)
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_table(
        "duplicate_dismissed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("dismissed_at", UTCDateTime(), nullable=False),
        sa.Column("dismissed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_duplicate_dismissed_in_order")),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name=op.f("fk_duplicate_dismissed_first_id_person")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_duplicate_dismissed_second_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_dismissed")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_duplicate_dismissed_first_id_second_id")),
    )
    op.create_index(op.f("ix_duplicate_dismissed_second_id"), "duplicate_dismissed", ["second_id"])
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), server_default="", nullable=False),
        sa.Column("left_alone", sa.JSON(), nullable=False),
        sa.CheckConstraint("action IN ('approve', 'reject', 'cancel', 'resend', 'modality', 'merge')", name=op.f("ck_bulk_action_action")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_bulk_action_event_id_event")),
        sa.ForeignKeyConstraint(["merge_id"], ["person_merge.id"], name=op.f("fk_bulk_action_merge_id_person_merge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_action")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bulk_action_public_id")),
    )
    op.create_index(op.f("ix_bulk_action_event_id"), "bulk_action", ["event_id"])
    op.create_index(op.f("ix_bulk_action_merge_id"), "bulk_action", ["merge_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_saved_view_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_view_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_view_public_id")),
        sa.UniqueConstraint("cycle_id", "staff_id", "name", name=op.f("uq_saved_view_cycle_id_staff_id_name")),
    )
    op.create_index(op.f("ix_saved_view_staff_id"), "saved_view", ["staff_id"])


def downgrade() -> None:
    for table in ("saved_view", "bulk_action", "duplicate_dismissed", "person_merge"):
        op.drop_table(table)
