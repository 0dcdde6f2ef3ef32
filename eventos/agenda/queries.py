"""What a fresh instance still lacks, for the page that says how to begin."""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.cycles.models import Cycle, Event
from eventos.entities.models import Office
from eventos.kernel.vocabulary import StaffRole


@dataclass(frozen=True)
class Beginning:
    """Which of the first steps are taken: somebody administers, the office said who it is, a cycle and an event exist."""

    has_administrator: bool
    has_office: bool
    has_cycle: bool
    has_event: bool

    @property
    def is_done(self) -> bool:
        return self.has_administrator and self.has_event


def beginning(db: Session) -> Beginning:
    """How far a fresh instance has come: one statement."""
    row = db.execute(
        select(
            exists().where(Staff.role == StaffRole.ADMINISTRATOR.value),
            exists(select(Office.id)),
            exists(select(Cycle.id)),
            exists(select(Event.id)),
        )
    ).one()
    return Beginning(*(bool(value) for value in row))
