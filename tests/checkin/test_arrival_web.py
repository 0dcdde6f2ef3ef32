"""Confirming one's own arrival, as a person does on their phone: from the room's QR, and from "Mi inscripción"."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventos.checkin.models import Acceptance, Device, DoorRoom, Scan
from eventos.checkin.rules import Rule
from eventos.checkin.service import arrival
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.vocabulary import EventState, Modality, RegistrationState
from eventos.registration.models import Registration
from eventos.registration.service import tickets
from tests.accounts.factories import open_form_token, signed_in
from tests.checkin.factories import OPEN, a_bearer, carry
from tests.checkin.stage import At
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_question

pytestmark = pytest.mark.both_databases


@dataclass
class Hall:
    """An event whose room has a screen, and three people with their phones."""

    app: Flask
    event: Event
    people: list[Registration]
    emails: list[str]
    documents: list[str]
    links: list[str]

    def phone(self) -> FlaskClient:
        return self.app.test_client()

    def code(self, room: str = "") -> str:
        return arrival.code_of(self.event.id, room, clock.now())

    def scan(self, phone: FlaskClient, code: str = "") -> TestResponse:
        return phone.get(f"/llegada/{self.event.slug}/{code or self.code()}")

    def confirm(self, phone: FlaskClient, who: int = 0, **told: str) -> TestResponse:
        page = self.scan(phone)
        data = {"document": self.documents[who], "email": self.emails[who], "passed": passed_in(page)}
        return phone.post(f"/llegada/{self.event.slug}", data=data | {"csrf_token": open_form_token()} | told)

    def own(self, phone: FlaskClient, who: int = 0, **told: str) -> TestResponse:
        return phone.post(f"/i/{self.links[who]}/llegada", data={"csrf_token": open_form_token()} | told)


def passed_in(page: TestResponse) -> str:
    found = re.search(r'name="passed"[^>]* value="([^"]+)"', page.text)
    return found[1] if found else ""


def verdict(page: TestResponse) -> str:
    found = re.search(r'data-verdict="([a-z_]+)"', page.text)
    return found[1] if found else ""


@pytest.fixture
def hall(app: Flask, writing: Opened, clock_at: At) -> Hall:
    clock_at(OPEN)
    with writing() as db:
        event = a_published_event(db, modality=Modality.ONSITE, venue_name="Auditorio de Ejemplo")
        people = [a_registration(db, event, given_names=name, family_names="Ejemplo Guadual") for name in ("Aurora", "Irene", "Lucio")]
        emails, documents = [one.person.email for one in people], [one.person.document_number or "" for one in people]
        links = [tickets.link_of(one) for one in people]
        db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=Rule(self_checkin=True).kept(), updated_at=OPEN))
    return Hall(app, event, people, emails, documents, links)


def scans(looking: Opened) -> list[Scan]:
    with looking() as db:
        return list(db.execute(select(Scan).order_by(Scan.id)).scalars())


def test_who_is_in_the_room_confirms_with_document_and_mail(hall: Hall, looking: Opened) -> None:
    page = hall.scan(hall.phone())
    assert page.status_code == 200
    assert hall.event.topic in page.text
    assert scans(looking) == [], "looking at the code marks nobody"
    answer = hall.confirm(hall.phone())
    assert (answer.status_code, verdict(answer)) == (200, "accepted")
    assert "Aurora" not in answer.text, "a document and a mail bring no name"
    (scan,) = scans(looking)
    with looking() as db:
        assert db.get_one(Device, scan.device_id).kind == "screen"
        assert db.execute(select(Acceptance.registration_id)).scalars().all() == [hall.people[0].id]
    assert (scan.manual, scan.flagged) == (False, "")
    assert scan.phone_key


def test_who_has_the_personal_link_confirms_with_one_button(hall: Hall, looking: Opened) -> None:
    phone = hall.phone()
    mine = phone.get(f"/i/{hall.links[0]}").text
    assert f"/i/{hall.links[0]}/llegada" in mine
    assert "Código de la pantalla" in phone.get(f"/i/{hall.links[0]}/llegada").text
    hall.scan(phone)
    button = phone.get(f"/i/{hall.links[0]}/llegada")
    assert "Código de la pantalla" not in button.text
    assert "Confirmar mi llegada" in button.text
    answer = hall.own(phone)
    assert (answer.status_code, verdict(answer)) == (200, "accepted")
    assert "Aurora Ejemplo Guadual" in answer.text
    assert (verdict(hall.own(phone)), len(scans(looking))) == ("accepted", 1), "pressed twice it is once"


def test_who_types_the_code_of_the_screen_confirms_too(hall: Hall, looking: Opened) -> None:
    code = hall.code()
    assert verdict(hall.own(hall.phone(), 1, code=f"{code[:3].lower()} {code[3:].lower()}")) == "accepted"
    wrong = hall.own(hall.phone(), 2, code="AAAAAA")
    assert wrong.status_code == 422
    assert "no sirve o ya cambió" in wrong.text
    assert len(scans(looking)) == 1


def test_a_photo_of_the_code_serves_no_longer_than_a_minute(hall: Hall, clock_at: At, looking: Opened) -> None:
    code = hall.code()
    clock_at(OPEN + timedelta(seconds=61))
    gone = hall.scan(hall.phone(), code)
    assert gone.status_code == 404
    assert "ya cambió" in gone.text
    assert hall.event.topic not in gone.text
    assert passed_in(gone) == ""
    assert not gone.headers.getlist("Set-Cookie")
    assert scans(looking) == []


def test_a_pass_lasts_ten_minutes_and_serves_its_event_only(hall: Hall, clock_at: At, writing: Opened, looking: Opened) -> None:
    phone = hall.phone()
    passed = passed_in(hall.scan(phone))
    with writing() as db:
        other = a_published_event(db, number=6)
        a_registration(db, other)
        db.add(DoorRoom(event_id=other.id, key="", name="Entrada", rule=Rule(self_checkin=True).kept(), updated_at=OPEN))
    data = {"csrf_token": open_form_token(), "document": hall.documents[0], "email": hall.emails[0], "passed": passed}
    assert phone.post(f"/llegada/{other.slug}", data=data).status_code == 409
    assert phone.post(f"/llegada/{hall.event.slug}", data=data | {"passed": "inventado"}).status_code == 409
    clock_at(OPEN + timedelta(minutes=10, seconds=1))
    late = phone.post(f"/llegada/{hall.event.slug}", data=data | {"csrf_token": open_form_token()})
    assert late.status_code == 409
    assert "ya cambió" in late.text
    assert scans(looking) == []


def test_unknown_people_get_one_answer_and_five_tries(hall: Hall, looking: Opened) -> None:
    phone = hall.phone()
    passed = passed_in(hall.scan(phone))
    tries = [
        phone.post(
            f"/llegada/{hall.event.slug}", data={"csrf_token": open_form_token(), "passed": passed, "document": document, "email": email}
        )
        for document, email in [
            (hall.documents[0], hall.emails[1]),
            (hall.documents[1], hall.emails[0]),
            ("99999999", hall.emails[0]),
            (hall.documents[0], "nadie@entidad.example"),
            ("1", "x"),
        ]
    ]
    assert [one.status_code for one in tries] == [422] * 5
    assert all("No encontramos una inscripción con ese documento y ese correo" in one.text for one in tries)
    right = {"csrf_token": open_form_token(), "passed": passed, "document": hall.documents[0], "email": hall.emails[0]}
    assert phone.post(f"/llegada/{hall.event.slug}", data=right).status_code == 429
    assert scans(looking) == []
    assert verdict(hall.confirm(hall.phone())) == "accepted", "another reading of the screen begins anew"


def test_what_was_typed_stays_beside_its_error(hall: Hall) -> None:
    page = hall.confirm(hall.phone(), email="")
    assert page.status_code == 422
    assert "Escriba el correo con el que se inscribió." in page.text
    assert f'value="{hall.documents[0]}"' in page.text
    assert passed_in(page)


def test_the_third_person_on_one_phone_is_let_in_and_flagged(hall: Hall, looking: Opened) -> None:
    phone = hall.phone()
    assert [verdict(hall.confirm(phone, who)) for who in (0, 1, 2)] == ["accepted"] * 3
    assert [one.flagged for one in scans(looking)] == ["", "", "phone"]
    assert len({one.phone_key for one in scans(looking)}) == 1


def test_the_same_judge_answers_in_words_for_who_attends(hall: Hall, writing: Opened, clock_at: At) -> None:
    assert verdict(hall.confirm(hall.phone())) == "accepted"
    again = hall.confirm(hall.phone())
    assert (again.status_code, verdict(again)) == (200, "repeated")
    assert "ya estaba registrada" in again.text
    with writing() as db:
        db.get_one(Registration, hall.people[1].id).state = RegistrationState.CANCELLED.value
        db.get_one(Registration, hall.people[1].id).seat_pool_id = None
    gone = hall.confirm(hall.phone(), 1)
    assert (gone.status_code, verdict(gone)) == (409, "cancelled")
    assert "Su inscripción está cancelada" in gone.text
    clock_at(OPEN - timedelta(days=1))
    early = hall.confirm(hall.phone(), 2)
    assert (early.status_code, verdict(early)) == (409, "too_early")
    assert "La puerta abre el" in early.text


def test_who_answers_what_was_missing_confirms_with_the_same_reading_of_the_screen(
    hall: Hall, writing: Opened, clock_at: At, looking: Opened
) -> None:
    clock_at(OPEN - timedelta(minutes=30))
    with writing() as db:
        asked = a_question(db, db.get_one(Event, hall.event.id))
        db.get_one(DoorRoom, (hall.event.id, "")).rule = Rule(self_checkin=True, asks=(asked.key,)).kept()
    phone = hall.phone()
    hall.scan(phone)
    missing = hall.own(phone)
    assert (missing.status_code, verdict(missing)) == (409, "needs_answer")
    (page,) = re.findall(r'href="(/i/[^"]+/respuestas)"', missing.text)
    told = {"csrf_token": open_form_token(), asked.name: "Datos abiertos"}
    assert phone.post(page, data=told).status_code == 303
    clock_at(OPEN - timedelta(minutes=28))
    assert [verdict(hall.own(phone)) for _ in range(2)] == ["accepted"] * 2, "pressed twice it is once"
    assert [one.verdict for one in scans(looking)] == ["needs_answer", "accepted"]


def test_once_the_event_began_who_lacks_an_answer_is_sent_to_the_door(hall: Hall, writing: Opened) -> None:
    with writing() as db:
        asked = a_question(db, db.get_one(Event, hall.event.id))
        db.get_one(DoorRoom, (hall.event.id, "")).rule = Rule(self_checkin=True, asks=(asked.key,)).kept()
    phone = hall.phone()
    hall.scan(phone)
    missing = hall.own(phone)
    assert verdict(missing) == "needs_answer"
    assert "Acérquese a la puerta: allí se la preguntan" in missing.text
    assert "/respuestas" not in missing.text, "that page takes no answers any longer"


def test_who_comes_to_an_event_that_was_called_off_is_told_so(hall: Hall, writing: Opened) -> None:
    with writing() as db:
        db.get_one(Event, hall.event.id).state = EventState.CANCELLED.value
    told = hall.confirm(hall.phone())
    assert (told.status_code, verdict(told)) == (409, "cancelled")
    assert "Este evento fue cancelado" in told.text
    assert "Su inscripción está cancelada" not in told.text


def test_without_a_screen_there_is_nothing_to_confirm(hall: Hall, writing: Opened) -> None:
    with writing() as db:
        db.get_one(DoorRoom, (hall.event.id, "")).rule = Rule().kept()
    phone = hall.phone()
    assert hall.scan(phone).status_code == 404
    assert phone.get(f"/i/{hall.links[0]}/llegada").status_code == 404
    assert "/llegada" not in phone.get(f"/i/{hall.links[0]}").text
    assert phone.get("/i/inventado/llegada").status_code == 404


def test_a_linked_computer_shows_the_screen_of_its_event_alone(hall: Hall, writing: Opened) -> None:
    with writing() as db:
        other = a_published_event(db, number=6)
        db.add(DoorRoom(event_id=other.id, key="", name="Entrada", rule=Rule(self_checkin=True).kept(), updated_at=OPEN))
        bearer = a_bearer(db, db.get_one(Event, hall.event.id))
    staff, computer = hall.phone(), hall.phone()
    signed_in(staff, writing)
    (address,) = re.findall(
        r"<code[^>]*>http://[^/]+(/[^<]+/pantalla)</code>", staff.get(f"/escritorio/eventos/{hall.event.slug}/puerta").text
    )
    assert computer.get(address).status_code == 401
    carry(computer, bearer)
    shown = computer.get(address)
    assert shown.status_code == 200
    assert f"{hall.code()[:3]} {hall.code()[3:]}" in shown.text
    assert "/escritorio" not in shown.text
    assert computer.get(f"/acreditacion/{other.slug}/pantalla").status_code == 404
    assert computer.get(f"{address}?sala=inventada").status_code == 404
