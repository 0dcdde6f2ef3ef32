"""Somebody who was merged is one person to every room that counts, lists, prints, searches or registers."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.attendance.queries import count as attendance_count
from eventos.checkin import queries as checkin
from eventos.desk import queries as desk
from eventos.desk.queries.sheet import sheet_rows
from eventos.dialogue import service as dialogue
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.people import merging
from eventos.registration.models import Registration
from eventos.reports.queries import parts
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration, an_identity

pytestmark = pytest.mark.both_databases
KEPT = an_identity(given_names="Elvira", family_names="Cedral Toro", document_number="555111", email="elvira@riosucio.example")
GONE = an_identity(given_names="Elbira", family_names="Cedral", document_number="555222", email="elbira@neira.example")


def told(db: Session, **identity: object) -> dict[str, object]:
    return {name: identity[name] for name in ("document_number", "given_names", "family_names", "email")}


def test_one_person_with_two_registrations_counts_once_everywhere(db: Session) -> None:
    event = a_published_event(db)
    kept, gone = (a_registration(db, event, **told(db, **vars(one))) for one in (KEPT, GONE))
    a_registration(db, event, given_names="Zoila", family_names="Prueba")
    dialogue.ask(db, event.id, registration_id=gone.id, asked_by="", body="¿Habrá grabación?", by=SYSTEM, now=clock.now())

    def seen() -> tuple[object, ...]:
        found = checkin.search(db, event.id, "555222", day="")
        return (
            desk.event_figures(db, [event.id])[event.id].active,
            desk.cycle_figures(db, event.cycle_id).people,
            desk.cycle_figures(db, event.cycle_id).registrations,
            checkin.door_count(db, event.id).expected,
            attendance_count(db, event.id).registered,
            len(sheet_rows(db, event.id)),
            {one.name for one in found},
            [one.asked_by for one in parts._questions(db, event.id)],
        )

    assert seen() == (3, 3, 3, 3, 3, 3, {"Elbira Cedral"}, ["Elbira Cedral"])
    done = merging.merge(db, kept.person_id, gone.person_id, by=SYSTEM, now=clock.now())
    assert seen() == (2, 2, 2, 2, 2, 2, {"Elvira Cedral Toro"}, ["Elvira Cedral Toro"])
    merging.unmerge(db, done, by=SYSTEM, now=clock.now())
    assert seen() == (3, 3, 3, 3, 3, 3, {"Elbira Cedral"}, ["Elbira Cedral"])


def test_registering_again_with_either_document_finds_the_registration_that_stands(db: Session) -> None:
    event = a_published_event(db)
    gone = a_registration(db, event, **told(db, **vars(GONE)))
    other = a_published_event(db, number=9)
    kept = a_registration(db, other, **told(db, **vars(KEPT)))
    merging.merge(db, kept.person_id, gone.person_id, by=SYSTEM, now=clock.now())
    for identity in (KEPT, GONE):
        assert a_registration(db, event, **told(db, **vars(identity))).id == gone.id
        assert a_registration(db, other, **told(db, **vars(identity))).id == kept.id
    assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == 2
