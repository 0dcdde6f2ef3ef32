"""The rooms of an event, as the organiser sets them: data that the judge reads, kept whole or not at all."""

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from time import sleep

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.checkin import queries, service
from eventos.checkin.models import DoorRoom
from eventos.checkin.queries import DoorEvent
from eventos.checkin.rules import Entries, Once, Rule, Verdict
from eventos.checkin.rules_rooms import SaveRoom, faults, words
from eventos.checkin.service.rooms import ChangedMeanwhile, seen
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.errors import InvalidInput, NotFound
from tests.accounts.factories import signed_in
from tests.checkin.factories import OPEN, a_device, a_scan, door_of
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_question


def door(db: Session, event_id: int) -> DoorEvent:
    found = queries.door_event_by_id(db, event_id)
    assert found is not None
    return found


def test_a_rule_is_data_and_comes_back_as_it_was() -> None:
    rule = Rule(Once.EVENT, Entries.AFTER_EXIT, exits=True, opens=15, closes=0, days=("2030-07-25",), asks=("a",), self_checkin=True)
    assert Rule.of(rule.kept()) == rule
    assert Rule.of(None) == Rule.of({}) == Rule() == Rule.of(Rule().kept())


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule(opens=-1), "opens"),
        (Rule(closes=1441), "closes"),
        (Rule(days=("2031-01-01",)), "days"),
        (Rule(asks=("inventada",)), "asks"),
        (Rule(entries=Entries.AFTER_EXIT), "entries"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(rule: Rule, field: str) -> None:
    assert list(faults(rule, (), ("una",))) == [field]
    assert faults(Rule(entries=Entries.AFTER_EXIT, exits=True, asks=("una",)), (), ("una",)) == {}


def test_a_rule_reads_in_short_sentences() -> None:
    assert words(Rule()) == ["Una vez cada día", "Abre 3 horas antes y cierra 2 horas después"]
    said = words(Rule(Once.EVENT, Entries.MANY, exits=True, opens=90, closes=0, days=("2030-07-25",), asks=("a", "b"), self_checkin=True))
    assert said[0] == Once.EVENT.label
    assert "Abre 1 hora y 30 minutos antes y cierra 0 minutos después" in said
    assert {"Se leen las salidas", "Solo 1 día", "Pide 2 respuestas", "Cada quien confirma en su teléfono"} <= set(said)


@pytest.mark.both_databases
def test_rooms_are_written_changed_and_retired(writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        asked = a_question(db, event).key
        service.save_room(db, door(db, event.id), "", SaveRoom("Entrada principal", Rule(opens=60)), by=SYSTEM, now=OPEN)
        key = service.save_room(db, door(db, event.id), None, SaveRoom("Taller A", Rule(asks=(asked,))), by=SYSTEM, now=OPEN)
        assert [(room.key, room.name) for room in door(db, event.id).offered] == [("", "Entrada principal"), (key, "Taller A")]
        later = OPEN + timedelta(minutes=1)
        changed = SaveRoom("Taller B", Rule(exits=True), seen(OPEN))
        service.save_room(db, door(db, event.id), key, changed, by=SYSTEM, now=later)
        with pytest.raises(ChangedMeanwhile):
            service.save_room(db, door(db, event.id), key, replace(changed, name="Taller C"), by=SYSTEM, now=later)
        with pytest.raises(InvalidInput) as twice:
            service.save_room(db, door(db, event.id), None, SaveRoom("entrada PRINCIPAL"), by=SYSTEM, now=later)
        assert "name" in twice.value.fields
        with pytest.raises(NotFound):
            service.save_room(db, door(db, event.id), "inventada", SaveRoom("Otra"), by=SYSTEM, now=later)
        service.retire_room(db, door(db, event.id), key, by=SYSTEM, now=later)
        assert [room.key for room in door(db, event.id).offered] == [""]
        assert door(db, event.id).room(key).name == "Taller B", "what phones still bring from it is judged by its rule"
        with pytest.raises(InvalidInput):
            service.retire_room(db, door(db, event.id), "", by=SYSTEM, now=later)
        said = db.execute(select(AuditEntry.action).where(AuditEntry.action.startswith("checkin."))).scalars().all()
        assert said == ["checkin.save_room"] * 3 + ["checkin.retire_room"]


def test_the_organiser_sets_a_room_in_the_browser(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
    csrf = signed_in(client, writing).csrf
    page = f"/escritorio/eventos/{event.slug}/puerta/salas"
    assert "Puerta del evento" in client.get(page).text
    told = {"csrf_token": csrf, "name": "Auditorio", "once": "day", "entries": "after_exit", "opens": "45", "closes": "30"}
    refused = client.post(f"{page}/nueva", data=told)
    assert refused.status_code == 422
    assert "marque también que se leen las salidas" in refused.text
    assert 'value="Auditorio"' in refused.text
    bad = client.post(f"{page}/nueva", data=told | {"exits": "y", "opens": "mañana"})
    assert (bad.status_code, "Escriba minutos entre 0 y 1440." in bad.text) == (422, True)
    assert client.post(f"{page}/nueva", data=told | {"exits": "y"}).status_code == 303
    own = {
        "csrf_token": csrf,
        "name": "Puerta principal",
        "once": "day",
        "entries": "one",
        "opens": "180",
        "closes": "120",
        "self_checkin": "y",
    }
    assert client.post(f"{page}/entrada", data=own).status_code == 303
    assert client.post(f"{page}/entrada", data=own | {"name": "Otra"}).status_code == 409, "it was saved meanwhile"
    with looking() as db:
        kept = {row.name: Rule.of(row.rule) for row in db.execute(select(DoorRoom)).scalars()}
    assert kept == {
        "Auditorio": Rule(entries=Entries.AFTER_EXIT, exits=True, opens=45, closes=30),
        "Puerta principal": Rule(self_checkin=True),
    }
    listed = client.get(page).text
    assert "Se leen las salidas" in listed
    assert client.get(f"{page}/inventada").status_code == 404


@pytest.mark.both_databases
def test_a_room_of_a_day_that_was_moved_has_hours_all_the_same(writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=Rule(days=("2030-01-01",)).kept(), updated_at=OPEN))
        device, person = a_device(db, event), a_registration(db, event)
        rule = Rule.of(door_of(device, event).room("").rule)
        late = service.record_scans(db, device, door_of(device, event), [a_scan(person)], now=OPEN + timedelta(days=400))
    assert rule == Rule(), "on all the days there are, and so it can be saved again"
    assert [one.verdict for one in late] == [Verdict.TOO_LATE]


def test_a_retired_room_says_that_saving_offers_it_again(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        for key, name in (("", "Entrada"), ("taller", "Taller")):
            db.add(DoorRoom(event_id=event.id, key=key, name=name, rule=Rule().kept(), updated_at=OPEN))
    csrf = signed_in(client, writing).csrf
    page = f"/escritorio/eventos/{event.slug}/puerta/salas/taller"
    assert "Esta sala está retirada" not in client.get(page).text
    assert client.post(f"{page}/retirar", data={"csrf_token": csrf}).status_code == 303
    assert "Si guarda, vuelven a ofrecerla" in client.get(page).text


def test_a_desk_and_a_screen_are_no_phones_to_take_away(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        desk = service.desk_of(db, door(db, event.id), now=OPEN).public_id
        phone = a_device(db, event).public_id
    csrf = signed_in(client, writing).csrf
    address = f"/escritorio/eventos/{event.slug}/puerta"
    assert [client.get(f"{address}/{each}/retirar").status_code for each in (desk, phone)] == [404, 200]
    assert [client.post(f"{address}/{each}/retirar", data={"csrf_token": csrf}).status_code for each in (desk, phone)] == [404, 303]


@pytest.mark.both_databases
def test_of_two_who_save_the_same_door_at_once_one_is_told(writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db).id
    begun, told = Event(), []

    def save() -> None:
        with writing() as db:
            here = door(db, event)
            begun.set()
            try:
                service.save_room(db, here, "", SaveRoom("La de otra persona"), by=SYSTEM, now=OPEN)
            except ChangedMeanwhile as refusal:
                told.append(refusal.code)

    second = Thread(target=save)
    with writing() as db:
        service.save_room(db, door(db, event), "", SaveRoom("La primera"), by=SYSTEM, now=OPEN)
        second.start()
        begun.wait(0.5)  # on SQLite it cannot begin before this one ends
        sleep(0.2)
    second.join()
    with writing() as db:
        assert [room.name for room in door(db, event).offered] == ["La primera"]
    assert told == ["room_changed"]
