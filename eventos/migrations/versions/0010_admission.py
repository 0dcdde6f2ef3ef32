"""How an event admits people: moderation, private events, offered seats, groups, and what a calendar answered."""

import sqlalchemy as sa
from alembic import op

from eventos.kernel.db import UTCDateTime

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = "state IN ('active', 'waitlisted', 'offered', 'unconfirmed', 'pending', 'rejected', 'cancelled')"
SEATED = "(state IN ('active', 'offered', 'unconfirmed')) = (seat_pool_id IS NOT NULL)"
STATES_BEFORE = "state IN ('active', 'waitlisted', 'cancelled')"
SEATED_BEFORE = "(state = 'active') = (seat_pool_id IS NOT NULL)"


def upgrade() -> None:
    op.create_table(
        "admission_policy",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("moderated", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_private", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("invitation_hash", sa.Text(), nullable=True),
        sa.Column("invitation_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("offer_hours", sa.Integer(), nullable=True),
        sa.Column("admits_late", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("group_limit", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("group_limit BETWEEN 1 AND 50", name=op.f("ck_admission_policy_group_limit")),
        sa.CheckConstraint("offer_hours IS NULL OR offer_hours BETWEEN 1 AND 168", name=op.f("ck_admission_policy_offer_hours")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_admission_policy_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_admission_policy")),
        sa.UniqueConstraint("invitation_hash", name=op.f("uq_admission_policy_invitation_hash")),
    )
    op.create_table(
        "registration_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_registration_group_event_id_event")),
        sa.ForeignKeyConstraint(["leader_id"], ["person.id"], name=op.f("fk_registration_group_leader_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_group")),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_group_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "used_link",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_used_link")),
    )
    op.create_index(op.f("ix_used_link_expires_at"), "used_link", ["expires_at"])
    op.create_index(op.f("ix_registration_group_event_id"), "registration_group", ["event_id"])
    with op.batch_alter_table("registration", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("expires_at", UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("decided_at", UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("decided_by", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("decision_reason", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("reply", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("replied_at", UTCDateTime(), nullable=True))
        batch.create_foreign_key(op.f("fk_registration_group_id_registration_group"), "registration_group", ["group_id"], ["id"])
        batch.drop_constraint(op.f("ck_registration_state"), type_="check")
        batch.drop_constraint(op.f("ck_registration_active_holds_seat"), type_="check")
        batch.create_check_constraint(op.f("ck_registration_state"), STATES)
        batch.create_check_constraint(op.f("ck_registration_active_holds_seat"), SEATED)
        batch.create_check_constraint(op.f("ck_registration_reply"), "reply IN ('', 'accepted', 'tentative', 'declined')")
        batch.create_index(op.f("ix_registration_group_id"), ["group_id"])
        batch.create_index("ix_registration_expires", ["expires_at"])


def downgrade() -> None:
    op.execute("UPDATE registration SET state = 'cancelled', seat_pool_id = NULL WHERE state NOT IN ('active', 'waitlisted', 'cancelled')")
    with op.batch_alter_table("registration", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_index("ix_registration_expires")
        batch.drop_index(op.f("ix_registration_group_id"))
        batch.drop_constraint(op.f("ck_registration_reply"), type_="check")
        batch.drop_constraint(op.f("ck_registration_active_holds_seat"), type_="check")
        batch.drop_constraint(op.f("ck_registration_state"), type_="check")
        batch.create_check_constraint(op.f("ck_registration_active_holds_seat"), SEATED_BEFORE)
        batch.create_check_constraint(op.f("ck_registration_state"), STATES_BEFORE)
        batch.drop_constraint(op.f("fk_registration_group_id_registration_group"), type_="foreignkey")
        for name in ("replied_at", "reply", "group_id", "decision_reason", "decided_by", "decided_at", "expires_at"):
            batch.drop_column(name)
    op.drop_table("used_link")
    op.drop_table("registration_group")
    op.drop_table("admission_policy")
