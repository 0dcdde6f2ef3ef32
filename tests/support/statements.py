"""Counts the SQL statements a page or a service costs, so that their number is promised and not hoped for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import CacheStats

# Transaction control costs no question of ours.
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET ")


class Statements(list[str]):
    """The statements that were sent, in order; `str()` shows them, for the message of a failed assertion."""

    def __str__(self) -> str:
        return "\n".join(f"{number}. {' '.join(statement.split())[:240]}" for number, statement in enumerate(self, 1))


@contextmanager
def counted() -> Iterator[Statements]:
    """`with counted() as statements:` … `assert len(statements) <= 6, str(statements)`. Counts every engine of this process."""
    seen = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(CONTROL):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def compiled_anew() -> Iterator[Statements]:
    """The statements that SQLAlchemy had to compile because its cache did not hold them, which costs more than running them."""
    seen = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if context.compiled is not None and context.cache_hit is not CacheStats.CACHE_HIT and not statement.startswith(CONTROL):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
