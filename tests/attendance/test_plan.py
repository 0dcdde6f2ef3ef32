"""How SQLite looks for who came: by index, so that a list ten times as long takes ten times as long and not a hundred."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from eventos.attendance import queries
from eventos.attendance.queries import RosterFilter
from tests.attendance.factories import register, the_114
from tests.cycles.factories import a_published_event


def plans(db: Session, ask: Callable[[], object]) -> list[str]:
    """What SQLite says it does for each statement of `ask`."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    ask()
    event.remove(Engine, "before_cursor_execute", note)
    raw = db.connection()
    return [row[3] for statement, values in seen for row in raw.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda db, event_id: queries.count(db, event_id),
        lambda db, event_id: queries.roster(db, event_id, RosterFilter(estado="asistieron", texto="ana")),
        lambda db, event_id: queries.export_rows(db, event_id, RosterFilter()),
        lambda db, event_id: queries.attended_ids(db, event_id),
    ],
    ids=["count", "roster", "export", "attended"],
)
def test_no_table_is_read_from_end_to_end(db: Session, ask: Callable[[Session, int], object]) -> None:
    held = a_published_event(db)
    register(db, held, the_114())
    steps = plans(db, lambda: ask(db, held.id))
    assert steps
    # Of the few merged people a list is made first; that one may be read whole.
    assert [step for step in steps if step.startswith("SCAN") and not step.startswith(("SCAN (subquery", "SCAN ranked"))] == []
