"""The one clock: aware UTC inside, Bogotá for people (Colombia keeps UTC−5 all year). Tests freeze it here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BOGOTA = ZoneInfo("America/Bogota")

_frozen: list[datetime] = []


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment as a wall clock in Bogotá shows it."""
    return moment.astimezone(BOGOTA)


def today() -> date:
    """The calendar date in Bogotá."""
    return local(now()).date()


def at_local(day: date, hour: time) -> datetime:
    """The UTC moment of a date and hour told in Bogotá."""
    return datetime.combine(day, hour, tzinfo=BOGOTA).astimezone(UTC)


@contextmanager
def freeze(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` inside the block (tests only)."""
    if moment.tzinfo is None:
        raise ValueError("the clock needs an aware moment")
    _frozen.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.pop()
