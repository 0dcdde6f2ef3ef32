"""Scans and closed rosters are append-only too.

Rows of the demo may be removed (by `demo --reset`), never changed.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MESSAGE = "append-only"

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
    for table, (may_delete, may_update) in RULES.items():
        for verb, allowed in (("DELETE", may_delete), ("UPDATE", may_update)):
            name = f"{table}_no_{verb.lower()}"
            if op.get_bind().dialect.name == "sqlite":
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN NOT ({allowed}) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )
                continue
            back = "OLD" if verb == "DELETE" else "NEW"
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF NOT ({allowed}) THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN {back}; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for table in RULES:
        for verb in ("delete", "update"):
            on = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
            op.execute(f"DROP TRIGGER {table}_no_{verb}{on}")
            if on:
                op.execute(f"DROP FUNCTION {table}_no_{verb}()")
