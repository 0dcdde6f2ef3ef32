"""An entity's confirmation that staff wrote down, a deadline that was extended, and what the thread says of them."""

import sqlalchemy as sa
from alembic import op

from eventos.kernel.db import UTCDateTime
from eventos.migrations import append_only

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KINDS_BEFORE = (
    "'sent', 'call', 'reminder', 'failed', 'bounced', 'reply', 'confirmed', 'declined', 'designated', 'withdrawn', 'invited', "
    "'changed', 'called_off'"
)
_NEW = "'unconfirmed', 'extended', 'needless'"
ENTRY = {
    "event_call_entry": (
        "EXISTS (SELECT 1 FROM event_call JOIN event ON event.id = event_call.event_id WHERE event_call.id = OLD.call_id AND event.demo)",
        "FALSE",
    ),
}


def _allow(kinds: str) -> None:
    with op.batch_alter_table("event_call_entry") as batch:
        batch.drop_constraint(op.f("ck_event_call_entry_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_event_call_entry_kind"), f"kind IN ({kinds})")


def upgrade() -> None:
    op.add_column("event_call", sa.Column("extended_to", UTCDateTime(), nullable=True))
    for name in ("confirmed_via", "confirmed_note", "recorded_by"):
        op.add_column("event_call_recipient", sa.Column(name, sa.Text(), server_default="", nullable=False))
    append_only.release(ENTRY)
    _allow(f"{_KINDS_BEFORE}, {_NEW}")
    append_only.guard(ENTRY)


def downgrade() -> None:
    append_only.release(ENTRY)
    op.execute("DELETE FROM event_call_entry WHERE kind IN ('unconfirmed', 'extended', 'needless')")
    _allow(_KINDS_BEFORE)
    append_only.guard(ENTRY)
    for name in ("recorded_by", "confirmed_note", "confirmed_via"):
        op.drop_column("event_call_recipient", name)
    op.drop_column("event_call", "extended_to")
