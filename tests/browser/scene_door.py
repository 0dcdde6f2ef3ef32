"""The event whose door is open now: people confirm their own arrival in one of its rooms."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.checkin.models import DoorRoom
from eventos.checkin.rules import Rule
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.registration.models import Registration
from eventos.registration.service import tickets


def door(db: Session, event: Event, found: dict[str, str]) -> None:
    """A screen in the event's own door, and the link of somebody who has not arrived."""
    db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=Rule(self_checkin=True).kept(), updated_at=clock.now()))
    db.add(
        DoorRoom(event_id=event.id, key="taller", name="Taller de datos", position=1, rule=Rule(exits=True).kept(), updated_at=clock.now())
    )
    mine = db.scalars(select(Registration).where(Registration.event_id == event.id).order_by(Registration.id)).first()
    assert mine is not None
    found["arriving"] = tickets.link_of(mine)
