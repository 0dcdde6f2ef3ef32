"""Issuing, reissuing and revoking constancias, on both databases; and what jobs leave when they run twice or are killed."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.attendance import service as attendance
from eventos.attendance.acta import Part
from eventos.certificates import queries, service, tasks
from eventos.certificates.codes import State
from eventos.certificates.models import Certificate
from eventos.certificates.rules import NoCertificate
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.outbox import Job
from tests.attendance.factories import a_held_event, register, the_114
from tests.certificates.factories import a_closed_event, close, decide, people_of
from tests.conftest import Opened
from tests.support.statements import counted


def issue(db: Session, event_id: int) -> int:
    return service.issue_all(db, event_id, by=SYSTEM, now=clock.now())


@pytest.mark.both_databases
def test_everybody_of_the_acta_gets_one_and_nobody_else(db: Session) -> None:
    event, people = a_closed_event(db)
    assert issue(db, event.id) == 2
    assert issue(db, event.id) == 0, "asked again, nothing is issued"
    live = queries.live_of_event(db, event.id)
    assert set(live) == {people[0].id, people[1].id}
    assert {view.state for view in live.values()} == {State.PENDING}
    assert db.execute(select(func.count()).where(Job.name == "certificates.build")).scalar_one() == 2


def test_114_are_issued_in_few_statements_and_drawn_in_batches(db: Session) -> None:
    event = a_held_event(db)
    register(db, event, the_114())
    close(db, event)
    db.flush()
    with counted() as statements:
        assert issue(db, event.id) == 114
    assert len(statements) <= 16, str(statements)
    due = db.execute(
        select(Job.due_at, func.count()).where(Job.name == "certificates.build").group_by(Job.due_at).order_by(Job.due_at)
    ).all()
    assert [number for _, number in due] == [50, 50, 14]


def test_without_acta_there_is_none(db: Session) -> None:
    event = a_held_event(db)
    (person, *_) = people_of(db, event)
    with pytest.raises(NoCertificate):
        issue(db, event.id)
    with pytest.raises(NoCertificate, match="todavía no cierra el acta"):
        service.issue_own(db, person.id, by=SYSTEM, now=clock.now())


@pytest.mark.both_databases
def test_own_is_issued_once_and_only_to_who_is_in_the_acta(db: Session) -> None:
    event, people = a_closed_event(db)
    first = service.issue_own(db, people[0].id, by=SYSTEM, now=clock.now())
    assert service.issue_own(db, people[0].id, by=SYSTEM, now=clock.now()) == first
    with pytest.raises(NoCertificate, match="no está entre los asistentes"):
        service.issue_own(db, people[2].id, by=SYSTEM, now=clock.now())
    assert set(queries.live_of_event(db, event.id)) == {people[0].id}


@pytest.mark.both_databases
def test_two_live_constancias_of_one_person_cannot_be(db: Session) -> None:
    event, people = a_closed_event(db)
    issue(db, event.id)
    live = queries.live_of_event(db, event.id)[people[0].id]
    row = {"code": "0" * 16, "registration_id": people[0].id, "roster_id": live.roster_id, "state": "pending", "content": {}}
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(insert(Certificate).values(**row, issued_at=clock.now()))


@pytest.mark.both_databases
def test_correction_reissues_what_changed_and_lists_what_to_revoke(db: Session) -> None:
    event, people = a_closed_event(db)
    issue(db, event.id)
    before = queries.live_of_event(db, event.id)
    decide(db, event, people[:1], attended=False)
    decide(db, event, people[2:], attended=True)
    person = people[1].person
    person.given_names = "Íñigo José"
    db.flush()
    close(db, event, version=1)
    assert issue(db, event.id) == 2, "the one who came in, and the one whose name was corrected"
    live = queries.live_of_event(db, event.id)
    assert live[people[1].id].code != before[people[1].id].code
    old = queries.by_id(db, before[people[1].id].id)
    assert old is not None
    assert (old.state, old.replaced_by_id) == (State.REVOKED, live[people[1].id].id)
    force = queries.part_in_force(db, event.id, people[0].id)
    assert force is not None
    assert queries.tally(db, event.id, force[0]).gone == 1
    assert service.revoke_gone(db, event.id, by=SYSTEM, now=clock.now()) == 1
    assert set(queries.live_of_event(db, event.id)) == {people[1].id, people[2].id}


def test_revoked_by_the_office_stays_revoked_until_the_office_issues_another(db: Session) -> None:
    event, people = a_closed_event(db)
    issue(db, event.id)
    code = queries.live_of_event(db, event.id)[people[0].id].code
    service.revoke(db, event.id, code, reason="El nombre tenía un error", by=SYSTEM, now=clock.now())
    assert issue(db, event.id) == 0
    with pytest.raises(NoCertificate, match="revocó"):
        service.issue_own(db, people[0].id, by=SYSTEM, now=clock.now())
    service.reissue(db, event.id, people[0].id, by=SYSTEM, now=clock.now())
    assert queries.live_of_event(db, event.id)[people[0].id].code != code


def test_speakers_get_theirs_and_organisers_none(db: Session) -> None:
    event = a_held_event(db)
    people = people_of(db, event)
    decide(db, event, people[:1], attended=True)
    for person, part in ((people[1], Part.SPEAKER), (people[2], Part.ORGANISER)):
        attendance.assign_part(db, event.id, person.public_id, part, by=SYSTEM, now=clock.now())
    db.flush()
    close(db, event)
    issue(db, event.id)
    assert {number: view.part for number, view in queries.live_of_event(db, event.id).items()} == {
        people[0].id: "attendee",
        people[1].id: "speaker",
    }


# --- jobs --------------------------------------------------------------------------------------------------------------------------


def test_job_done_twice_leaves_the_same_file(writing: Opened, looking: Opened, outbox_run: Callable[[], int], app: object) -> None:
    with writing() as db:
        _event, people = a_closed_event(db, came=1)
        number = service.issue_own(db, people[0].id, by=SYSTEM, now=clock.now())
    outbox_run()
    with looking() as db:
        first = queries.by_id(db, number)
    assert first is not None
    assert first.state is State.READY
    with writing() as db:
        db.get_one(Certificate, number).state = "pending"
    with writing():
        pass
    with app.app_context():  # type: ignore[attr-defined]
        tasks.build(number)
        tasks.build(number)
    with looking() as db:
        again = queries.by_id(db, number)
    assert again is not None
    assert again.file_sha256 == first.file_sha256, "what is frozen draws the same bytes"


def test_one_revoked_meanwhile_is_not_drawn(writing: Opened, looking: Opened, outbox_run: Callable[[], int]) -> None:
    with writing() as db:
        event, people = a_closed_event(db, came=1)
        service.issue_own(db, people[0].id, by=SYSTEM, now=clock.now())
        code = queries.live_of_event(db, event.id)[people[0].id].code
        service.revoke(db, event.id, code, reason="Se expidió por error", by=SYSTEM, now=clock.now())
    outbox_run()
    with looking() as db:
        found = queries.of_registration(db, people[0].id)
    assert found is not None
    assert (found.state, found.file_sha256) == (State.REVOKED, None)


def test_full_disk_is_told_and_tried_again(writing: Opened, looking: Opened, outbox_run: Callable[[], int]) -> None:
    with writing() as db:
        event, people = a_closed_event(db, came=1)
        service.issue_own(db, people[0].id, by=SYSTEM, now=clock.now())
    root = storage.shelf()._root
    root.parent.mkdir(parents=True, exist_ok=True)
    root.write_text("not a folder")
    outbox_run()
    with looking() as db:
        found = queries.of_registration(db, people[0].id)
    assert found is not None
    assert found.state is State.ERROR
    root.unlink()
    with writing() as db:
        assert service.draw_failed(db, event.id) == 1
    outbox_run()
    with looking() as db:
        found = queries.of_registration(db, people[0].id)
    assert found is not None
    assert found.state is State.READY
