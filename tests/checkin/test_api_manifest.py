"""The manifest: what a phone keeps to read without a signal, and what it says to whoever finds the phone."""

import base64
import gzip
import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventos.checkin import service
from eventos.checkin.models import DoorRoom, Scan
from eventos.checkin.queries import LET_IN
from eventos.checkin.rules import Rule
from eventos.kernel import clock, tokens
from eventos.kernel.audit import SYSTEM
from eventos.people import merging
from eventos.registration.models import Registration, RevokedTicket
from eventos.registration.service import tickets
from tests.checkin.factories import OPEN, a_bearer, a_scan
from tests.checkin.kept import LATER, Kept, name_of, other_phone
from tests.checkin.stage import At, Phone, Stage
from tests.conftest import Opened
from tests.registration.factories import a_registration
from tests.registration.forms import a_question
from tests.support.phone import opened_row


def test_a_presented_code_opens_its_row_and_no_other(kept: Kept, stage: Stage, codes: list[str]) -> None:
    (page,) = kept.sync()
    assert (len(page["rows"]), page["revoked"], page["movements"], page["more"]) == (3, [], [], False)
    event = stage.event.id
    assert kept.read(codes[0], event) == {
        "n": "Aurora Ejemplo Guadual",
        "w": "Alcaldía de Riosucio, Planeación",
        "d": kept.read(codes[0], event)["d"],
        "s": "active",  # type: ignore[index]
    }
    mine = kept.rows[name_of(codes[0])]
    for wrong in (codes[1], tickets.ticket_of(stage.stranger), tokens.new_ticket(event)):
        assert opened_row(mine, wrong, event) is None
    assert opened_row(mine, codes[0], event + 1) is None
    assert kept.read(tickets.ticket_of(stage.stranger), event) is None, "people of other events are not there"


def test_nothing_of_anybody_can_be_read_in_it(phone: Phone, stage: Stage, codes: list[str]) -> None:
    answer = phone.get(phone.about("manifest"))
    clear = answer.text
    for _, value in answer.get_json()["rows"]:
        clear += base64.urlsafe_b64decode(value + "==").decode("latin1")
    people = [one.person for one in stage.people]
    canaries = [word for one in people for word in (one.given_names, one.family_names, one.document_number, one.email) if word]
    canaries += [*codes, *(one.public_id for one in stage.people), *(one.ticket_hash for one in stage.people), "Riosucio", "active", "···"]
    assert len(canaries) > 15
    assert [word for word in canaries if word in clear] == []
    assert len({len(value) for _, value in answer.get_json()["rows"]}) == 1
    assert phone.get(phone.about("manifest")).get_json()["rows"] != answer.get_json()["rows"], "each time with other nonces"


@pytest.mark.both_databases
def test_afterwards_only_what_changed_is_told(
    kept: Kept, stage: Stage, codes: list[str], writing: Opened, clock_at: At, phone: Phone
) -> None:
    event = stage.event.id
    kept.sync()
    clock_at(OPEN + LATER)
    kept.sync()
    assert kept.told == []
    with writing() as db:  # Somebody corrects a name, another cancels, a third answers nothing, a fourth is new.
        person = db.get_one(Registration, stage.people[0].id).person
        person.given_names, person.updated_at = "Aurora Luz", clock.now()
        row = db.get_one(Registration, stage.people[1].id)
        row.state, row.seat_pool_id, row.updated_at = "cancelled", None, clock.now()
        new = tickets.ticket_of(a_registration(db, stage.event, given_names="Nueva"))
    kept.sync()
    assert set(kept.told) == {name_of(codes[0]), name_of(codes[1]), name_of(new)}
    assert kept.read(codes[0], event)["n"] == "Aurora Luz Ejemplo Guadual"  # type: ignore[index]
    assert kept.read(codes[1], event)["s"] == "cancelled"  # type: ignore[index]
    assert kept.read(new, event)["n"].startswith("Nueva")  # type: ignore[index]
    clock_at(OPEN + 2 * LATER)
    kept.sync()
    clock_at(OPEN + 3 * LATER)
    kept.sync()
    assert kept.told == []
    with writing() as db:
        merged = merging.merge(db, stage.people[0].person_id, stage.people[2].person_id, by=SYSTEM, now=clock.now())
    kept.sync()
    assert kept.read(codes[2], event)["n"] == "Aurora Luz Ejemplo Guadual"  # type: ignore[index]
    clock_at(OPEN + 4 * LATER)
    with writing() as db:
        merging.unmerge(db, db.merge(merged), by=SYSTEM, now=clock.now())
    kept.sync()
    assert kept.read(codes[2], event)["n"] == "Lucio Ejemplo Guadual"  # type: ignore[index]


