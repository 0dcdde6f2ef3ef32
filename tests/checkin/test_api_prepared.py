"""What a phone prepares itself with before the doors open: its events, their rooms, names where they may go along; for a full hall too."""

import base64
import gzip
import json
import tracemalloc

from flask import Flask
from sqlalchemy import select

from eventos.checkin import service
from eventos.checkin.models import DoorRoom
from eventos.checkin.rules import Rule
from eventos.kernel import clock
from eventos.kernel.audit import AuditEntry
from eventos.kernel.schemas import judge
from tests.checkin.factories import OPEN, a_bearer, a_crowd, a_scan, code_of
from tests.checkin.kept import LATER, name_of, other_phone
from tests.checkin.stage import At, Phone, Stage
from tests.conftest import Opened
from tests.support.statements import counted

SHOWN = (("/checkin/scans", "post"), ("/checkin/events/{slug}/manifest", "get"))


def test_what_a_phone_prepares_itself_with_says_nothing_of_anybody(phone: Phone, stage: Stage) -> None:
    answer = phone.get("/checkin/device")
    told = answer.get_json()
    assert [event["slug"] for event in told["events"]] == [stage.event.slug]
    assert told["events"][0]["rooms"][0]["rule"] == Rule().kept()
    assert told["events"][0]["days"][0]["starts_at"] == "2030-07-25T08:00:00-05:00"
    assert len(base64.urlsafe_b64decode(told["keys"]["seal"]["public"] + "=")) == 65
    assert [one.person.family_names for one in stage.people if one.person.family_names in answer.text] == []
    assert phone.get("/checkin/device", If_None_Match=answer.headers["ETag"]).status_code == 304
    assert told["now"] == "2030-07-25T08:05:00-05:00"


def test_the_description_shows_what_is_sent_and_answered(phone: Phone) -> None:
    described = phone.client.get("/api/v1/openapi.json").get_json()
    schemas = described["components"]["schemas"]
    scans = described["paths"]["/checkin/scans"]["post"]
    sent = scans["requestBody"]["content"]["application/json"]
    assert judge(sent["schema"], sent["example"]) == {}
    shown = [described["paths"][path][way]["responses"]["200"]["content"]["application/json"]["example"] for path, way in SHOWN]
    assert set(shown[0]) == set(schemas["ScanAnswers"]["properties"])
    assert [set(each) - set(schemas["ScanAnswer"]["properties"]) for each in shown[0]["answers"]] == [set(), set()]
    assert set(shown[1]) == set(schemas["DoorManifest"]["properties"]) == set(phone.get(phone.about("manifest")).get_json())
    assert (scans["security"], "304" in scans["responses"]) == ([{"device": []}, {"deviceCookie": []}], False)
    assert [parameter["name"] for parameter in scans["parameters"]] == [], "the nonce does what an Idempotency-Key does elsewhere"


def test_names_go_along_only_where_a_room_lets_them(
    phone: Phone, stage: Stage, codes: list[str], writing: Opened, looking: Opened, clock_at: At
) -> None:
    refused = phone.get(phone.about("names"))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "no_offline_search")
    with writing() as db:
        db.add(DoorRoom(event_id=stage.event.id, name="Entrada", rule=Rule(offline_search=True).kept(), updated_at=OPEN))
    clock_at(OPEN + LATER / 2)
    page = phone.get(f"{phone.about('names')}?limit=2").get_json()
    rest = phone.get(f"{phone.about('names')}?cursor={page['cursor']}").get_json()
    told = [*page["rows"], *rest["rows"]]
    assert (page["more"], rest["more"]) == (True, False)
    assert told[0] == [stage.people[0].public_id, name_of(codes[0]), "Aurora Ejemplo Guadual", "Alcaldía de Riosucio, Planeación", "active"]
    assert [row[0] for row in told] == [one.public_id for one in stage.people]
    assert [one.person.document_number for one in stage.people if one.person.document_number in str(told)] == []
    clock_at(OPEN + LATER)
    assert phone.get(f"{phone.about('names')}?cursor={rest['cursor']}").get_json()["rows"] == []
    assert phone.get(f"{phone.about('manifest')}?cursor={rest['cursor']}").status_code == 422, "each list has its own cursor"
    with looking() as db:
        audited = db.execute(select(AuditEntry.detail).where(AuditEntry.action == "checkin.names")).scalars().all()
    assert audited == [{"told": 2}, {"told": 1}]


def a_full_hall(stage: Stage, writing: Opened, many: int) -> list[str]:
    """So many people, half of whom entered by another phone."""
    with writing() as db:
        crowd = a_crowd(db, db.merge(stage.event), many)
    north, event = other_phone(stage, writing)
    for start in range(0, many // 2, 1000):
        with writing() as db:
            seen = [a_scan(code=code) for code in crowd[start : min(start + 1000, many // 2)]]
            service.record_scans(db, north, event, seen, now=clock.now())
    return crowd


def test_a_crowd_fits_on_a_phone_in_few_statements_and_little_memory(phone: Phone, stage: Stage, writing: Opened, is_full: bool) -> None:
    many = 10_000 if is_full else 500
    crowd = a_full_hall(stage, writing, many)
    phone.get("/checkin/device")
    size, cursor, rows = 0, "", 0
    tracemalloc.start()
    try:
        while cursor is not None:
            with counted() as statements:
                answer = phone.get(f"{phone.about('manifest')}?limit=2000&cursor={cursor}", Accept_Encoding="gzip")
            assert len(statements) <= 8, str(statements)
            size += len(answer.data)
            page = json.loads(gzip.decompress(answer.data))
            rows += len(page["rows"])
            cursor = page["cursor"] if page["more"] else None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == many + 3
    assert size * (10_000 / many) <= 2.5 * 1024 * 1024, f"{size / many:.0f} bytes a person"
    assert peak < 24 * 1024 * 1024, f"{peak / 1024 / 1024:.1f} MiB"
    with counted() as statements:
        again = phone.get(f"{phone.about('manifest')}?cursor={page['cursor']}")
    assert len(statements) <= 8, str(statements)
    assert again.status_code == 200
    assert code_of(stage.people[0]).rpartition("/")[2] not in crowd


def test_a_phone_of_many_events_costs_no_more_statements(app: Flask, phone: Phone, stage: Stage, writing: Opened) -> None:
    with writing() as db:
        both = Phone(app.test_client(), a_bearer(db, stage.event, stage.other), stage.event.slug)
    costs = []
    for each in (phone, both):
        each.get("/checkin/device")
        with counted() as statements:
            assert each.get("/checkin/device").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8
