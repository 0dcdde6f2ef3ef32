"""Whom a change of an event would be told to: the rooms above count the people they write to, so that staff see it before they save."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventos.kernel import spanish


@dataclass(frozen=True)
class Reached:
    """A group of people who would get a mail: how many, and what they are called."""

    count: int
    one: str
    many: str

    @property
    def words(self) -> str:
        return spanish.plural(self.count, self.one, self.many)


Counter = Callable[[Session, int, str], list[Reached]]

_counters: dict[str, Counter] = {}


def counts(counter: Counter) -> Counter:
    """Register how a room counts the people of an event whom it would write to."""
    _counters[f"{counter.__module__}.{counter.__qualname__}"] = counter
    return counter


def of_event(db: Session, event_id: int, only: str = "") -> list[Reached]:
    """Every group that somebody is in. `only`: the change touches those of this modality alone (a venue, a link)."""
    return [group for counter in _counters.values() for group in counter(db, event_id, only) if group.count]
