"""Triggers that keep a table append-only, on both databases: a row is changed or removed only where its rule allows."""

from collections.abc import Iterable, Mapping

from alembic import op

MESSAGE = "append-only"


def guard(rules: Mapping[str, tuple[str, str]]) -> None:
    """Put the triggers on each table: `rules` gives the SQL condition (on OLD) under which a row may be removed, and may be changed."""
    for table, (may_delete, may_update) in rules.items():
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


def release(tables: Iterable[str]) -> None:
    """Take the triggers of these tables away again."""
    for table in tables:
        for verb in ("delete", "update"):
            on = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
            op.execute(f"DROP TRIGGER {table}_no_{verb}{on}")
            if on:
                op.execute(f"DROP FUNCTION {table}_no_{verb}()")
