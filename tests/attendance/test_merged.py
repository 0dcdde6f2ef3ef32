"""Somebody who registered twice and was merged is one person: in the count, the list, the acta and the constancia, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.attendance import queries
from eventos.attendance import service as attendance
from eventos.attendance.acta import Part
from eventos.attendance.queries import RosterFilter, Status, closed
from eventos.attendance.rules import Decide
from eventos.certificates import queries as certificates
from eventos.certificates import service as issuing
from eventos.certificates.rules import Standing
from eventos.checkin.models import Acceptance
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration
from tests.attendance.factories import Guest, a_held_event, register
from tests.certificates.factories import a_closed_event, close, decide
from tests.checkin.factories import a_device

pytestmark = pytest.mark.both_databases


def merge(db: Session, loser: Registration, keeper: Registration) -> None:
    """As somebody of the office would: the person of one registration turned out to be that of another."""
    db.execute(update(Person).where(Person.id == loser.person_id).values(merged_into_id=keeper.person_id))
    db.expire_all()


def unmerge(db: Session) -> None:
    db.execute(update(Person).values(merged_into_id=None))
    db.expire_all()


def the_two(db: Session, event_id: int) -> tuple[Registration, Registration]:
    one, other = db.execute(select(Registration).where(Registration.event_id == event_id).order_by(Registration.id).limit(2)).scalars()
    return one, other


@pytest.mark.parametrize("is_keeper_first", [True, False])
def test_two_registrations_of_one_person_count_once_and_the_evidence_of_either_suffices(db: Session, is_keeper_first: bool) -> None:
    event = a_held_event(db)
    register(db, event, [Guest("Elvira", attended=True), Guest("Elvira S.", attended=False), Guest("Otra", attended=False)])
    first, second = the_two(db, event.id)
    before = queries.count(db, event.id)
    assert (before.registered, before.attended) == (3, 1)
    merge(db, *((second, first) if is_keeper_first else (first, second)))
    count = queries.count(db, event.id)
    assert (count.registered, count.attended, count.listed) == (2, 1, 1)
    assert queries.roster(db, event.id, RosterFilter()).total == 2
    assert queries.roster(db, event.id, RosterFilter(estado=Status.ATTENDED.value)).total == 1
    assert queries.attended_ids(db, event.id) == [first.id]
    unmerge(db)
    assert queries.count(db, event.id) == before, "undoing brings both back"


def test_both_came_and_the_acta_has_one_entry(db: Session) -> None:
    event = a_held_event(db)
    register(db, event, [Guest("Elvira", attended=True), Guest("Elvira S.", attended=True), Guest("Otra", attended=True)])
    first, second = the_two(db, event.id)
    merge(db, first, second)
    close(db, event)
    acta = queries.latest(db, event.id)
    assert acta is not None
    assert (acta.attendees, len(closed.entries_of(db, acta.id))) == (2, 2)


def test_what_the_office_decided_last_about_the_person_holds_for_both(db: Session) -> None:
    event = a_held_event(db)
    (one, other) = register(db, event, [Guest("Elvira", attended=True), Guest("Elvira S.")])
    merge(db, *the_two(db, event.id))
    for public_id, attended, came in ((other, False, 0), (one, True, 1), (other, False, 0), (other, None, 1)):
        attendance.decide(db, event.id, Decide((public_id,), attended, "Lista en papel"), by=SYSTEM, now=clock.now())
        assert queries.count(db, event.id).attended == came, (public_id == one, attended)


def test_a_speaker_who_also_registered_is_no_asistente(db: Session) -> None:
    event = a_held_event(db)
    (_, other) = register(db, event, [Guest("Elvira", attended=True), Guest("Elvira S.")])
    merge(db, *the_two(db, event.id))
    attendance.assign_part(db, event.id, other, Part.SPEAKER, by=SYSTEM, now=clock.now())
    assert (queries.count(db, event.id).registered, queries.team(db, event.id)) == (0, 1)


def test_a_cancelled_twin_says_nothing(db: Session) -> None:
    event = a_held_event(db)
    register(db, event, [Guest("Elvira", attended=True), Guest("Elvira S.", attended=True, state=RegistrationState.CANCELLED.value)])
    merge(db, *the_two(db, event.id))
    count = queries.count(db, event.id)
    assert (count.registered, count.attended) == (1, 1)


def test_who_entered_on_two_days_counts_once(db: Session) -> None:
    event = a_held_event(db)
    register(db, event, [Guest("Aurora"), Guest("Irene")])
    first, _ = the_two(db, event.id)
    device = a_device(db, event)
    now = clock.now()
    for day in ("2021-07-29", "2021-07-30"):
        at = now + timedelta(days=day == "2021-07-30")
        db.add(Acceptance(registration_id=first.id, day=day, device_id=device.id, nonce=day, accepted_at=at))
    db.flush()
    count = queries.count(db, event.id)
    assert (count.registered, count.attended, count.scanned) == (2, 1, 1)
    (row,) = queries.roster(db, event.id, RosterFilter(estado=Status.SCANNED.value)).rows
    assert row.entered_at == now


def test_one_constancia_for_the_person_whichever_link_asks_for_it(db: Session) -> None:
    event, people = a_closed_event(db, came=2)
    merge(db, people[2], people[0])
    state = RegistrationState.ACTIVE
    verdict, last = issuing.standing_of(db, people[2].id, event.id, state)
    assert (verdict, last) == (Standing.MAY, None), "the person is in the acta, by their other registration"
    first = issuing.issue_own(db, people[2].id, by=SYSTEM, now=clock.now())
    assert issuing.issue_own(db, people[0].id, by=SYSTEM, now=clock.now()) == first
    unmerge(db)
    assert issuing.standing_of(db, people[2].id, event.id, state)[0] is Standing.NOT_LISTED


def test_list_of_constancias_and_badges_name_the_person_they_became_once(db: Session) -> None:
    event, people = a_closed_event(db, came=3)
    assert len(certificates.badges(db, event.id)) == 3
    merge(db, people[2], people[0])
    decide(db, event, people[:1], attended=True)
    acta = queries.latest(db, event.id)
    assert acta is not None
    close(db, event, version=1)
    acta = queries.latest(db, event.id)
    assert acta is not None
    rows = certificates.rows(db, event.id, acta.id, page=1)
    assert sorted(row.name for row in rows) == sorted({row.name for row in rows})
    assert (len(rows), acta.attendees) == (2, 2)
    assert [one.name for one in certificates.badges(db, event.id)].count("Elvira Demo Cedral") == 1
    assert len(certificates.badges(db, event.id)) == 2
