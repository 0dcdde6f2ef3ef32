"""What the rooms above add to "Mi inscripción": a link with its words, while it makes sense."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Offer:
    """A page of the same personal link: its endpoint takes `token`. `icon` is one of the common icons."""

    endpoint: str
    label: str
    icon: str


Offering = Callable[[Session, int, datetime], list[Offer]]

_offerings: dict[str, Offering] = {}


def offers(offering: Offering) -> Offering:
    """Register what a room offers to whoever stands registered for an event (its id), at this moment."""
    _offerings[f"{offering.__module__}.{offering.__qualname__}"] = offering
    return offering


def of_event(db: Session, event_id: int, now: datetime) -> list[Offer]:
    """Everything that is offered now."""
    return [each for offering in _offerings.values() for each in offering(db, event_id, now)]
