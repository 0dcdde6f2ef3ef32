"""The organiser's home, the list of events and the page of one: the next thing to do, in one's scope."""

from collections.abc import Callable
from datetime import UTC, datetime, time

import pytest
from flask.testing import FlaskClient

from eventos.cycles.models import CycleStaff
from eventos.kernel import clock
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import LINK, a_cycle, a_day, a_published_event, an_event
from tests.desk.factories import a_fifth, an_organiser_of
from tests.registration.factories import a_registration
from tests.support.statements import counted


@pytest.mark.usefixtures("admin")
def test_an_empty_desk_begins_with_the_office(client: FlaskClient) -> None:
    page = client.get("/escritorio").text
    assert "Escriba los datos de la oficina" in page
    assert "Cree el primer ciclo" in page


@pytest.mark.usefixtures("admin")
def test_the_desk_names_what_a_draft_lacks(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        an_event(db, link="")
    page = client.get("/escritorio").text
    assert "Complete el borrador de la quinta asistencia técnica" in page
    assert "el link de ingreso" in page


@pytest.mark.usefixtures("admin")
def test_a_past_event_asks_for_its_attendance(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, days=(a_day(datetime(2021, 7, 29, tzinfo=UTC).date()),))
        a_registration(db, event)
    page = client.get("/escritorio").text
    assert "Registre la asistencia de la quinta asistencia técnica" in page
    assert "Falta la asistencia" in page


def test_the_desk_greets_by_the_hour_and_shows_todays_event(
    client: FlaskClient, writing: Opened, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2030, 7, 25, 12, 30, tzinfo=UTC))
    with writing() as db:
        staff = an_organiser_of(db, a_published_event(db))
    signed_in(client, writing, staff=staff)
    page = client.get("/escritorio").text
    assert "Buenos días, Marina" in page
    assert "Hoy: quinta asistencia técnica" in page


@pytest.mark.parametrize("role", list(StaffRole))
def test_every_role_has_a_desk(client: FlaskClient, writing: Opened, role: StaffRole) -> None:
    with writing() as db:
        a_fifth(db)
    signed_in(client, writing, role)
    assert client.get("/escritorio").status_code == 200
    assert client.get("/escritorio/eventos").status_code == 200


@pytest.mark.both_databases
@pytest.mark.usefixtures("admin")
def test_home_costs_the_same_whatever_the_events(client: FlaskClient, writing: Opened) -> None:
    costs = []
    for _ in range(2):
        with writing() as db:
            cycle = a_cycle(db)
            an_event(db, cycle=cycle)
            a_registration(db, a_published_event(db, cycle=cycle, number=6))
        with counted() as statements:
            assert client.get("/escritorio").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert costs[0] <= 12, str(statements)


@pytest.mark.usefixtures("admin")
def test_events_are_found_by_words_state_and_cycle(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        a_published_event(db, cycle=cycle)
        an_event(db, cycle=cycle, number=6, topic="Control social")
    assert "Control social" in client.get("/escritorio/eventos").text
    assert "Gobierno Abierto" not in client.get("/escritorio/eventos?estado=borradores").text
    assert "Control social" not in client.get("/escritorio/eventos?texto=gobierno+ABIERTO").text
    assert "Ningún evento coincide" in client.get("/escritorio/eventos?ciclo=otro&pagina=x").text


@pytest.mark.usefixtures("admin")
def test_the_page_of_an_event_shows_its_link_whole_and_its_tabs(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug, _people = a_fifth(db)
    page = client.get(f"/escritorio/eventos/{slug}").text
    assert LINK.replace("&", "&amp;") in page
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="qr"' in page
    assert f'href="/escritorio/eventos/{slug}/inscripciones"' in page  # the first page of its stage
    assert 'aria-current="page">Resumen' in page


def test_the_door_does_not_see_the_link_that_others_of_its_cycle_see(client: FlaskClient, writing: Opened) -> None:
    shown = {}
    for role in (StaffRole.DOOR, StaffRole.READER):
        with writing() as db:
            event = a_published_event(db)
            staff = a_staff(db, role=role)
            db.add(CycleStaff(cycle_id=event.cycle_id, staff_id=staff.id))
            slug = event.slug
        signed_in(client, writing, staff=staff)
        answer = client.get(f"/escritorio/eventos/{slug}")
        assert answer.status_code == 200
        shown[role] = LINK.replace("&", "&amp;") in answer.text
    assert shown == {StaffRole.DOOR: False, StaffRole.READER: True}


def test_an_event_of_another_cycle_does_not_exist(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug, (public_id,) = a_fifth(db)
    who = signed_in(client, writing, StaffRole.ORGANISER)
    foreign = [f"/escritorio/eventos/{slug}", f"/escritorio/eventos/{slug}/inscripciones", f"/escritorio/inscripciones/{public_id}"]
    assert [client.get(path).status_code for path in foreign] == [404, 404, 404]
    for verb in ("ver", "reenviar", "cancelar"):
        answer = client.post(f"/escritorio/inscripciones/{public_id}/{verb}", data={"csrf_token": who.csrf, "reason": "x"})
        assert answer.status_code == 404, verb
    answer = client.post(f"/escritorio/eventos/{slug}/inscripciones.csv", data={"csrf_token": who.csrf})
    assert answer.status_code == 404
    assert "Gobierno Abierto" not in client.get("/escritorio/eventos").text


@pytest.mark.usefixtures("admin")
def test_hours_of_the_day_are_told_in_the_task(client: FlaskClient, writing: Opened, clock_at: Callable[[datetime], None]) -> None:
    with writing() as db:
        a_published_event(db, days=(a_day(starts=time(14), ends=time(16)),))
    clock_at(clock.now())
    assert "Hoy:" not in client.get("/escritorio").text
