"""An event of several days, and one that is moved: a person enters once on each day, and the phone reads until its events are over."""

from datetime import date, timedelta

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from eventos import migrations
from eventos.attendance import queries as attendance
from eventos.checkin import queries, service
from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.rules import Verdict, day_of
from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.kernel import tokens
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import database
from tests.accounts.factories import signed_in
from tests.checkin.factories import OPEN, a_bearer, a_device, a_scan, code_of, door_of
from tests.checkin.stage import At, Stage
from tests.conftest import Opened
from tests.cycles.factories import ANOTHER_YEAR, a_day, a_published_event, event_command
from tests.registration.factories import a_registration

THE_NEXT = ANOTHER_YEAR + timedelta(days=1)
TOMORROW = OPEN + timedelta(days=1)


@pytest.mark.both_databases
def test_somebody_enters_once_on_each_day(db: Session) -> None:
    event = a_published_event(db, days=(a_day(), a_day(THE_NEXT)))
    someone, late = a_registration(db, event), a_registration(db, event)
    device = a_device(db, event)
    door = door_of(device, event)

    def read(moment: int, who: object = someone) -> Verdict:
        now = (OPEN, OPEN + timedelta(minutes=9), TOMORROW, TOMORROW + timedelta(minutes=9))[moment]
        return service.record_scans(db, device, door, [a_scan(who, scanned_at=now)], now=now)[0].verdict  # type: ignore[arg-type]

    assert [read(0), read(1), read(2), read(3)] == [Verdict.ACCEPTED, Verdict.REPEATED, Verdict.ACCEPTED, Verdict.REPEATED]
    assert read(2, late) is Verdict.ACCEPTED
    today, first, ever = (queries.door_count(db, event.id, day) for day in (day_of(door.days, TOMORROW), day_of(door.days, OPEN), ""))
    assert [(one.accepted, one.ever) for one in (today, first, ever)] == [(2, 2), (1, 2), (2, 2)]
    count = attendance.count(db, event.id)
    assert (count.registered, count.attended, count.scanned) == (2, 2, 2), "who came twice is one person"


@pytest.mark.both_databases
def test_a_repeated_code_of_the_second_day_names_the_entry_of_that_day_and_its_undoing_leaves_the_first(db: Session) -> None:
    event = a_published_event(db, days=(a_day(), a_day(THE_NEXT)))
    someone = a_registration(db, event)
    device, side = a_device(db, event), a_device(db, event, name="Puerta lateral")
    service.record_scans(db, device, door_of(device, event), [a_scan(someone)], now=OPEN)
    second = a_scan(someone, scanned_at=TOMORROW)
    service.record_scans(db, side, door_of(side, event), [second], now=TOMORROW)
    later = TOMORROW + timedelta(minutes=5)
    (again,) = service.record_scans(db, device, door_of(device, event), [a_scan(someone, scanned_at=later)], now=later)
    assert "Puerta lateral" in again.why
    assert "el 2" not in again.why, "it was today"
    service.undo(db, side, door_of(side, event), second.nonce, now=later)
    assert db.execute(select(Acceptance.day)).scalars().all() == [ANOTHER_YEAR.isoformat()]


def test_codes_read_without_signal_on_two_days_enter_on_both(db: Session) -> None:
    event = a_published_event(db, days=(a_day(), a_day(THE_NEXT)))
    someone = a_registration(db, event)
    device = a_device(db, event)
    kept = [a_scan(someone, scanned_at=moment, offline=True) for moment in (TOMORROW, OPEN, OPEN + timedelta(minutes=1))]
    answers = service.record_scans(db, device, door_of(device, event), kept, now=TOMORROW + timedelta(minutes=1))
    assert [one.verdict for one in answers] == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.REPEATED]


def test_the_search_and_the_counters_are_of_the_day(stage: Stage, writing: Opened, clock_at: At) -> None:
    with writing() as db:
        event = db.get_one(Event, stage.event.id)
        days = event_command(days=(a_day(), a_day(THE_NEXT)))
        cycles.edit_event(db, event, days, version=event.version, by=SYSTEM, now=OPEN)
    stage.typed(code_of(stage.people[0]))
    office = stage.client.application.test_client()
    signed_in(office, writing, staff=stage.staff)
    assert "Ingresó a las" in stage.post("buscar", text="aurora").text
    assert stage.client.get(f"{stage.url}/cuenta").json == {"accepted": 1, "expected": 3}
    clock_at(TOMORROW)
    assert "Ingresó a las" not in stage.post("buscar", text="aurora").text
    assert stage.client.get(f"{stage.url}/cuenta").json == {"accepted": 0, "expected": 3}
    signed_in(office, writing, staff=stage.staff)
    told = office.get(f"/escritorio/eventos/{stage.event.slug}/puerta").text
    assert "ingresaron hoy" in told
    assert "En todos los días ha ingresado 1\u00a0persona" in told or "En todos los días ha ingresado 1 persona" in told


# --- until when a phone reads ----------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.parametrize("moved_to", [ANOTHER_YEAR + timedelta(days=9), ANOTHER_YEAR - timedelta(days=9)])
def test_a_phone_follows_its_event_when_it_is_moved(db: Session, moved_to: date) -> None:
    made = OPEN - timedelta(days=30)
    event = a_published_event(db)
    bearer = tokens.digest(a_bearer(db, event, now=made))
    ends = OPEN.replace(hour=10, minute=0)
    a_minute = timedelta(minutes=1)

    def lives(now: object) -> bool:
        return queries.device_by_token(db, bearer, now=now) is not None  # type: ignore[arg-type]

    assert (lives(ends + timedelta(days=1) - a_minute), lives(ends + timedelta(days=1))) == (True, False)
    moved = event_command(days=(a_day(moved_to),))
    cycles.edit_event(db, event, moved, version=event.version, by=SYSTEM, now=made)
    ends += moved_to - ANOTHER_YEAR
    assert (lives(ends + timedelta(days=1) - a_minute), lives(ends + timedelta(days=1))) == (True, False)
    states = [queries.devices_of(db, event.id, now=now)[0].state for now in (ends, ends + timedelta(days=1))]
    assert states == ["active", "over"]


# --- what was there before -------------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_entries_of_before_get_the_day_they_were_on(app: Flask, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, days=(a_day(), a_day(THE_NEXT)))
        people = [a_registration(db, event) for _ in range(2)]
        device = a_device(db, event)
        for person, now in zip(people, (OPEN, TOMORROW), strict=True):
            service.record_scans(db, device, door_of(device, event), [a_scan(person, scanned_at=now)], now=now)
    with app.app_context():
        settings = migrations.config(database.engine)
        command.downgrade(settings, "0004")
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM acceptance")).scalar_one() == 2
        command.upgrade(settings, "head")
    with writing() as db:
        kept = {row.registration_id: row.day for row in db.execute(select(Acceptance.registration_id, Acceptance.day))}
        assert kept == {people[0].id: ANOTHER_YEAR.isoformat(), people[1].id: THE_NEXT.isoformat()}
        assert db.scalar(select(func.count()).select_from(Scan)) == 2
