"""For the pages of lists: two people who look like one, a saved view, and something done to several registrations at once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.cycles.models import Event
from eventos.desk.service import ask_sheet, save_view
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.registration.service import bulk
from tests.registration.factories import a_registration


def prepare_lists(db: Session, event: Event, found: dict[str, str]) -> None:
    """The addresses of the comparison and of the action; `event` is still ahead."""
    now, kinds = clock.now(), (("CC", "Encenillo"), ("CE", "Encenillo Roble"))
    twins = [
        a_registration(db, event, given_names="Rosa Demo", family_names=last, document_type=kind, document_number="41009009")
        for kind, last in kinds
    ]
    found["twin_one"], found["twin_other"] = (each.person.public_id for each in twins)
    ask = bulk.Ask(bulk.Action.CANCEL, "La alcaldía se retiró.")
    for _again in range(2):  # the second time they are cancelled already, so that the page has somebody who was left out
        done = bulk.begin(db, event.id, ask, [each.id for each in twins], by=SYSTEM, now=now)
        bulk.step(db, done.id, now=now)
    found["bulk"] = done.public_id
    owner = db.scalars(select(Staff.id).order_by(Staff.id)).first()
    assert owner is not None
    chosen = {"texto": "alcaldía", "columnas": ["entidad", "correo", "fecha"]}
    save_view(db, event.cycle_id, "Alcaldías con correo", chosen, shared=True, by=SYSTEM, staff_id=owner, now=now)
    blank = {"day": "", "blank": 20, "empty": True}
    found["paper"] = ask_sheet(db, event.id, blank, rows=0, reason="Visita sin lista.", by=SYSTEM, now=now)
