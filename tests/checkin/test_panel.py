"""The door as it goes, for who organises: true, for an event of any size, in a few statements, and without reloading."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventos.checkin import queries, service
from eventos.checkin.models import DoorRoom
from eventos.checkin.queries import DoorEvent, Panel
from eventos.checkin.rules import Entries, Rule, SeenScan
from eventos.checkin.web.browser import today_of
from eventos.kernel.vocabulary import Modality
from tests.accounts.factories import signed_in
from tests.checkin.factories import OPEN, a_device
from tests.checkin.stage import At
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.support.statements import counted

MINUTE = timedelta(minutes=1)
DAY = OPEN.date().isoformat()


def door(db: Session, event_id: int) -> DoorEvent:
    found = queries.door_event_by_id(db, event_id)
    assert found is not None
    return found


@pytest.mark.both_databases
def test_the_panel_says_who_is_inside_when_they_came_and_from_where(writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, modality=Modality.ONSITE, venue_name="Auditorio de Ejemplo")
        people = [a_registration(db, event, divipola=code) for code in ("17614", "17614", "17042", "17088")]
        rule = Rule(entries=Entries.AFTER_EXIT, exits=True).kept()
        db.add(DoorRoom(event_id=event.id, key="taller", name="Taller", position=1, rule=rule, updated_at=OPEN))
        db.flush()
        phone = a_device(db, event)

        def scan(who: int, minute: int, *, room: str = "", out: bool = False) -> None:
            seen = SeenScan(
                f"lectura-{who}-{minute}-{room}", registration=people[who].public_id, room=room, direction="out" if out else "in"
            )
            service.record_scans(db, phone, door(db, event.id), [seen], now=OPEN + minute * MINUTE)

        for who, minute in ((0, 0), (1, 4), (1, 5), (2, 16)):
            scan(who, minute)
        scan(0, 20, room="taller")
        scan(1, 21, room="taller")
        scan(0, 30, room="taller", out=True)
        service.record_scans(db, phone, door(db, event.id), [SeenScan("lectura-mala", code="x" * 113)], now=OPEN + 31 * MINUTE)
        service.undo(db, phone, door(db, event.id), "lectura-2-16-", now=OPEN + 17 * MINUTE)
        panel = queries.panel_of(db, door(db, event.id), DAY)
        count = queries.door_count(db, event.id, DAY)
        ever = queries.panel_of(db, door(db, event.id), "")
    assert [(bar.at.strftime("%H:%M"), bar.people) for bar in panel.arrivals] == [("08:05", 2)], "each person once, where they came first"
    assert [(place.name, place.arrived, place.registered) for place in panel.places if place.arrived] == [("Riosucio, Caldas", 2, 2)]
    assert sum(place.registered for place in panel.places) == 4
    assert [(room.name, room.entered, room.inside) for room in panel.rooms] == [("Puerta del evento", 2, None), ("Taller", 2, 1)]
    assert (panel.inside, panel.most) == (1, 2)
    assert (count.accepted, count.undone, count.refused, count.refusals) == (2, 1, 1, (("unknown", 1),))
    assert ever == panel


@pytest.mark.both_databases
def test_who_is_in_two_rooms_is_inside_once(writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        people = [a_registration(db, event) for _ in range(2)]
        for place, key in enumerate(("", "taller")):
            rule = Rule(exits=True).kept()
            db.add(DoorRoom(event_id=event.id, key=key, name=f"Sala {place}", position=place, rule=rule, updated_at=OPEN))
        db.flush()
        phone = a_device(db, event)
        told = [(0, "", "in"), (0, "taller", "in"), (1, "", "in"), (1, "", "out")]
        seen = [
            SeenScan(f"lectura-{number}", registration=people[who].public_id, room=room, direction=way)
            for number, (who, room, way) in enumerate(told)
        ]
        service.record_scans(db, phone, door(db, event.id), seen, now=OPEN)
        panel = queries.panel_of(db, door(db, event.id), DAY)
    assert [(room.name, room.entered, room.inside) for room in panel.rooms] == [("Sala 0", 2, 1), ("Sala 1", 1, 1)]
    assert panel.inside == 1


def test_the_panel_counts_the_day_of_a_door_that_opens_earlier_than_others(writing: Opened, clock_at: At) -> None:
    clock_at(OPEN - timedelta(hours=6))
    with writing() as db:
        event = a_published_event(db)
        db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=Rule(opens=600).kept(), updated_at=OPEN))
        db.flush()
        assert today_of(door(db, event.id)) == DAY
        db.get_one(DoorRoom, (event.id, "")).rule = Rule().kept()
        db.flush()
        assert today_of(door(db, event.id)) == ""


def test_bars_run_from_the_first_arrival_to_the_last(writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        people = [a_registration(db, event) for _ in range(3)]
        phone = a_device(db, event)
        for number, minute in enumerate((0, 1, 11)):
            seen = SeenScan(f"lectura-{number}0000", registration=people[number].public_id)
            service.record_scans(db, phone, door(db, event.id), [seen], now=OPEN + minute * MINUTE)
        panel: Panel = queries.panel_of(db, door(db, event.id), DAY)
        empty = queries.panel_of(db, door(db, event.id), "2031-01-01")
    assert [(bar.at.strftime("%H:%M"), bar.people) for bar in panel.arrivals] == [("08:05", 2), ("08:10", 0), ("08:15", 1)]
    assert [bar.people for bar in panel.bars] == [2, 0, 1, *[0] * 9], "an hour is drawn at least"
    assert panel.bars[-1].at.strftime("%H:%M") == "09:00"
    assert (empty.arrivals, empty.bars, empty.most, empty.inside) == ((), (), 0, None)


@pytest.mark.both_databases
def test_the_panel_takes_eight_statements_however_many_people(client: FlaskClient, writing: Opened, clock_at: At) -> None:
    clock_at(OPEN)
    with writing() as db:
        event = a_published_event(db)
        a_device(db, event)
    signed_in(client, writing)
    address = f"/escritorio/eventos/{event.slug}/puerta/cuenta"
    client.get(address)
    asked = []
    for _ in range(2):
        with writing() as db:
            phone = a_device(db, event)
            for person in [a_registration(db, event) for _ in range(4)]:
                seen = SeenScan(f"lectura-{person.public_id}", registration=person.public_id)
                service.record_scans(db, phone, door(db, event.id), [seen], now=OPEN)
        with counted() as statements:
            assert client.get(address).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 8


def test_the_page_shows_it_with_its_tables(client: FlaskClient, writing: Opened, clock_at: At) -> None:
    clock_at(OPEN)
    with writing() as db:
        event = a_published_event(db)
        person = a_registration(db, event)
        phone = a_device(db, event, name="Puerta lateral")
        seen = SeenScan("lectura-0001", registration=person.public_id, scanned_at=OPEN)
        service.record_scans(db, phone, door(db, event.id), [seen, SeenScan("lectura-0002", code="nada")], now=OPEN)
    signed_in(client, writing)
    page = client.get(f"/escritorio/eventos/{event.slug}/puerta").text
    assert "Llegadas cada 5 minutos" in page
    assert "Rechazadas: desconocido 1." in page
    assert "Riosucio, Caldas" in page
    assert "Puerta lateral" in page
