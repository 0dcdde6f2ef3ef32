"""Evidence, consents and the audit are append-only: the database itself refuses to change or remove them.

Rows of the demo may be removed (by `demo --reset`), never changed.
"""

from eventos.migrations import append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# table → the condition (on OLD) under which a row may be removed, and under which it may be changed.
RULES = {
    "audit_entry": ("FALSE", "FALSE"),
    "consent": ("EXISTS (SELECT 1 FROM person WHERE person.id = OLD.person_id AND person.demo)", "FALSE"),
    "attendance_decision": (
        "EXISTS (SELECT 1 FROM registration WHERE registration.id = OLD.registration_id AND registration.demo)",
        "FALSE",
    ),
    "registrant_import_row": (
        "EXISTS (SELECT 1 FROM registrant_import i JOIN event ON event.id = i.event_id "
        "WHERE i.id = OLD.import_id AND (event.demo OR i.state <> 'entered'))",
        "EXISTS (SELECT 1 FROM registrant_import i WHERE i.id = OLD.import_id AND i.state <> 'entered')",
    ),
}


def upgrade() -> None:
    append_only.guard(RULES)


def downgrade() -> None:
    append_only.release(RULES)
