"""What phones send to the API of the door: scans in clear and sealed, each answered in its place, none of them lost."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.event import listen, remove

from eventos.checkin.models import Acceptance, Scan
from eventos.cycles.models import Event
from eventos.kernel import sealing
from eventos.kernel.db import database
from eventos.registration.models import Registration
from eventos.registration.service import tickets
from tests.checkin.factories import OPEN, code_of
from tests.checkin.stage import At, Phone, Stage
from tests.conftest import Opened
from tests.support.phone import sealed_by_a_phone
from tests.support.statements import counted

Seal = Callable[..., str]


@pytest.fixture
def seal(phone: Phone) -> Seal:
    """Seal as the phone does, to the key that it was told."""
    key = phone.get("/checkin/device").get_json()["keys"]["seal"]
    return lambda **content: sealed_by_a_phone(content, **key)


def refused(phone: Phone, *scans: Any, event: str = "") -> tuple[int, dict[str, str]]:
    answer = phone.post("/checkin/scans", {"event": event or phone.slug, "scans": list(scans)})
    return answer.status_code, answer.get_json().get("errors", {})


def test_scans_are_answered_in_their_order(phone: Phone, stage: Stage) -> None:
    scans = [phone.scan(code_of(one)) for one in (*stage.people, stage.stranger)]
    scans.insert(2, phone.scan("esto no es nuestro"))
    told = phone.scans(*scans)
    assert [each["nonce"] for each in told] == [scan["nonce"] for scan in scans]
    assert [each["verdict"] for each in told] == ["accepted", "accepted", "unknown", "accepted", "other_event"]
    assert [each.get("name", "").split(" ")[0] for each in told] == ["Aurora", "Irene", "", "Lucio", ""]
    assert told[0] == {
        "nonce": scans[0]["nonce"],
        "verdict": "accepted",
        "tone": "accepted",
        "word": "Adelante",
        "can_undo": True,
        "name": "Aurora Ejemplo Guadual",
        "work": ["Alcaldía de Riosucio", "Planeación"],
        "document": told[0]["document"],
    }
    assert "···" in told[0]["document"]


def test_a_nonce_is_answered_once_and_for_all(phone: Phone, stage: Stage, looking: Opened) -> None:
    scan = phone.scan(code_of(stage.people[0]))
    first, twin, repeated = phone.scans(scan, scan, phone.scan(code_of(stage.people[0])))
    assert first == twin
    assert (repeated["verdict"], repeated["first_at"]) == ("repeated", "2030-07-25T08:05:00-05:00")
    assert phone.scans(scan | {"code": code_of(stage.people[1])}) == [first]
    with looking() as db:
        assert db.scalar(select(func.count()).select_from(Scan)) == 2


def test_a_sealed_scan_is_judged_like_one_in_clear(phone: Phone, stage: Stage, seal: Seal, looking: Opened) -> None:
    code = tickets.ticket_of(stage.people[0])
    scan = phone.scan(sealed=seal(code=code), offline=True, told="accepted", scanned_at="2030-07-25T08:01:00-05:00")
    (told,) = phone.scans(scan)
    assert (told["verdict"], told["name"]) == ("accepted", "Aurora Ejemplo Guadual")
    (again,) = phone.scans(phone.scan(code_of(stage.people[0])))
    assert (again["verdict"], again["first_at"]) == ("repeated", "2030-07-25T08:01:00-05:00")
    assert phone.scans(scan | {"sealed": seal(code=code)}) == [told], "sealed anew, the nonce is the same"
    with looking() as db:
        assert code not in "\n".join(str(row) for row in db.execute(text("SELECT * FROM scan")))


def test_a_mark_by_name_and_its_reason_may_come_sealed(phone: Phone, stage: Stage, seal: Seal, looking: Opened) -> None:
    (told,) = phone.scans(phone.scan(sealed=seal(registration=stage.people[1].public_id, reason="No trae el código"), offline=True))
    assert told["verdict"] == "accepted"
    with looking() as db:
        scan = db.execute(select(Scan)).scalar_one()
    assert (scan.manual, scan.reason, scan.offline) == (True, "No trae el código", True)


def test_what_cannot_be_opened_is_kept_and_said(phone: Phone, seal: Seal, looking: Opened) -> None:
    """The phone erases what was answered: a whole batch must not wait for a text that nobody can mend."""
    bad = ["AAAA", seal(code="x")[:-6], seal(name="x"), seal(code="x", registration="y"), seal(), seal(code=5)]
    told = phone.scans(*(phone.scan(sealed=each, offline=True, told="accepted") for each in bad))
    assert {(each["verdict"], tuple(each["flags"])) for each in told} == {("unknown", ("sealed",))}
    assert {each["why"][:16] for each in told} == {"No se pudo abrir"}
    with looking() as db:
        assert db.execute(select(Scan.flagged)).scalars().all() == ["sealed"] * len(bad)
        assert db.scalar(select(func.count()).select_from(Acceptance)) == 0


def test_a_thing_sealed_to_nobody_we_know_is_not_ours(phone: Phone) -> None:
    key = sealing.seal_key()
    (told,) = phone.scans(phone.scan(sealed=sealed_by_a_phone({"code": "x"}, kid="otra", public=sealing.base64url(key.public))))
    assert told["flags"] == ["sealed"]


def test_what_is_written_wrongly_is_named_by_its_place(phone: Phone, stage: Stage, looking: Opened) -> None:
    code, sealed = code_of(stage.people[0]), "AAAA"
    good = phone.scan(code)
    for wrong, place in (
        (phone.scan(), "scans.1"),
        (phone.scan(code, sealed=sealed), "scans.1"),
        (phone.scan(code, registration="x", reason="x"), "scans.1"),
        (phone.scan(registration="x"), "scans.1.reason"),
        (phone.scan(sealed=sealed, answers={"a": "b"}), "scans.1.answers"),
        (phone.scan(sealed=sealed, reason="x"), "scans.1.reason"),
        ({"code": code}, "scans.1.nonce"),
        (phone.scan(code) | {"nonce": "corto"}, "scans.1.nonce"),
        (phone.scan(code) | {"nonce": "con espacio"}, "scans.1.nonce"),
        (phone.scan(code) | {"nonce": "x" * 61}, "scans.1.nonce"),
        (phone.scan("x" * 501), "scans.1.code"),
        (phone.scan(code, room="x" * 41), "scans.1.room"),
        (phone.scan(code, direction="arriba"), "scans.1.direction"),
        (phone.scan(code, told="annulled"), "scans.1.told"),
        (phone.scan(code, scanned_at="ayer"), "scans.1.scanned_at"),
        (phone.scan(code, scanned_at="2030-07-25T08:00:00"), "scans.1.scanned_at"),
        (phone.scan(code, offline="sí"), "scans.1.offline"),
        (phone.scan(code, verdict="accepted"), "scans.1.verdict"),
        (phone.scan(sealed="con+signos/de=otro"), "scans.1.sealed"),
        (phone.scan(walk_in={"given_names": "X"}), "scans.1.walk_in.entity"),
        ("lectura", "scans.1"),
        (None, "scans.1"),
    ):
        status, errors = refused(phone, good, wrong)
        assert (status, place in errors) == (422, True), (wrong, errors)
    with looking() as db:
        assert db.scalar(select(func.count()).select_from(Scan)) == 0, "one that is wrong refuses the whole"


@pytest.mark.parametrize("said", ["1970-01-01T00:00:09Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_phone_whose_clock_was_reset_loses_nothing(phone: Phone, stage: Stage, said: str) -> None:
    """Its battery died: were one reading refused for its year, all that waits with it would wait for ever."""
    late = phone.scan(code_of(stage.people[0]), scanned_at=said, offline=True, told="accepted")
    told = phone.scans(late, phone.scan(code_of(stage.people[1])))
    assert [(each["verdict"], each.get("flags")) for each in told] == [("accepted", ["clock"]), ("accepted", None)]


def test_from_one_to_a_thousand(phone: Phone) -> None:
    assert refused(phone) == (422, {"scans": "Falta contenido: lleva al menos 1."})
    assert len(phone.scans(*(phone.scan(f"no-es-{number}") for number in range(1000)))) == 1000
    status, errors = refused(phone, *(phone.scan(f"no-es-{number}") for number in range(1001)))
    assert (status, errors) == (422, {"scans": "Caben hasta 1000 elementos."})
    huge = phone.post("/checkin/scans", {"event": phone.slug, "scans": [phone.scan("x" * 400, room="y" * 1_100_000)]})
    assert (huge.status_code, huge.get_json()["code"]) == (413, "too_large")


def test_a_thousand_sealed_scans_fit(phone: Phone, seal: Seal, stage: Stage) -> None:
    ticket = tickets.ticket_of(stage.people[0])
    around = {"offline": True, "told": "accepted", "scanned_at": "2030-07-25T08:00:00.000-05:00", "room": "x" * 14, "direction": "in"}
    scan = phone.scan(sealed=seal(code=ticket, reason=""), **around) | {"nonce": "x" * 36}
    body = json.dumps({"event": phone.slug, "scans": [scan] * 1000}, separators=(",", ":"))
    assert len(body) < 1024 * 1024


def test_the_room_that_was_retired_still_takes_what_was_read_there(phone: Phone, stage: Stage) -> None:
    (told,) = phone.scans(phone.scan(code_of(stage.people[0]), room="ya-no-existe"))
    assert told["verdict"] == "accepted"


def test_an_answer_is_small(phone: Phone, stage: Stage, writing: Opened, clock_at: At) -> None:
    """The longest there is: a repeated reading of somebody with long names, by another phone with a long name."""
    with writing() as db:
        person = db.get_one(Registration, stage.people[0].id)
        person.entity_name, person.dependency = "Secretaría Distrital de Planeación y Ordenamiento " * 2, "Dirección de Participación " * 3
        person.person.given_names, person.person.family_names = "María Fernanda de los Ángeles", "Rodríguez Peñaranda y Gutiérrez"
    clock_at(OPEN.replace(minute=6))
    phone.scans(phone.scan(code_of(stage.people[0])))
    clock_at(OPEN.replace(hour=11))
    for scan in (phone.scan(code_of(stage.people[0])), phone.scan(code_of(stage.stranger)), phone.scan("x" * 400)):
        answer = phone.post("/checkin/scans", {"event": phone.slug, "scans": [scan]})
        assert len(answer.data) <= 600, answer.text


def test_a_scan_costs_few_statements_and_a_batch_no_more(phone: Phone, stage: Stage) -> None:
    phone.scans(phone.scan("para calentar"))
    with counted() as one:
        phone.scans(phone.scan(code_of(stage.people[0])))
    assert len(one) <= 5, str(one)
    with counted() as many:
        phone.scans(*(phone.scan(code_of(each)) for each in stage.people * 30))
    assert len(many) <= 8, str(many)


def test_an_event_that_was_called_off_meanwhile_says_so(phone: Phone, stage: Stage, writing: Opened) -> None:
    with writing() as db:
        db.get_one(Event, stage.event.id).state = "cancelled"
    (told,) = phone.scans(phone.scan(code_of(stage.people[0])))
    assert (told["verdict"], told["why"]) == ("cancelled", "Este evento fue cancelado.")


def test_no_statement_of_a_scan_goes_through_a_whole_event(phone: Phone, stage: Stage, app: Flask) -> None:
    """Ten thousand people and their scans must cost a scan nothing: every table is entered by a key of what was read."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")) and not many:
            sent.append((statement, parameters))

    phone.scans(phone.scan("para calentar"))
    listen(Engine, "before_cursor_execute", note)
    try:
        phone.scans(*(phone.scan(code_of(one)) for one in stage.people), phone.scan(registration="x", reason="x"))
    finally:
        remove(Engine, "before_cursor_execute", note)
    with app.app_context(), database.engine.connect() as connection:
        plans = [row[3] for statement, told in sent for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", told)]
    assert len(sent) == 3
    assert len(plans) > 10
    whole = re.compile(r"SCAN (scan|registration|person|told|owner|acceptance)\b|SEARCH (scan|registration) .*\(event_id=\?")
    assert [step for step in plans if whole.match(step)] == []


@pytest.mark.both_databases
def test_no_reading_of_a_phone_stands_where_an_undo_would_be_written(phone: Phone, stage: Stage) -> None:
    entry, bait = phone.scan(code_of(stage.people[0])), phone.scan("nada")
    phone.scans(entry, bait | {"nonce": f"deshacer-{entry['nonce']}"})
    for _ in range(2):
        assert phone.post(phone.about("undo"), {"nonce": entry["nonce"]}).get_json()["verdict"] == "annulled"
    (again,) = phone.scans(phone.scan(code_of(stage.people[0])))
    assert again["verdict"] == "accepted", "what was said to be undone was undone"
