"""Who may speak to the API of the door: an enrolled phone, for its events, until it is revoked; by cookie only from our own pages."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from eventos.accounts import service as accounts
from eventos.checkin import service
from eventos.checkin.models import Device
from eventos.kernel import tokens
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.operations import OPERATIONS, Operation
from tests.api.factories import a_key
from tests.checkin.factories import OPEN, code_of
from tests.checkin.stage import At, Phone, Stage
from tests.conftest import Opened

BAD = ("", "Bearer", "Bearer ñ", "Bearer no-es-de-nadie", f"Bearer {'x' * 500}", "Basic x")


@pytest.fixture
def ours(app: Flask) -> list[Operation]:
    assert app.testing
    found = [operation for operation in OPERATIONS.values() if operation.is_for_devices]
    names = {operation.name.rpartition(".")[2] for operation in found}
    assert names == {"device", "scans", "undo", "search", "walk_in", "manifest", "names"}
    return found


def told(operation: Operation, slug: str) -> tuple[str, str, Any]:
    body = operation.example
    return operation.method, operation.path.replace("<slug>", slug), {**body, "event": slug} if body and "event" in body else body


def statuses(phone: Phone, ours: list[Operation], slug: str = "") -> dict[str, int]:
    return {each.name: phone.ask(*told(each, slug or phone.slug)).status_code for each in ours}


def test_every_operation_opens_to_an_enrolled_phone(phone: Phone, ours: list[Operation]) -> None:
    found = statuses(phone, ours)
    assert found.pop("api_checkin.undo") == 404  # nothing was read yet
    assert found.pop("api_checkin.walk_in") == 422  # the example's notice is no notice
    assert found.pop("api_checkin.names") == 409  # no room lets phones keep names
    assert set(found.values()) == {200}


def test_nobody_else_gets_in(app: Flask, phone: Phone, stage: Stage, ours: list[Operation], writing: Opened) -> None:
    with writing() as db:
        session, key = accounts.start_session(db, stage.staff.id, now=OPEN), a_key(db)
    staff = app.test_client()
    staff.set_cookie("eventos", session, domain="localhost", path="/")
    for operation in ours:
        method, path, body = told(operation, phone.slug)
        given = {"json": body} if body is not None else {}
        for client, headers in (
            (app.test_client(), {}),
            (staff, {"Sec-Fetch-Site": "same-origin"}),
            *(
                (app.test_client(), {"Authorization": bad})
                for bad in ("", "Bearer", f"Bearer {key}", "Bearer ñ", "Basic x", f"Bearer {'x' * 500}")
            ),
        ):
            answer = client.open(f"/api/v1{path}", method=method, headers=headers, **given)
            assert (answer.status_code, answer.get_json()["code"]) == (401, "not_enrolled"), (path, headers)
            assert answer.mimetype == "application/problem+json"


def test_a_phone_opens_nothing_else_of_the_api(phone: Phone) -> None:
    assert (phone.get("/events").status_code, phone.get("/notice").status_code) == (401, 401)


def test_an_event_that_is_not_the_phones_is_not_there(phone: Phone, stage: Stage, ours: list[Operation]) -> None:
    found = statuses(phone, ours, stage.other.slug)
    assert found.pop("api_checkin.device") == 200
    assert set(found.values()) == {404}
    assert set(statuses(phone, ours, "no-existe").values()) == {200, 404}
    assert stage.other.topic not in phone.get("/checkin/device").text


def test_a_revoked_phone_is_refused_at_once(phone: Phone, stage: Stage, ours: list[Operation], writing: Opened) -> None:
    with writing() as db:
        public_id = db.execute(select(Device.public_id)).scalar_one()
        service.revoke(db, public_id, event_id=stage.event.id, by=SYSTEM, now=OPEN)
    assert set(statuses(phone, ours).values()) == {401}
    by_cookie = stage.client.get("/api/v1/checkin/device")
    assert by_cookie.status_code == 401
    assert "eventos-puerta=;" in by_cookie.headers["Set-Cookie"]


def test_when_the_event_is_long_over_the_phone_is_refused(phone: Phone, ours: list[Operation], clock_at: At) -> None:
    clock_at(OPEN + timedelta(days=2))
    assert set(statuses(phone, ours).values()) == {401}


def test_a_write_by_cookie_needs_a_page_of_ours(stage: Stage) -> None:
    path, body = "/api/v1/checkin/scans", {"event": stage.event.slug, "scans": [{"nonce": "lectura-0001", "code": "x"}]}
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
        {"Origin": "https://otro.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://otro.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ):
        answer = stage.client.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed"), headers
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}):
        assert stage.client.post(path, json=body, headers=headers).status_code == 200, headers
    form = stage.client.post(path, data={"event": stage.event.slug}, headers={"Sec-Fetch-Site": "same-origin"})
    plain = stage.client.post(path, data="{}", headers={"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"})
    assert (form.status_code, plain.status_code) == (415, 415)


def test_reading_by_cookie_needs_none(stage: Stage) -> None:
    assert stage.client.get("/api/v1/checkin/device").status_code == 200


def test_a_bad_bearer_is_not_mended_by_a_good_cookie(stage: Stage) -> None:
    answer = stage.client.get("/api/v1/checkin/device", headers={"Authorization": "Bearer otra-cosa"})
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_whoever_tries_bearers_is_slowed_down_and_phones_are_not(app: Flask, phone: Phone) -> None:
    stranger = Phone(app.test_client(), "invented", phone.slug)
    tried = [stranger.get("/checkin/device") for _ in range(61)]
    assert [answer.status_code for answer in tried] == [401] * 60 + [429]
    assert phone.get("/checkin/device").status_code == 200


def test_a_bearer_opens_no_page(app: Flask, stage: Stage) -> None:
    assert app.test_client().get(stage.url, headers={"Authorization": f"Bearer {stage.bearer}"}).status_code == 401


def test_the_bearer_is_kept_as_its_hash(stage: Stage, looking: Opened) -> None:
    with looking() as db:
        rows = "\n".join(str(row) for row in db.execute(text("SELECT * FROM device")))
    assert stage.bearer not in rows
    assert tokens.digest(stage.bearer) in rows


def test_scans_have_a_pace_and_searches_another(phone: Phone, stage: Stage, clock_at: At) -> None:
    for number in range(120):
        clock_at(OPEN + timedelta(milliseconds=100 * number))
        assert phone.scans(phone.scan(f"no-es-nuestro-{number}"))[0]["verdict"] == "unknown"
    clock_at(OPEN + timedelta(seconds=13))
    late = phone.post("/checkin/scans", {"event": phone.slug, "scans": [phone.scan(code_of(stage.people[0]))]})
    assert (late.status_code, late.get_json()["code"]) == (429, "too_many_requests")
    assert int(late.headers["Retry-After"]) > 0
    found = [phone.post(phone.about("search"), {"text": "aurora"}).status_code for _ in range(31)]
    assert found == [200] * 30 + [429]
    clock_at(OPEN + timedelta(seconds=80))
    assert phone.scans(phone.scan(code_of(stage.people[0])))[0]["verdict"] == "accepted"


def test_a_search_is_audited_without_what_was_typed(phone: Phone, looking: Opened) -> None:
    told = phone.post(phone.about("search"), {"text": "  Áurora "}).get_json()["items"]
    assert [each["name"] for each in told] == ["Aurora Ejemplo Guadual"]
    assert phone.post(phone.about("search"), {"text": "a  b"}).get_json()["errors"]["text"].startswith("Escriba al menos")
    with looking() as db:
        entry = db.execute(select(AuditEntry).where(AuditEntry.action == "checkin.search")).scalar_one()
    assert entry.actor.startswith("device:")
    assert "urora" not in str(vars(entry))


def test_who_is_found_can_be_marked_with_a_reason(phone: Phone) -> None:
    found = phone.post(phone.about("search"), {"text": "guadual irene"}).get_json()["items"]
    marked = phone.scans(phone.scan(registration=found[0]["registration"], reason="No trae el código"))
    assert (marked[0]["verdict"], marked[0]["name"]) == ("accepted", "Irene Ejemplo Guadual")
    assert phone.post(phone.about("search"), {"text": "irene"}).get_json()["items"][0]["entered_at"] == "2030-07-25T08:05:00-05:00"


def test_an_entry_is_undone_by_the_phone_that_read_it(phone: Phone, stage: Stage, clock_at: At) -> None:
    scan = phone.scan(code_of(stage.people[0]))
    phone.scans(scan)
    undone = phone.post(phone.about("undo"), {"nonce": scan["nonce"]})
    assert (undone.status_code, undone.get_json()["verdict"]) == (200, "annulled")
    again = phone.scan(code_of(stage.people[0]))
    assert phone.scans(again)[0]["verdict"] == "accepted"
    clock_at(OPEN + timedelta(minutes=16))
    late = phone.post(phone.about("undo"), {"nonce": again["nonce"]})
    assert (late.status_code, late.get_json()["code"]) == (409, "undo_too_late")
