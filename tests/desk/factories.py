"""An event with people in it, and an organiser who works in its cycle."""

from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.cycles.models import CycleStaff, Event
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import a_staff
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration


def an_organiser_of(db: Session, event: Event) -> Staff:
    staff = a_staff(db, role=StaffRole.ORGANISER, name="Marina Ficticia Yarumo")
    db.add(CycleStaff(cycle_id=event.cycle_id, staff_id=staff.id))
    db.flush()
    return staff


def a_fifth(db: Session, people: int = 1) -> tuple[str, list[str]]:
    """A published event with people in it: its address and their public ids."""
    event = a_published_event(db)
    return event.slug, [a_registration(db, event).public_id for _ in range(people)]
