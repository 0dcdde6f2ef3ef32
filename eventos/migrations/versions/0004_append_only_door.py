"""Scans and closed rosters are append-only too.

Rows of the demo may be removed (by `demo --reset`), never changed.
"""

from eventos.migrations import append_only

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# table → the condition (on OLD) under which a row may be removed, and under which it may be changed.
RULES = {
    # Also a demo QR that was read at the door of a real event.
    "scan": (
        "EXISTS (SELECT 1 FROM event WHERE event.id = OLD.event_id AND event.demo) "
        "OR EXISTS (SELECT 1 FROM registration WHERE registration.id = OLD.registration_id AND registration.demo)",
        "FALSE",
    ),
    "attendance_part": ("EXISTS (SELECT 1 FROM registration WHERE registration.id = OLD.registration_id AND registration.demo)", "FALSE"),
    "roster": ("EXISTS (SELECT 1 FROM event WHERE event.id = OLD.event_id AND event.demo)", "FALSE"),
    "roster_entry": ("EXISTS (SELECT 1 FROM registration WHERE registration.id = OLD.registration_id AND registration.demo)", "FALSE"),
}


def upgrade() -> None:
    append_only.guard(RULES)


def downgrade() -> None:
    append_only.release(RULES)
