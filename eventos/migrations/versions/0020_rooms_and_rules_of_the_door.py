"""Rooms of the door with their rules, what a scan says of itself, entries by room, and tickets that were replaced."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from eventos.kernel.db import UTCDateTime
from eventos.migrations import append_only

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_scan_event_received", ["event_id", "received_at"]),
    ("ix_scan_device_received", ["device_id", "received_at"]),
    ("ix_scan_annuls", ["annuls_id"]),
)
_SAID = ("room", "day", "told", "phone_key")
_MOMENTS = ("scanned_at", "received_at")
# Under which condition (on OLD) a scan may be removed, and under which it may be changed, as in 0004.
_MAY = (
    "EXISTS (SELECT 1 FROM event WHERE event.id = OLD.event_id AND event.demo) "
    "OR EXISTS (SELECT 1 FROM registration WHERE registration.id = OLD.registration_id AND registration.demo)",
    "FALSE",
)


def upgrade() -> None:
    op.create_table(
        "door_room",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_door_room_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", "key", name=op.f("pk_door_room")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_door_room_event_id_name")),
    )
    op.create_table(
        "revoked_ticket",
        sa.Column("ticket_hash", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_revoked_ticket_event_id_event")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_revoked_ticket_registration_id_registration")),
        sa.PrimaryKeyConstraint("ticket_hash", name=op.f("pk_revoked_ticket")),
    )
    op.create_index("ix_revoked_ticket_event", "revoked_ticket", ["event_id", "revoked_at"])
    op.create_index(op.f("ix_revoked_ticket_registration_id"), "revoked_ticket", ["registration_id"])
    with op.batch_alter_table("device") as device:
        device.add_column(sa.Column("kind", sa.Text(), server_default="phone", nullable=False))
        device.alter_column("created_by", existing_type=sa.Integer(), nullable=True)
        device.create_check_constraint(op.f("ck_device_kind"), "kind IN ('phone', 'screen', 'desk')")
        device.create_check_constraint(op.f("ck_device_maker"), "kind <> 'phone' OR created_by IS NOT NULL")
    # Of a database that went back and forth: nobody made its screens and desks.
    op.execute("UPDATE device SET kind = 'screen', created_by = NULL WHERE link_hash LIKE 'screen:%'")
    op.execute("UPDATE device SET kind = 'desk', created_by = NULL WHERE link_hash LIKE 'desk:%'")
    for name in _SAID:
        op.add_column("scan", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name, columns in _INDEXES:
        op.create_index(name, "scan", columns)
    _tell_scans()
    kept = _rows("SELECT registration_id, day, device_id, nonce, accepted_at FROM acceptance")
    op.drop_table("acceptance")
    op.bulk_insert(_acceptance("registration_id", "day", "room"), kept)


def downgrade() -> None:
    """Of each registration and day the first entry stays, whatever the room."""
    first: dict[tuple[int, str], dict[str, Any]] = {}
    for row in _rows("SELECT registration_id, day, device_id, nonce, accepted_at FROM acceptance ORDER BY accepted_at"):
        first.setdefault((row["registration_id"], row["day"]), row)
    op.drop_table("acceptance")
    op.bulk_insert(_acceptance("registration_id", "day"), list(first.values()))
    for name, _ in reversed(_INDEXES):
        op.drop_index(name, table_name="scan")
    for name in reversed(_SAID):
        op.drop_column("scan", name)
    op.execute("UPDATE device SET created_by = (SELECT min(id) FROM staff) WHERE created_by IS NULL")
    with op.batch_alter_table("device") as device:
        device.drop_constraint(op.f("ck_device_maker"), type_="check")
        device.drop_constraint(op.f("ck_device_kind"), type_="check")
        device.drop_column("kind")
        device.alter_column("created_by", existing_type=sa.Integer(), nullable=False)
    op.drop_index(op.f("ix_revoked_ticket_registration_id"), table_name="revoked_ticket")
    op.drop_index("ix_revoked_ticket_event", table_name="revoked_ticket")
    op.drop_table("revoked_ticket")
    op.drop_table("door_room")


def _tell_scans() -> None:
    """The day of the entries that stand, and when readings by a wrong clock count, as their rows say from now on."""
    append_only.release(["scan"])
    op.execute(
        "UPDATE scan SET day = COALESCE((SELECT entry.day FROM acceptance entry WHERE entry.registration_id = scan.registration_id "
        "AND entry.device_id = scan.device_id AND entry.nonce = scan.nonce), '')"
    )
    scan = sa.table("scan", *(sa.column(name) for name in ("id", "flagged")), sa.column("detail", sa.JSON()), *map(_moment, _MOMENTS))
    flagged = op.get_bind().execute(sa.select(scan).where(scan.c.flagged == "clock")).mappings().all()
    for row in flagged:
        told = {"detail": {**row["detail"], "clock": row["scanned_at"].isoformat()}, "scanned_at": row["received_at"]}
        op.execute(scan.update().where(scan.c.id == row["id"]).values(told))
    append_only.guard({"scan": _MAY})


def _moment(name: str) -> sa.ColumnClause[Any]:
    return sa.column(name, UTCDateTime())


def _rows(asked: str) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(sa.text(asked).columns(accepted_at=UTCDateTime())).mappings()]


def _acceptance(*keys: str) -> sa.Table:
    """The rows are few and the key changes: the table is made again."""
    room = [sa.Column("room", sa.Text(), server_default="", nullable=False)] if "room" in keys else []
    return op.create_table(
        "acceptance",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), server_default="", nullable=False),
        *room,
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_acceptance_registration_id_registration")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_acceptance_device_id_device")),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_acceptance")),
    )
