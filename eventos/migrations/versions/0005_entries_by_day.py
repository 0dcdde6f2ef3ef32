"""Somebody enters once on each day of an event; until when a phone reads follows its events and is no longer kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from eventos.kernel.clock import BOGOTA
from eventos.kernel.db import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _table(*keys: str) -> sa.Table:
    day = [sa.Column("day", sa.Text(), server_default="", nullable=False)] if "day" in keys else []
    return op.create_table(
        "acceptance",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        *day,
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_acceptance_registration_id_registration")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_acceptance_device_id_device")),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_acceptance")),
    )


def upgrade() -> None:
    """The rows are few and the key changes: the table is made again. An entry belongs to the last day that began before its door closed."""
    asked = sa.text("SELECT registration_id, device_id, nonce, accepted_at FROM acceptance ORDER BY accepted_at")
    kept = _rows(asked.columns(accepted_at=UTCDateTime()))
    days = sa.text(
        "SELECT r.id AS registration_id, d.starts_at FROM acceptance a JOIN registration r ON r.id = a.registration_id "
        "JOIN event_day d ON d.event_id = r.event_id ORDER BY d.starts_at"
    )
    starts: dict[int, list[datetime]] = {}
    for row in _rows(days.columns(starts_at=UTCDateTime())):
        starts.setdefault(row["registration_id"], []).append(row["starts_at"])
    op.drop_table("acceptance")
    table = _table("registration_id", "day")
    if kept:
        op.bulk_insert(table, [row | {"day": _day(row["accepted_at"], starts.get(row["registration_id"], []))} for row in kept])
    op.drop_column("device", "expires_at")


def _rows(asked: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(asked).mappings()]


def _day(accepted_at: datetime, starts: list[datetime]) -> str:
    """The door opens three hours before each day begins."""
    begun = [one for one in starts if one - timedelta(hours=3) <= accepted_at] or starts[:1]
    return begun[-1].astimezone(BOGOTA).date().isoformat() if begun else ""


def downgrade() -> None:
    """Of each registration the first entry stays; phones that were made live until an hour nobody kept: a day from now."""
    asked = sa.text("SELECT registration_id, device_id, nonce, accepted_at FROM acceptance ORDER BY accepted_at")
    first: dict[int, dict[str, Any]] = {}
    for row in _rows(asked.columns(accepted_at=UTCDateTime())):
        first.setdefault(row["registration_id"], row)
    op.drop_table("acceptance")
    table = _table("registration_id")
    if first:
        op.bulk_insert(table, list(first.values()))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.000000")
    op.add_column("device", sa.Column("expires_at", UTCDateTime(), nullable=False, server_default=tomorrow))
