"""The public form as a visitor meets it: one answer for everybody, what was typed kept, and never a 500."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import Modality
from eventos.people.models import Person
from eventos.registration.models import Registration
from tests.cycles.factories import a_cycle, a_day, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support.smtp import Mailbox
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]

PERSON = {
    "document_type": "CC",
    "document_number": "12.345.678",
    "given_names": "Elvira Demo",
    "family_names": "Cedral",
    "email": "elvira@riosucio.example",
    "phone": "300 123 4567",
    "municipio": "Riosucio (Caldas)",
    "entity": "Alcaldía de Riosucio",
    "post": "Secretaria de Planeación",
    "link_kind": "planta",
    "consent": "y",
}


@pytest.fixture
def event(writing: Opened) -> str:
    with writing() as db:
        return a_published_event(db, capacity_virtual=100).slug


def test_the_errors_are_listed_as_the_page_asks(client: FlaskClient, event: str) -> None:
    page = send(client, event, document_number="", given_names="", email="", post="", consent=None).text
    summary = page[page.index("Revise cinco datos") :]
    asked = ("document_number", "given_names", "email", "post", "consent")
    places = [summary.index(f'href="#{name}"') for name in asked]
    assert places == sorted(places)


def token_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert found is not None, page.get_data(as_text=True)[:2000]
    return found[1]


def send(client: FlaskClient, slug: str, **changes: Any) -> TestResponse:
    """Fill the form and send it; a change to None leaves the field out."""
    token = token_of(client.get("/mi-inscripcion"))
    filled = {name: value for name, value in {**PERSON, **changes}.items() if value is not None}
    return client.post(f"/eventos/{slug}/inscripcion", data={**filled, "csrf_token": token})


def test_the_form_is_shown_with_the_notice_and_nothing_ticked(client: FlaskClient, event: str) -> None:
    page = client.get(f"/eventos/{event}/inscripcion")
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Inscríbase" in html
    assert "Leer el aviso completo" in html
    assert " checked" not in html
    assert "Set-Cookie" not in page.headers


def test_registering_sends_to_a_receipt_and_writes_down_normal_forms(client: FlaskClient, event: str, looking: Opened) -> None:
    answer = send(client, event)
    assert answer.status_code == 303
    assert answer.location.startswith("/inscripcion/recibida/")
    receipt = client.get(answer.location)
    html = receipt.get_data(as_text=True)
    assert "e···@riosucio.example" in html
    assert f"/eventos/{event}/evento.ics" in html
    assert "/i/" not in html
    assert "/q/" not in html
    with looking() as db:
        person = db.execute(select(Person)).scalar_one()
        row = db.execute(select(Registration)).scalar_one()
    assert (person.document_number, person.phone) == ("12345678", "+573001234567")
    assert (row.divipola, row.state, row.entity_key) == ("17614", "active", "alcaldia de riosucio")


def test_first_and_repeated_registration_look_the_same(client: FlaskClient, event: str, looking: Opened) -> None:
    with counted() as first_sql:
        first = send(client, event)
    with counted() as repeat_sql:
        again = send(client, event, email="otra@lejos.example", given_names="Otro", family_names="Nombre")
    with counted() as same_sql:
        same = send(client, event)
    assert first.status_code == again.status_code == same.status_code == 303
    assert len(first.location) == len(same.location)
    assert abs(len(first_sql) - len(repeat_sql)) <= 2, f"{first_sql}\n\n{repeat_sql}"
    assert abs(len(first_sql) - len(same_sql)) <= 2

    def shape(html: str) -> str:
        return re.sub(r'[a-z]···@[^<]+|value="[^"]+"', "", html)

    pages = [client.get(answer.location).get_data(as_text=True) for answer in (first, again, same)]
    assert shape(pages[0]) == shape(pages[1]) == shape(pages[2])
    with looking() as db:
        assert db.execute(select(Person.email, Person.given_names)).all() == [("elvira@riosucio.example", "Elvira Demo")]


def test_a_registration_costs_at_most_fourteen_statements(client: FlaskClient, event: str, writing: Opened) -> None:
    with writing() as db:
        found = db.execute(select(Event).where(Event.slug == event)).scalar_one()
        for _ in range(30):
            a_registration(db, found)
    token = token_of(client.get("/mi-inscripcion"))
    for _ in range(2):
        with counted() as statements:
            client.post(f"/eventos/{event}/inscripcion", data={**PERSON, "csrf_token": token})
        assert len(statements) <= 14, str(statements)


def test_a_full_event_offers_the_waiting_list_before_the_form(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        full = a_published_event(db, capacity_virtual=1)
        a_registration(db, full)
        slug = full.slug
    html = client.get(f"/eventos/{slug}/inscripcion").get_data(as_text=True)
    assert "Este evento está lleno" in html
    assert "Entrar a la lista de espera" in html
    assert send(client, slug).status_code == 303
    with looking() as db:
        assert sorted(db.execute(select(Registration.state)).scalars()) == ["active", "waitlisted"]


def test_an_ambiguous_municipality_is_asked_beside_the_field_with_everything_kept(client: FlaskClient, event: str, looking: Opened) -> None:
    page = send(client, event, municipio="Riosucio")
    html = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "Riosucio, Caldas" in html
    assert "Riosucio, Chocó" in html
    for kept in ("12.345.678", "Elvira Demo", "elvira@riosucio.example", "Alcaldía de Riosucio"):
        assert kept in html
    assert send(client, event, municipio="Riosucio", municipio_choice="27615").status_code == 303
    with looking() as db:
        assert db.execute(select(Registration.divipola)).scalar_one() == "27615"


def test_aliases_codes_and_places_abroad_are_understood(client: FlaskClient, event: str, looking: Opened) -> None:
    assert send(client, event, municipio="Dorada", document_number="1000001").status_code == 303
    assert send(client, event, municipio="Riosucio (Chocó)", municipio_code="27615", document_number="1000002").status_code == 303
    assert send(client, event, municipio="", abroad="y", country="Chile", city="Valdivia", document_number="1000003").status_code == 303
    assert send(client, event, municipio="", abroad="y", country="", city="", document_number="1000004").status_code == 422
    with looking() as db:
        found = db.execute(select(Registration.divipola, Registration.country, Registration.city).order_by(Registration.id)).all()
    assert [tuple(row) for row in found] == [("17380", "", ""), ("27615", "", ""), (None, "Chile", "Valdivia")]


def test_a_picked_code_that_no_longer_fits_the_words_is_not_believed(client: FlaskClient, event: str) -> None:
    page = send(client, event, municipio="Manisales de Arriba", municipio_code="27615")
    assert page.status_code == 422


def test_several_events_of_the_cycle_at_once(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        fifth, sixth = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6, topic="Datos abiertos")
        stranger = a_published_event(db)
        slugs = [fifth.slug, sixth.slug, stranger.slug]
    page = client.get(f"/eventos/{slugs[0]}/inscripcion").get_data(as_text=True)
    assert "Inscribirme también a" in page
    assert "Datos abiertos" in page
    assert send(client, slugs[0], also=[slugs[1]]).status_code == 303
    refused = send(client, slugs[0], also=[slugs[2]])
    assert refused.status_code == 422
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == 2


def test_a_hybrid_event_asks_how_and_says_which_modality_is_full(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        hybrid = a_published_event(db, modality=Modality.HYBRID, venue_name="Auditorio", capacity_onsite=1, capacity_virtual=40)
        a_registration(db, hybrid, modality="presencial")
        slug = hybrid.slug
    html = client.get(f"/eventos/{slug}/inscripcion").get_data(as_text=True)
    assert "Lleno: entra a la lista de espera" in html
    assert "Quedan 40 cupos" in html
    assert send(client, slug).status_code == 422
    assert send(client, slug, modality="ninguna").status_code == 422
    assert send(client, slug, modality="virtual").status_code == 303


def closed_events(db: Session) -> dict[str, str]:
    """Slugs by what the page must say."""
    now = clock.now()
    cancelled = a_published_event(db)
    cycles.cancel(db, cancelled, reason="Por lluvias.", by=SYSTEM, now=now)
    past = a_published_event(db, days=(a_day(datetime(2021, 7, 29, tzinfo=UTC).date()),))
    opens = datetime(2030, 7, 1, 13, tzinfo=UTC)
    closes = datetime(2026, 1, 1, 13, tzinfo=UTC)
    return {
        "fue cancelado": cancelled.slug,
        "29 de julio de 2021": past.slug,
        "1 de julio de 2030": a_published_event(db, registration_opens_at=opens).slug,
        "1 de enero de 2026": a_published_event(db, registration_closes_at=closes).slug,
    }


def test_closed_pages_say_why_with_dates_and_a_post_keeps_what_was_typed(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slugs = closed_events(db)
        draft = an_event(db).slug
    for sentence, slug in slugs.items():
        page = client.get(f"/eventos/{slug}/inscripcion")
        assert (page.status_code, sentence in page.get_data(as_text=True)) == (200, True), sentence
        refused = send(client, slug)
        html = refused.get_data(as_text=True)
        assert (refused.status_code, sentence in html, "Elvira Demo" in html) == (409, True, True), sentence
    assert client.get(f"/eventos/{draft}/inscripcion").status_code == 404
    assert send(client, draft).status_code == 404


LONG = "ñ" * 5000
BAD: list[tuple[dict[str, Any], int, str]] = [
    (dict.fromkeys(PERSON), 422, "Escriba sus nombres."),
    ({"document_number": ""}, 422, "Escriba el número de su documento."),
    ({"document_number": "abc"}, 422, "entre 3 y 10"),
    ({"document_number": LONG}, 422, "como máximo 30"),
    ({"document_type": "NIT"}, 422, "Elija un tipo de documento"),
    ({"document_type": "'; DROP TABLE person"}, 422, "Elija un tipo de documento"),
    ({"given_names": LONG}, 422, "como máximo 80"),
    ({"given_names": "\u202e\u200b\x00"}, 422, "Escriba sus nombres."),
    ({"given_names": "Gane en www.premio.example"}, 422, "sin vínculos"),
    ({"family_names": "a@b.example"}, 422, "sin vínculos"),
    ({"entity": "https://premio.example"}, 422, "sin vínculos"),
    ({"email": "no es un correo"}, 422, "Escriba un correo"),
    ({"email": "a@b.example,c@d.example"}, 422, "Escriba un correo"),
    ({"email": "a@b.example\r\nBcc: x@y.example"}, 422, "Escriba un correo"),
    ({"email": "eñe@b.example"}, 422, "Escriba un correo"),
    ({"phone": "llámeme"}, 422, "7 a 15 dígitos"),
    ({"municipio": "Macondo"}, 422, "No encontramos"),
    ({"municipio": ""}, 422, "Escriba el municipio"),
    ({"municipio": LONG}, 422, "como máximo 100"),
    ({"municipio_code": "99999", "municipio": "Nada"}, 422, "No encontramos"),
    ({"link_kind": "rey"}, 422, "Elija cuál es su vinculación"),
    ({"consent": None}, 422, "autorización"),
    ({"also": ["no-existe"]}, 422, "Elija los eventos"),
]


@pytest.mark.parametrize(("changes", "status", "sentence"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_bad_input_is_refused_beside_the_field_with_the_rest_kept(
    client: FlaskClient, event: str, changes: dict[str, Any], status: int, sentence: str
) -> None:
    page = send(client, event, **changes)
    html = page.get_data(as_text=True)
    assert page.status_code == status, html[-3000:]
    assert sentence in html
    if "post" not in changes:
        assert "Secretaria de Planeación" in html
    assert "Error:" in html


GOOD = [
    {"given_names": "محمد", "family_names": "الأحمد"},
    {"given_names": "🌱", "family_names": "👩‍🌾"},
    {"given_names": "=HYPERLINK(1)", "family_names": "Feria & <b> niñez"},
    {"document_number": "1 234 567"},
    {"document_type": "PA", "document_number": "ab-12345"},
    {"phone": ""},
    {"email": "X@MÁLAGA.example"},
]


@pytest.mark.parametrize("changes", GOOD, ids=[str(number) for number in range(len(GOOD))])
def test_names_of_every_script_are_accepted_and_printed_safely(
    client: FlaskClient, event: str, changes: dict[str, Any], outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    assert send(client, event, **changes).status_code == 303
    assert outbox_run() == 1
    (message,) = mailbox.messages()
    body = message.get_body(("html",))
    assert body is not None
    assert "<b> niñez" not in body.get_content()


def test_a_body_over_64_kb_is_too_large(client: FlaskClient, event: str) -> None:
    assert send(client, event, post="x" * 100_000).status_code == 413


def test_a_form_without_its_token_or_from_another_site_is_refused(client: FlaskClient, event: str) -> None:
    url = f"/eventos/{event}/inscripcion"
    assert client.post(url, data=PERSON).status_code == 400
    token = token_of(client.get(url))
    assert client.post(url, data={**PERSON, "csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(url, data={**PERSON, "csrf_token": token}, headers={"Origin": "null"}).status_code == 403


def test_an_old_receipt_says_that_everything_is_in_the_mail(client: FlaskClient, event: str, clock_at: Callable[[datetime], None]) -> None:
    start = clock.now()
    location = send(client, event).location
    clock_at(start.replace(year=start.year + 1))
    page = client.get(location)
    assert (page.status_code, "ya no está disponible" in page.get_data(as_text=True)) == (404, True)
    assert client.get("/inscripcion/recibida/inventado").status_code == 404


def test_two_hundred_people_behind_one_address_register(client: FlaskClient, event: str, looking: Opened, is_full: bool) -> None:
    people = 200 if is_full else 60
    token = token_of(client.get("/mi-inscripcion"))
    for number in range(people):
        filled = {**PERSON, "document_number": str(70_000_000 + number), "email": f"p{number}@sala.example", "csrf_token": token}
        assert client.post(f"/eventos/{event}/inscripcion", data=filled).status_code == 303
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == people


def test_municipalities_are_found_while_typing(client: FlaskClient) -> None:
    answer = client.get("/municipios.json?q=rio")
    assert answer.json is not None
    assert answer.json[0] == {"code": "17614", "name": "Riosucio", "where": "Caldas"}
    assert {item["where"] for item in answer.json} > {"Caldas", "Chocó"}
    assert client.get("/municipios.json").json == []
    assert "public" in answer.headers["Cache-Control"]


def test_a_document_tried_too_often_is_told_to_wait_with_everything_kept(client: FlaskClient, event: str) -> None:
    token = token_of(client.get("/mi-inscripcion"))
    answers = [client.post(f"/eventos/{event}/inscripcion", data={**PERSON, "csrf_token": token}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert "Elvira Demo" in answers[-1].get_data(as_text=True)
    assert int(answers[-1].headers["Retry-After"]) > 0
