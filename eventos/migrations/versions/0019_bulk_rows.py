"""What was done to many registrations, a row for each: it can be for any number of them, and goes on where it was left."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LISTS = ("rows", "skipped", "left_alone")
ACTIONS = sa.table(
    "bulk_action", sa.column("id", sa.Integer), sa.column("undone_at", sa.Text), *(sa.column(name, sa.JSON) for name in LISTS)
)
ROWS = sa.table(
    "bulk_row",
    *(sa.column(name, sa.Integer) for name in ("bulk_id", "registration_id")),
    *(sa.column(name, sa.Text) for name in ("state", "why")),
    *(sa.column(name, sa.JSON) for name in ("before", "after")),
)


def upgrade() -> None:
    op.create_table(
        "bulk_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulk_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'skipped', 'back', 'left')", name=op.f("ck_bulk_row_state")),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_action.id"], name=op.f("fk_bulk_row_bulk_id_bulk_action")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_bulk_row_registration_id_registration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_row")),
        sa.UniqueConstraint("bulk_id", "registration_id", name=op.f("uq_bulk_row_bulk_id_registration_id")),
    )
    op.create_index("ix_bulk_row_standing", "bulk_row", ["bulk_id", "state"])
    op.create_index(op.f("ix_bulk_row_registration_id"), "bulk_row", ["registration_id"])
    db = op.get_bind()
    for action in db.execute(sa.select(ACTIONS).order_by(ACTIONS.c.id)).all():
        rows = list(_rows(action))
        if rows:
            db.execute(sa.insert(ROWS), rows)
    for name in LISTS:
        op.drop_column("bulk_action", name)


def _rows(action: Any) -> Iterator[dict[str, Any]]:
    """Each registration once: what was done to it says more than that it could not be done again."""
    left = {each["id"]: each["why"] for each in action.left_alone}
    seen = set()
    for each in action.rows:
        state = "done" if action.undone_at is None else "left" if each["id"] in left else "back"
        seen.add(each["id"])
        yield _row(action.id, each["id"], state, left.get(each["id"], ""), each["before"], each["after"])
    for each in action.skipped:
        if each["id"] not in seen:
            seen.add(each["id"])
            yield _row(action.id, each["id"], "skipped", each["why"], {}, {})


def _row(bulk_id: int, registration_id: int, state: str, why: str, before: Any, after: Any) -> dict[str, Any]:
    return {"bulk_id": bulk_id, "registration_id": registration_id, "state": state, "why": why, "before": before, "after": after}


def downgrade() -> None:
    for name in LISTS:
        op.add_column("bulk_action", sa.Column(name, sa.JSON(), server_default="[]", nullable=False))
    db = op.get_bind()
    for (bulk_id,) in db.execute(sa.select(ACTIONS.c.id)).all():
        rows = db.execute(sa.select(ROWS).where(ROWS.c.bulk_id == bulk_id)).all()
        lists = {
            "rows": [{"id": row.registration_id, "before": row.before, "after": row.after} for row in rows if row.before],
            "skipped": [{"id": row.registration_id, "why": row.why} for row in rows if row.state == "skipped"],
            "left_alone": [{"id": row.registration_id, "why": row.why} for row in rows if row.state == "left"],
        }
        db.execute(sa.update(ACTIONS).where(ACTIONS.c.id == bulk_id).values(**lists))
    op.drop_table("bulk_row")