@pytest.mark.both_databases
def test_what_moves_at_the_other_doors_is_told_and_so_is_what_was_undone(
    kept: Kept, stage: Stage, codes: list[str], writing: Opened, clock_at: At
) -> None:
    kept.sync()
    north, event = other_phone(stage, writing)
    clock_at(OPEN + LATER)
    scans = [a_scan(stage.people[0], nonce="entrada-1"), a_scan(stage.people[1], nonce="entrada-2"), a_scan(code="no es nuestro")]
    with writing() as db:
        service.record_scans(db, north, event, scans, now=clock.now())
    clock_at(OPEN + LATER + timedelta(minutes=3))
    with writing() as db:
        service.record_scans(db, north, event, [a_scan(stage.people[0], direction="out")], now=clock.now())
    kept.sync()
    moment = int((OPEN + LATER).timestamp())
    assert kept.moved == {
        name_of(codes[0]): [("", "in", moment, "Puerta norte"), ("", "out", moment + 180, "Puerta norte")],
        name_of(codes[1]): [("", "in", moment, "Puerta norte")],
    }
    assert kept.told == [], "nobody's row changed"
    clock_at(OPEN + LATER + timedelta(minutes=6))
    kept.sync()
    clock_at(OPEN + LATER + timedelta(minutes=8))
    with writing() as db:
        service.undo(db, north, event, "entrada-2", now=clock.now())
    (page,) = kept.sync()
    assert page["movements"] == [[name_of(codes[1]), "", "none", 0, 0]]
    assert list(kept.moved) == [name_of(codes[0])]
    with writing() as db:  # What is taken back while the phone is away too long is told when it begins again.
        desk = service.desk_of(db, event, now=clock.now())
        for scan in db.execute(select(Scan.id).where(Scan.device_id == north.id, LET_IN, Scan.nonce != "entrada-2")).scalars().all():
            service.annul(db, desk, event, scan, reason="Prueba", by=SYSTEM, now=clock.now())
    clock_at(OPEN + timedelta(hours=25))
    kept.sync(limit=2)
    assert (len(kept.told), kept.moved) == (3, {})


def test_a_ticket_that_was_replaced_is_told(kept: Kept, stage: Stage, codes: list[str], writing: Opened, clock_at: At) -> None:
    kept.sync()
    clock_at(OPEN + LATER)
    with writing() as db:
        row = db.get_one(Registration, stage.people[0].id)
        db.add(
            RevokedTicket(
                ticket_hash=row.ticket_hash, event_id=row.event_id, registration_id=row.id, revoked_at=clock.now(), revoked_by="staff:1"
            )
        )
        fresh = tickets.make(row.event_id)
        row.ticket_hash, row.ticket_sealed = fresh.ticket_hash, fresh.ticket_sealed
        db.flush()
        new = tickets.ticket_of(row)
    kept.sync()
    assert kept.revoked == {name_of(codes[0])}
    assert kept.told == [name_of(new)]
    assert kept.read(new, stage.event.id)["n"] == "Aurora Ejemplo Guadual"  # type: ignore[index]
    begun = Kept(kept.phone)
    begun.sync()
    assert (begun.revoked, name_of(codes[0]) in begun.rows) == ({name_of(codes[0])}, False), "also to a phone that begins now"


def test_questions_of_the_door_that_wait_for_an_answer_are_told(
    kept: Kept, stage: Stage, codes: list[str], writing: Opened, clock_at: At
) -> None:
    with writing() as db:
        asked, other = a_question(db, stage.event), a_question(db, stage.event, label="¿Otra cosa?")
    kept.sync()
    assert "q" not in kept.read(codes[0], stage.event.id)  # type: ignore[operator]
    clock_at(OPEN + LATER)
    with writing() as db:
        db.add(DoorRoom(event_id=stage.event.id, name="Entrada", rule=Rule(asks=(asked.key,)).kept(), updated_at=OPEN))
    prepared = kept.phone.get("/checkin/device").get_json()["events"][0]
    assert [each["key"] for each in prepared["questions"]] == [asked.key]
    assert other.key not in str(prepared)
    kept.sync()
    assert len(kept.told) == 3, "the door asks something else now: everybody is told of anew"
    assert kept.read(codes[0], stage.event.id)["q"] == [asked.key]  # type: ignore[index]
    clock_at(OPEN + 2 * LATER)
    kept.phone.scans(kept.phone.scan(codes[0], answers={asked.key: "Aprender"}))
    kept.sync()
    assert "q" not in kept.read(codes[0], stage.event.id)  # type: ignore[operator]
    assert kept.read(codes[1], stage.event.id)["q"] == [asked.key]  # type: ignore[index]


