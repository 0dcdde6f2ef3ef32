"""The door from outside: making and using a link, reading without scripts, searching, walk-ins, undoing, and being revoked."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventos.checkin.models import Device, Scan
from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import open_form_token, signed_in
from tests.checkin.factories import OPEN, a_bearer, carry, code_of
from tests.checkin.stage import At, Stage, accepted, one_scan
from tests.conftest import Opened
from tests.cycles.factories import ANOTHER_YEAR, a_cycle, a_day, a_published_event
from tests.support.statements import counted

# --- the link ------------------------------------------------------------------------------------------------------------------


def test_a_link_is_made_shown_once_and_enrols_a_phone_by_its_button(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
    who = signed_in(client, writing)
    desk = f"/escritorio/eventos/{event.slug}/puerta"
    made = client.post(desk, data={"csrf_token": who.csrf, "name": "Puerta principal", "events": event.slug})
    (path,) = set(re.findall(r"/acreditacion/vincular/[\w-]{43}", made.text))
    assert 'class="qr"' in made.text
    assert path not in client.get(desk).text
    phone = client.application.test_client()
    page = phone.get(path)
    assert (page.status_code, "Puerta principal" in page.text, event.topic in page.text) == (200, True, True)
    assert page.headers["X-Robots-Tag"] == "noindex"
    phone.head(path)
    with looking() as db:
        assert db.execute(select(Device.enrolled_at)).scalar_one() is None
    answer = phone.post(path, data={"csrf_token": open_form_token()})
    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.location) == (303, "/acreditacion")
    assert all(word in cookie for word in ("eventos-puerta=", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert phone.get("/acreditacion").location == f"/acreditacion/{event.slug}"
    assert client.application.test_client().get(path).status_code == 404
    assert client.application.test_client().post(path, data={"csrf_token": open_form_token()}).status_code == 404


def test_the_form_of_a_device_says_what_is_missing(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
    who = signed_in(client, writing)
    answer = client.post(f"/escritorio/eventos/{event.slug}/puerta", data={"csrf_token": who.csrf, "name": ""})
    assert answer.status_code == 422
    assert "Puerta principal" in answer.text
    assert "Marque al menos un evento." in answer.text


@pytest.mark.parametrize(("role", "status"), [(StaffRole.READER, 403), (StaffRole.DOOR, 403), (StaffRole.ORGANISER, 404)])
def test_only_who_organises_the_cycle_makes_links(client: FlaskClient, writing: Opened, role: StaffRole, status: int) -> None:
    with writing() as db:
        event = a_published_event(db)
    who = signed_in(client, writing, role)
    data = {"csrf_token": who.csrf, "name": "Puerta", "events": event.slug}
    assert client.post(f"/escritorio/eventos/{event.slug}/puerta", data=data).status_code == status


# --- reading -------------------------------------------------------------------------------------------------------------------


def test_without_scripts_a_typed_code_answers_with_a_page(stage: Stage) -> None:
    page = stage.client.get(stage.url)
    assert 'action="' + f"{stage.url}/codigo" in page.text
    first, again = stage.typed(code_of(stage.people[0])), stage.typed(code_of(stage.people[0]), "lectura-0002")
    assert (first.status_code, "Adelante" in first.text, "Aurora Ejemplo Guadual" in first.text) == (200, True, True)
    assert "Ya ingresó" in again.text
    assert "Puerta principal" in again.text
    assert str(stage.people[0].person.document_number) not in first.text


def test_the_script_gets_an_answer_for_each_nonce(stage: Stage, looking: Opened) -> None:
    sent = [one_scan(code_of(stage.people[0])), one_scan("nada", "lectura-0002"), one_scan(code_of(stage.stranger), "lectura-0003")]
    told = stage.sent(*sent).get_json()["answers"]
    assert [(one["nonce"], one["verdict"], one["tone"]) for one in told] == [
        ("lectura-0001", "accepted", "accepted"),
        ("lectura-0002", "unknown", "refused"),
        ("lectura-0003", "other_event", "refused"),
    ]
    assert "Sexta asistencia técnica: Control social" in told[2]["why"]
    assert "name" not in told[2]
    assert stage.sent(*sent).get_json()["answers"] == told
    with looking() as db:
        assert db.scalar(select(func.count()).select_from(Scan)) == 3


def test_a_whole_request_of_one_scan_costs_six_statements(stage: Stage) -> None:
    stage.client.get(stage.url)
    for nonce in ("lectura-0001", "lectura-0002"):
        with counted() as statements:
            stage.sent(one_scan(code_of(stage.people[0]), nonce))
        assert len(statements) <= 6, str(statements)


def test_extra_fields_of_a_scan_change_nothing(stage: Stage, looking: Opened) -> None:
    answer = stage.sent(one_scan("nada") | {"verdict": "accepted", "manual": True})
    assert answer.status_code == 422
    assert {name.rpartition(".")[2] for name in answer.get_json()["errors"]} == {"verdict", "manual"}
    assert accepted(looking) == 0


def test_the_camera_page_alone_may_use_camera_and_assembly(stage: Stage) -> None:
    page = stage.client.get(stage.url)
    assert "script-src 'self' 'wasm-unsafe-eval';" in page.headers["Content-Security-Policy"]
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    for path in ("buscar", "inscribir"):
        other = stage.client.get(f"{stage.url}/{path}")
        assert "wasm" not in other.headers["Content-Security-Policy"]
        assert "camera=()" in other.headers["Permissions-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_looking_at_the_door_records_nothing(stage: Stage, looking: Opened) -> None:
    for path in ("", "/buscar", "/inscribir", "/cuenta"):
        assert stage.client.get(stage.url + path).status_code == 200
    stage.client.get(code_of(stage.people[0]).replace("http://127.0.0.1:8000", ""))
    assert accepted(looking) == 0


# --- who may ---------------------------------------------------------------------------------------------------------------------


def test_a_revoked_phone_gets_401_at_its_next_call_and_loses_its_cookie(stage: Stage, writing: Opened, looking: Opened) -> None:
    assert stage.sent(one_scan("nada")).status_code == 200
    office = stage.client.application.test_client()
    who = signed_in(office, writing, staff=stage.staff)
    with looking() as db:
        public_id = db.execute(select(Device.public_id)).scalar_one()
    desk = f"/escritorio/eventos/{stage.event.slug}/puerta"
    assert f'href="{desk}/{public_id}/retirar"' in office.get(desk).text
    asked = office.get(f"{desk}/{public_id}/retirar")
    assert (asked.status_code, "¿Retirar el teléfono «Puerta principal»?" in asked.text) == (200, True)
    assert stage.sent(one_scan("nada", "lectura-0003")).status_code == 200, "asking changes nothing"
    assert office.get(f"{desk}/inventado/retirar").status_code == 404
    assert office.post(f"{desk}/{public_id}/retirar", data={"csrf_token": who.csrf}).status_code == 303
    answer = stage.sent(one_scan(code_of(stage.people[0]), "lectura-0002"))
    assert answer.status_code == 401
    assert "eventos-puerta=;" in answer.headers["Set-Cookie"]
    page = stage.client.get("/acreditacion")
    assert (page.status_code, "no está vinculado" in page.text) == (401, True)
    assert accepted(looking) == 0
    assert "Retirado" in office.get(desk).text
    assert "ya no lee" in office.get(f"{desk}/{public_id}/retirar").text


def test_a_phone_reads_for_its_own_events_only(stage: Stage) -> None:
    assert stage.client.get(f"/acreditacion/{stage.other.slug}").status_code == 404
    assert stage.sent(one_scan(code_of(stage.stranger)), slug=stage.other.slug).status_code == 404


def test_a_form_token_belongs_to_its_phone(stage: Stage, writing: Opened) -> None:
    with writing() as db:
        other = a_bearer(db, db.merge(stage.event), staff=db.merge(stage.staff))
    foreign = carry(stage.client.application.test_client(), other)
    for token in ("", open_form_token(), foreign):
        answer = stage.client.post(f"{stage.url}/codigo", data={"csrf_token": token, "code": "nada", "nonce": "lectura-0001"})
        assert answer.status_code == 400


def test_another_sites_page_cannot_scan(stage: Stage) -> None:
    data = {"csrf_token": stage.csrf, "code": "nada", "nonce": "lectura-0001"}
    assert stage.client.post(f"{stage.url}/codigo", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stage.sent(one_scan("nada"), Sec_Fetch_Site="cross-site").status_code == 403


def test_a_phone_opens_no_page_of_the_office(stage: Stage) -> None:
    assert stage.client.get(f"/escritorio/eventos/{stage.event.slug}").status_code == 302


# --- the organiser ---------------------------------------------------------------------------------------------------------------


def test_the_counter_grows_by_itself_with_few_statements(stage: Stage, writing: Opened) -> None:
    office = stage.client.application.test_client()
    signed_in(office, writing, staff=stage.staff)
    desk = f"/escritorio/eventos/{stage.event.slug}/puerta"
    page = office.get(desk)
    assert f'data-poll-url="{desk}/cuenta"' in page.text
    before = office.get(f"{desk}/cuenta").text
    stage.typed(code_of(stage.people[0]))
    with counted() as statements:
        after = office.get(f"{desk}/cuenta").text
    assert len(statements) <= 8, str(statements)
    assert ('<span class="number__value">0' in before, '<span class="number__value">1</span>' in after) == (True, True)
    assert 'id="conteo"' in after
    assert 'data-poll="pending"' in after


def test_the_counters_of_the_phone(stage: Stage) -> None:
    stage.typed(code_of(stage.people[0]))
    assert stage.client.get(f"{stage.url}/cuenta").json == {"accepted": 1, "expected": 3}


def test_a_phone_of_two_events_chooses(client: FlaskClient, writing: Opened, clock_at: At) -> None:
    clock_at(OPEN)
    with writing() as db:
        cycle = a_cycle(db)
        days = ((a_day(ANOTHER_YEAR + timedelta(days=7)),), (a_day(),))
        events = [a_published_event(db, cycle=cycle, number=number, days=some) for number, some in zip((5, 6), days, strict=True)]
        bearer = a_bearer(db, *events)
    carry(client, bearer)
    page = client.get("/acreditacion").text
    assert all(f"/acreditacion/{event.slug}" in page for event in events)
    assert page.count("Puerta abierta") == 1
    assert page.index(f"/acreditacion/{events[1].slug}") < page.index(f"/acreditacion/{events[0].slug}"), "first the one whose door is open"
    assert 'href="/acreditacion"' in client.get(f"/acreditacion/{events[0].slug}").text


def test_a_cancelled_event_says_so_at_the_door(stage: Stage, writing: Opened) -> None:
    with writing() as db:
        cycles.cancel(db, db.get_one(Event, stage.event.id), reason="Se aplazó", by=SYSTEM, now=clock.now())
    assert "Este evento fue cancelado." in stage.typed(code_of(stage.people[0])).text