def test_long_names_are_cut_by_words_to_fit(kept: Kept, stage: Stage, codes: list[str], writing: Opened) -> None:
    with writing() as db:
        row = db.get_one(Registration, stage.people[0].id)
        row.entity_name = "Secretaría Distrital de Ambiente, Desarrollo y Ordenamiento Territorial"
        row.person.given_names, row.person.family_names = "María Fernanda de los Ángeles", "Rodríguez Peñaranda y Gutiérrez"
        other = db.get_one(Registration, stage.people[1].id)
        other.person.given_names, other.person.family_names = "Ñ" * 80, "Ü" * 80
    kept.sync()
    told = kept.read(codes[0], stage.event.id) or {}
    assert (told["n"], told["s"]) == ("María Fernanda de los Ángeles Rodríguez Peñaranda y Gutiérrez", "active")
    assert row.entity_name.startswith(told["w"])
    assert told["w"] in {" ".join(row.entity_name.split()[:count]).rstrip(",") for count in range(1, 9)}
    assert (kept.read(codes[1], stage.event.id) or {})["n"].startswith("ÑÑÑÑ")


def test_a_page_goes_on_where_the_last_one_ended(kept: Kept, stage: Stage, codes: list[str], writing: Opened, phone: Phone) -> None:
    pages = kept.sync(limit=2)
    assert [(len(page["rows"]), page["more"]) for page in pages] == [(2, True), (1, False)]
    begun = Kept(phone)
    first = phone.get(f"{phone.about('manifest')}?limit=2").get_json()
    begun._take(first)
    with writing() as db:  # What changes behind the page that was read is told in the next round.
        person = db.get_one(Registration, stage.people[0].id).person
        person.given_names, person.updated_at = "Aurora Luz", clock.now()
        a_registration(db, stage.event, given_names="Nueva")
    begun.sync(limit=2)
    begun.sync(limit=2)
    assert len(begun.rows) == 4
    assert begun.read(codes[0], stage.event.id)["n"] == "Aurora Luz Ejemplo Guadual"  # type: ignore[index]


def test_a_cursor_is_good_for_its_event_and_a_day(
    kept: Kept, phone: Phone, stage: Stage, app: Flask, writing: Opened, clock_at: At
) -> None:
    with writing() as db:
        both = Phone(app.test_client(), a_bearer(db, stage.event, stage.other), stage.other.slug)
    kept.sync()
    for told, cursor in ((both, kept.cursor), (phone, "inventado"), (phone, kept.cursor[:-4] + "AAAA")):
        answer = told.get(f"{told.about('manifest')}?cursor={cursor}")
        assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["cursor"])
    for limit in ("0", "2001", "muchas"):
        assert list(phone.get(f"{phone.about('manifest')}?limit={limit}").get_json()["errors"]) == ["limit"]
    clock_at(OPEN + timedelta(hours=25))
    kept.sync()
    assert len(kept.told) == 3, "too old: it begins again by itself"


def test_what_the_phone_has_is_not_sent_again(phone: Phone, stage: Stage, writing: Opened, clock_at: At) -> None:
    clock_at(OPEN + LATER / 2)
    first = phone.get(phone.about("manifest"))
    same = phone.get(phone.about("manifest"), If_None_Match=first.headers["ETag"])
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    cursor = f"{phone.about('manifest')}?cursor={first.get_json()['cursor']}"
    clock_at(OPEN + LATER)
    empty = phone.get(cursor)
    assert empty.get_json()["rows"] == []
    assert phone.get(cursor, If_None_Match=empty.headers["ETag"]).status_code == 304
    with writing() as db:
        db.get_one(Registration, stage.people[0].id).updated_at = clock.now()
    assert phone.get(cursor, If_None_Match=empty.headers["ETag"]).status_code == 200
    assert first.headers["Cache-Control"] == "no-store"


def test_it_travels_small_when_the_phone_accepts_it(phone: Phone) -> None:
    plain = phone.get(phone.about("manifest"))
    small = phone.get(phone.about("manifest"), Accept_Encoding="gzip")
    assert (small.headers["Content-Encoding"], small.headers["Vary"]) == ("gzip", "Accept-Encoding")
    told = json.loads(gzip.decompress(small.data))
    assert [name for name, _ in told["rows"]] == [name for name, _ in plain.get_json()["rows"]]
    refused = phone.get(phone.about("manifest"), Accept_Encoding="gzip;q=0")
    assert [answer.headers.get("Content-Encoding") for answer in (plain, refused)] == [None, None]
